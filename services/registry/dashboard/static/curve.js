// Plan against actual over time, and where the forecast spreads: one picture for each kind of place.

import { element, svg } from "./draw.js";
import { count, date, showTable, text } from "./table.js";
import { day, month, number, say, sayOne } from "./words.js";

const HEIGHT = 270;
const MARGIN = { top: 36, right: 16, bottom: 30, left: 40 };
const A_DAY = 86_400_000;
const at = (text) => Date.parse(text);

export function showCurve(section, report) {
  const kinds = [...report.kinds].sort((one, other) => other.places - one.places);
  section.querySelector(".says").replaceChildren(...kinds.map((kind) => element("p", {}, [saying(kind)])));
  const plot = section.querySelector(".plot");
  const draw = () => plot.replaceChildren(...kinds.map((kind) => picture(kind, report["as-of"], plot.clientWidth)));
  draw();
  redraw(plot, draw);
  showTable(section, {
    name: "curve",
    columns: [
      text("kind", "kind", (kind) => sayOne("kind", kind)), text("series", "series", (series) => sayOne("series", series)),
      date("day", "day"), count("places", "places"),
    ],
    lines: report.kinds.flatMap(pointsOf),
    csv: `/v1/reports/roll-out?as-of=${report["as-of"]}&table=curve`,
  });
}

const drawn = new WeakMap();

// letters keep their size on a narrow screen, so the picture is drawn anew for each width
function redraw(plot, draw) {
  drawn.get(plot)?.disconnect();
  let width = plot.clientWidth;
  const watch = new ResizeObserver(() => {
    if (plot.clientWidth === width) return;
    width = plot.clientWidth;
    draw();
  });
  watch.observe(plot);
  drawn.set(plot, watch);
}

function pointsOf(kind) {
  const ahead = kind.forecast === null ? [] : ["early", "middle", "late"];
  return [
    ...kind.plan.map((step) => ({ kind: kind.kind, series: "plan", ...step })),
    ...kind.actual.map((step) => ({ kind: kind.kind, series: "actual", ...step })),
    ...ahead.map((series) => ({ kind: kind.kind, series, day: kind.forecast[series], places: kind.places })),
  ];
}

function saying(kind) {
  const given = {
    kind: sayOne("kind", kind.kind), equipped: number(kind.equipped), of: number(kind.places),
    target: kind.target === null ? "" : number(kind.target), due: kind.due === null ? "" : day(kind.due),
  };
  const said = [say(kind.target === null ? "curve_no_target" : "curve_says", given)];
  const ever = kind.actual.at(-1)?.places ?? 0;
  if (ever > kind.equipped) said.push(say("curve_ever", { ever: number(ever), gone: number(ever - kind.equipped) }));
  if (kind.days_late > 0) said.push(say("curve_late", { days: number(kind.days_late) }));
  if (kind.forecast !== null) {
    const { early, middle, late } = kind.forecast;
    said.push(say("curve_forecast", { early: day(early), middle: day(middle), late: day(late) }));
  }
  return said.join(" ");
}

function picture(kind, asOf, width) {
  const seen = [...kind.plan, ...kind.actual].map((step) => at(step.day));
  const ahead = kind.forecast === null ? [] : [at(kind.forecast.late)];
  const [first, last] = [Math.min(at(asOf), ...seen) - 45 * A_DAY, Math.max(at(asOf), ...seen, ...ahead) + 45 * A_DAY];
  const most = Math.max(1, kind.places, ...kind.plan.map((step) => step.places));
  const x = (time) => MARGIN.left + ((time - first) / (last - first)) * (width - MARGIN.left - MARGIN.right);
  const y = (places) => HEIGHT - MARGIN.bottom - (places / most) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const now = at(asOf);
  return svg("svg", { class: "curve", width, height: HEIGHT, role: "img", "aria-label": saying(kind), "data-kind": kind.kind }, [
    svg("text", { class: "title", x: MARGIN.left, y: 14 }, [sayOne("kind", kind.kind)]),
    ...grid({ first, last, most, x, y, width }),
    ...spread(kind, now, x, y),
    svg("line", { class: "now", x1: x(now), x2: x(now), y1: MARGIN.top, y2: HEIGHT - MARGIN.bottom }),
    ...line("plan", kind.plan, { first, until: last, x, y }),
    ...line("actual", kind.actual, { first, until: now, x, y }),
  ]);
}

function grid({ first, last, most, x, y, width }) {
  const marked = quarters(first, last, width);
  const heights = [...new Set([0, Math.round(most / 2), most])];
  return [
    ...heights.flatMap((places) => [
      svg("line", { class: "grid", x1: MARGIN.left, x2: width - MARGIN.right, y1: y(places), y2: y(places) }),
      svg("text", { class: "height", x: MARGIN.left - 6, y: y(places) + 4 }, [number(places)]),
    ]),
    ...marked.flatMap((time) => [
      svg("line", { class: "grid", x1: x(time), x2: x(time), y1: y(0), y2: y(0) + 5 }),
      svg("text", { class: "year", x: x(time), y: HEIGHT - 10 }, [month(time)]),
    ]),
  ];
}

// the first days of quarters, of half years or of years, as many as there is room for
function quarters(first, last, width) {
  const room = Math.max(2, Math.floor(width / 75));
  const found = [];
  for (let year = new Date(first).getUTCFullYear(); Date.UTC(year) < last; year += 1) {
    for (const at of [0, 3, 6, 9]) found.push(Date.UTC(year, at));
  }
  const inside = found.filter((time) => time > first && time < last);
  const every = [1, 2, 4, 8, 20, 40].find((step) => inside.length / step <= room) ?? 80;
  return inside.filter((time) => found.indexOf(time) % every === 0);
}

// as many as there are from one day until the next step
function line(series, steps, { first, until, x, y }) {
  if (steps.length === 0) return [];
  let path = `M${x(first)} ${y(0)}`;
  for (const step of steps) path += `H${x(at(step.day))}V${y(step.places)}`;
  const end = steps[steps.length - 1];
  path += `H${x(Math.max(until, at(end.day)))}`;
  const mark = series === "plan"
    ? (step) => svg("rect", { class: series, x: x(at(step.day)) - 4, y: y(step.places) - 4, width: 8, height: 8 })
    : (step) => svg("circle", { class: series, cx: x(at(step.day)), cy: y(step.places), r: 3 });
  const right = x(at(end.day)) > x(first) + 110;
  return [
    svg("path", { class: series, d: path }),
    ...steps.map(mark),
    svg("text", {
      class: `series ${right ? "left" : ""}`, x: x(at(end.day)) + (right ? -8 : 8), y: y(end.places) + (series === "plan" ? -7 : 16),
    }, [`${sayOne("series", series)}: ${number(end.places)}`]),
  ];
}

function spread(kind, now, x, y) {
  if (kind.forecast === null) return [];
  const [early, middle, late] = ["early", "middle", "late"].map((series) => x(at(kind.forecast[series])));
  const [from, top] = [`${x(now)} ${y(kind.equipped)}`, y(kind.places)];
  return [
    svg("path", { class: "spread", d: `M${from}L${early} ${top}H${late}Z`, fill: "url(#falling)" }),
    svg("path", { class: "middle", d: `M${from}L${middle} ${top}` }),
    svg("text", { class: "series left", x: late, y: top + 30 }, [say("spread")]),
  ];
}
