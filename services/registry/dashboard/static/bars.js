// Bars of several parts, one below the other. Each part has its pattern and, where it is wide enough, its letter.

import { element, svg } from "./draw.js";

const WIDE_ENOUGH = 0.05;

/**
 * Bars as an element.
 *
 * `lines`: each with a `label`, `parts` ([mark, number] …) and a `value` in words; `most`: what a whole width is.
 * `tick`: a line across a bar, and what it says.
 */
export function bars(lines, { label, most }) {
  const whole = Math.max(1, most ?? Math.max(...lines.map((each) => sum(each.parts))));
  return element("div", { class: "bars", role: "img", "aria-label": label }, lines.map((each) => (
    element("div", { class: "bar" }, [
      element("span", { class: "label" }, [each.label]),
      svg("svg", { class: "stripe" }, [...stripe(each.parts, whole), ...tick(each.tick, whole)]),
      element("span", { class: "value" }, [each.value]),
    ])
  )));
}

const sum = (parts) => parts.reduce((total, [, size]) => total + Math.max(0, size), 0);
const percent = (share) => `${(100 * share).toFixed(3)}%`;

function stripe(parts, whole) {
  let from = 0;
  return parts.filter(([, size]) => size > 0).flatMap(([mark, size]) => {
    const [begin, wide] = [from, size / whole];
    from += wide;
    const rect = svg("rect", { x: percent(begin), width: percent(wide), height: "100%", fill: `url(#${mark.look})`, "data-size": size });
    if (wide < WIDE_ENOUGH) return [rect];
    const middle = percent(begin + wide / 2);
    return [
      rect,
      svg("circle", { class: "plate", cx: middle, cy: "50%", r: 8 }),
      svg("text", { class: "letter", x: middle, y: "50%", dy: ".35em" }, [mark.letter]),
    ];
  });
}

function tick(at, whole) {
  if (at === undefined) return [];
  return [svg("line", { class: "tick", x1: percent(at / whole), x2: percent(at / whole), y1: 0, y2: "100%" })];
}
