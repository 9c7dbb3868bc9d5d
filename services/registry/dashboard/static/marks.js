// What each state looks like: a shape with a letter, and a pattern; colour only repeats it.

import { element, svg } from "./draw.js";
import { say } from "./words.js";

const mark = (look, label, letter) => ({ look, label: say(label), letter: say(letter) });

/** Of a place's reader, the best first. */
export const STATES = {
  working: mark("solid", "state_working", "letter_working"),
  silent: mark("rails", "state_silent", "letter_silent"),
  approved: mark("waves", "state_approved", "letter_approved"),
  installed: mark("dots", "state_installed", "letter_installed"),
  broken: mark("net", "state_broken", "letter_broken"),
  delivered: mark("sparse", "state_delivered", "letter_delivered"),
  ordered: mark("falling", "state_ordered", "letter_ordered"),
  none: mark("rising", "state_none", "letter_none"),
};

/** Of an institution. */
export const USES = {
  in_use: mark("solid", "in_use", "letter_in_use"),
  unused: mark("rails", "unused", "letter_unused"),
  on_order: mark("falling", "on_order", "letter_on_order"),
  none: mark("rising", "none", "letter_none_held"),
};

/** Of residents. */
export const RESIDENTS = {
  activated: mark("solid", "activated", "letter_activated"),
  waiting: mark("dots", "waiting", "letter_waiting"),
  not_recorded: mark("rising", "not_recorded", "letter_not_recorded"),
};

/** Of chips. */
export const CHIPS = {
  alive: mark("solid", "alive", "letter_alive"),
  damaged: mark("net", "damaged", "letter_damaged"),
  dead: mark("rising", "dead", "letter_dead"),
  silent: mark("rails", "silent", "letter_silent_chip"),
  not_a_ktp: mark("falling", "not_a_ktp", "letter_not_a_ktp"),
  undecided: mark("sparse", "undecided", "letter_undecided"),
};

const ENDINGS = {
  verified: mark("solid", "outcome_verified", "letter_verified"),
  alive: mark("dots", "outcome_alive", "letter_outcome_alive"),
  refused: mark("rising", "outcome_refused", "letter_refused"),
  inconclusive: mark("rails", "outcome_inconclusive", "letter_inconclusive"),
};

/** Of a tap; a newer registry may know more. */
export const ending = (name) => ENDINGS[name] ?? mark("sparse", name, "letter_other");

/** The shape with its letter. */
export function badge({ look, letter }) {
  return svg("svg", { class: "badge", viewBox: "0 0 24 24", "aria-hidden": true }, [
    svg("use", { href: `/static/shapes.svg#${look}` }),
    svg("text", { x: 12, y: look === "falling" ? 18.5 : look === "sparse" ? 14 : 16.5 }, [letter]),
  ]);
}

/** A patch of the pattern, as large as what it lies in. */
export function swatch({ look }) {
  return svg("svg", { class: "swatch", "aria-hidden": true }, [
    svg("rect", { width: "100%", height: "100%", fill: `url(#${look})` }),
  ]);
}

export function fillLegend(list, marks) {
  list.replaceChildren(
    ...marks.map((each) => element("li", { "data-look": each.look }, [swatch(each), badge(each), each.label])),
  );
}
