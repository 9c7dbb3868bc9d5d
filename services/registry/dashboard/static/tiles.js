// Which kelurahan lack a reader: in words, and as a map of tiles.

import { element } from "./draw.js";
import { STATES, badge, fillLegend, swatch } from "./marks.js";
import { inSyllables } from "./syllables.js";
import { date, count, showTable, text } from "./table.js";
import { number, say, sayOne } from "./words.js";

const state = (name) => STATES[name] ?? { ...STATES.none, label: name };
const byName = (one, other) => one.name.localeCompare(other.name);

/** Places below a kecamatan, by kecamatan; whose own line is there where it is to have a reader too. */
function grouped(places) {
  const groups = new Map();
  for (const each of places) {
    if (!groups.has(each.kecamatan)) groups.set(each.kecamatan, { name: each.kecamatan_name, places: [] });
    const group = groups.get(each.kecamatan);
    if (each.kind === "kecamatan") group.own = each;
    else group.places.push(each);
  }
  return [...groups.values()].filter((group) => group.places.length > 0);
}

export function showLacking(section, { places }) {
  const small = places.filter((each) => each.kind !== "kecamatan");
  const lacking = small.filter((each) => !each.equipped);
  const counts = { missing: number(lacking.length), of: number(small.length) };
  section.querySelector(".says").textContent = say(
    small.length === 0 ? "no_targets" : lacking.length === 0 ? "all_equipped" : "lacking", counts,
  );
  section.querySelector("h2").hidden = lacking.length === 0;
  section.querySelector(".names").replaceChildren(...grouped(lacking).map((group) => {
    const names = group.places.sort(byName).map((each) => (
      each.state === "none" ? each.name : `${each.name} (${state(each.state).label})`
    ));
    return element("li", {}, [element("b", {}, [`${group.name} (${group.places.length}): `]), `${names.join(", ")}.`]);
  }));
}

function tileOf(place) {
  const mark = state(place.state);
  return element("li", { class: "tile", "data-place": place.place, "data-state": place.state }, [
    element("span", { class: "sign" }, [swatch(mark), badge(mark)]),
    element("span", { class: "name" }, [inSyllables(place.name)]),
    element("span", { class: "state" }, [mark.label]),
  ]);
}

export function showTiles(section, report) {
  fillLegend(section.querySelector(".legend"), Object.values(STATES));
  section.querySelector(".plot").replaceChildren(...grouped(report.places).map((group) => {
    const own = group.own === undefined ? [] : [badge(state(group.own.state))];
    const said = group.own === undefined ? [] : [element("span", { class: "unseen" }, [` (${state(group.own.state).label})`])];
    const equipped = group.places.filter((each) => each.equipped).length;
    return element("section", { class: "kecamatan" }, [
      element("h3", {}, [...own, element("span", {}, [group.name]), ...said, element("small", {}, [`${equipped}/${group.places.length}`])]),
      element("ol", {}, group.places.sort(byName).map(tileOf)),
    ]);
  }));
  showTable(section, {
    name: "places",
    columns: [
      text("name", "place"), text("kecamatan_name", "kecamatan"), text("kind", "kind", (kind) => sayOne("kind", kind)),
      text("state", "state", (name) => state(name).label), date("since", "since"), date("due", "due"),
      text("funds", "funds", (funds) => sayOne("funds", funds)), text("funds_year", "funds_year"), count("days_late", "days_late"),
    ],
    lines: report.places,
    csv: `/v1/reports/roll-out?as-of=${report["as-of"]}`,
  });
}
