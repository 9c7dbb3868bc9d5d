// How far residents have come, place by place, and what was reported of the whole city.

import { bars } from "./bars.js";
import { element } from "./draw.js";
import { RESIDENTS, fillLegend } from "./marks.js";
import { count, date, showTable, text } from "./table.js";
import { day, number, percent, say, sayOne } from "./words.js";

const recorded = (standing) => standing.obliged - standing.not_recorded;

export function showEnrolment(section, report) {
  const reported = new Map(report.reported.map((each) => [each.measure, each]));
  const said = [saying(report.city), sayingReported(reported)].filter((words) => words !== "");
  section.querySelector(".says").replaceChildren(...said.map((words) => element("p", {}, [words])));
  fillLegend(section.querySelector(".legend"), Object.values(RESIDENTS));
  const places = report.places.filter((each) => each.obliged > 0);
  section.querySelector(".plot").replaceChildren(
    ...cityBar(reported),
    ...(places.length === 0 ? [] : [bars(places.map(barOf), { label: saying(report.city) })]),
  );
  showTables(section, report);
}

function saying({ obliged, not_recorded }) {
  if (obliged === 0) return say("enrolment_none");
  const done = obliged - not_recorded;
  return say("enrolment_says", { recorded: number(done), obliged: number(obliged), percent: percent(done / obliged) });
}

function sayingReported(reported) {
  const [target, done] = [reported.get("target"), reported.get("recorded")];
  if (target === undefined || done === undefined) return "";
  return say("reported_says", {
    day: day(done.day), recorded: number(done.people), percent: percent(done.people / target.people), target: number(target.people),
  });
}

function cityBar(reported) {
  const [done, left, target] = ["recorded", "not_recorded", "target"].map((measure) => reported.get(measure)?.people);
  if (done === undefined || target === undefined) return [];
  const line = {
    label: say("reported"),
    parts: [[RESIDENTS.waiting, done], [RESIDENTS.not_recorded, left ?? 0]],
    tick: target,
    value: `${number(done)} · ${say("target_mark")} │ ${number(target)}`,
  };
  return [bars([line], { label: sayingReported(reported), most: Math.max(target, done + (left ?? 0)) })];
}

// who moved away may have an active card and is not obliged here any more
function barOf(standing) {
  const done = recorded(standing);
  const active = Math.min(done, standing.reached.activated);
  return {
    label: standing.place === "elsewhere" ? say("elsewhere") : standing.name,
    parts: [[RESIDENTS.activated, active], [RESIDENTS.waiting, done - active], [RESIDENTS.not_recorded, standing.not_recorded]],
    value: `${number(done)} / ${number(standing.obliged)} (${percent(done / standing.obliged)})`,
  };
}

function showTables(section, report) {
  const path = `/v1/reports/enrolment?as-of=${report["as-of"]}`;
  showTable(section, {
    name: "enrolment",
    columns: [
      text("name", "place"), count("obliged", "obliged"), count("not_recorded", "not_recorded"),
      count("reached.recorded", "recorded"), count("reached.ready", "ready"), count("reached.printed", "printed"),
      count("reached.activated", "activated"),
    ],
    lines: report.places,
    csv: path,
  });
  showTable(section, {
    name: "reported",
    title: say("reported"),
    columns: [
      text("measure", "measure", (measure) => sayOne("measure", measure)), date("day", "day"), count("people", "people"),
      text("about", "about", (about) => say(about ? "yes" : "no")), text("source", "source"),
    ],
    lines: report.reported,
    csv: `${path}&table=reported`,
  });
}
