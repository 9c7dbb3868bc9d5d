// How healthy chips are: what checks came to, divided as the reader of this page likes.

import { bars } from "./bars.js";
import { CHIPS, fillLegend } from "./marks.js";
import { count, share, showTable, text } from "./table.js";
import { LANGUAGE, number, percent, say, sayOne } from "./words.js";

const by = document.getElementById("by");
let shown;

by.addEventListener("change", () => shown?.());

export function showChips(section, report) {
  section.querySelector(".says").textContent = saying(report.chip_checks);
  fillLegend(section.querySelector(".legend"), Object.values(CHIPS));
  shown = () => showDivided(section, report);
  shown();
  showTable(section, {
    name: "pairs",
    title: say("pairs"),
    columns: [
      text("cause", "cause", (cause) => sayOne("cause", cause)), text("before", "before", finding), text("after", "after", finding),
      text("same_card_seen", "same_card_seen", (seen) => say(seen ? "yes" : "no")), count("pairs", "count"),
    ],
    lines: report.pairs,
    csv: `${path(report)}&table=pairs`,
  });
}

const path = (report) => `/v1/reports/chip-health?from=${report.from}&until=${report.until}`;
const finding = (name) => CHIPS[name.replaceAll("-", "_")]?.label ?? name;
const known = (tally) => tally.alive + tally.damaged + tally.dead;

function saying(tally) {
  if (tally.alive_share === null) return say("chips_none");
  const { share: living, low, high } = tally.alive_share;
  return say("chips_says", {
    known: number(known(tally)), alive: number(tally.alive), percent: percent(living), low: percent(low), high: percent(high),
  });
}

function showDivided(section, report) {
  const lines = report.by[by.value].filter((line) => line.chip_checks.taps > 0);
  const name = (label) => (by.value === "cause" ? sayOne("cause", label) : label);
  section.querySelector(".plot").replaceChildren(...(lines.length === 0 ? [] : [bars(lines.map((line) => ({
    label: name(line.label),
    parts: Object.entries(CHIPS).map(([sort, mark]) => [mark, line.chip_checks[sort]]),
    value: `${number(line.chip_checks.alive)} / ${number(known(line.chip_checks))}`,
  })), { label: `${saying(report.chip_checks)} ${say("by")}: ${say(`by_${by.value}`)}` })]));
  const found = by.value === "reader" ? [text("reader.code", "finding", (code) => saysOf(report, code))] : [];
  showTable(section, {
    name: "chips",
    title: `${say("numbers")}: ${say("by").toLowerCase()} ${say(`by_${by.value}`)}`,
    columns: [
      text("label", `by_${by.value}`, name), count("chip_checks.taps", "taps"),
      ...Object.keys(CHIPS).map((sort) => count(`chip_checks.${sort}`, sort)), share("chip_checks.alive_share.share", "alive_share"),
      ...found,
    ],
    lines: report.by[by.value],
    csv: `${path(report)}&by=${by.value}`,
  });
}

function saysOf(report, code) {
  return report.by.reader.find((line) => line.reader?.code === code)?.reader.says[LANGUAGE] ?? code;
}
