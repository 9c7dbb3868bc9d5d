// Whether institutions use their readers, by kind.

import { bars } from "./bars.js";
import { USES, fillLegend } from "./marks.js";
import { count, date, showTable, text } from "./table.js";
import { LANGUAGE, number, say } from "./words.js";

const NAME = `name_${LANGUAGE}`;

export function showCompliance(section, report) {
  const total = (name) => report.kinds.reduce((sum, kind) => sum + kind[name], 0);
  const said = say("compliance_says", {
    in_use: number(total("in_use")), of: number(total("institutions")), late: number(total("late")),
  });
  section.querySelector(".says").textContent = said;
  fillLegend(section.querySelector(".legend"), Object.values(USES));
  const kinds = report.kinds.filter((kind) => kind.institutions > 0);
  section.querySelector(".plot").replaceChildren(bars(kinds.map((kind) => ({
    label: kind[NAME],
    parts: Object.entries(USES).map(([use, mark]) => [mark, kind[use]]),
    value: `${number(kind.in_use)} / ${number(kind.institutions)}`,
  })), { label: said }));
  showTable(section, {
    name: "compliance",
    columns: [
      text(NAME, "kind"), count("institutions", "institutions"), count("in_use", "in_use"), count("unused", "unused"),
      count("on_order", "on_order"), count("none", "none"), count("late", "late"), date("due", "due"),
    ],
    lines: report.kinds,
    csv: `/v1/reports/compliance?as-of=${report["as-of"]}&table=kinds`,
  });
}
