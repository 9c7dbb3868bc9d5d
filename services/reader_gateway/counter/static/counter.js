// The counter page: shows what the gateway says, and tells it what the officer chose.

import { fillPanel, makePanel } from "./panel.js";
import { copyOf, put, putIcon } from "./put.js";
import { listen } from "./stream.js";

const [readers, taps, purpose] = ["readers", "taps", "purpose"].map((id) => document.getElementById(id));
const [note, cause, second] = ["note", "cause", "second"].map((id) => document.getElementById(id));
const panels = new Map();

async function tell(method, path, said) {
  const body = said === undefined ? undefined : JSON.stringify(said);
  const taken = await fetch(path, { method, body }).then((answer) => answer.ok, () => false);
  document.getElementById("not-taken").hidden = taken;
}

function panelOf(name) {
  if (!panels.has(name)) {
    const checkChip = () => tell("POST", `/readers/${encodeURIComponent(name)}/chip-checks`);
    panels.set(name, makePanel(name, { checkChip }));
    readers.append(panels.get(name));
  }
  return panels.get(name);
}

function lineOf(tap) {
  const line = copyOf("tap");
  line.dataset.tap = tap.tap;
  line.dataset.look = tap.look;
  putIcon(line.querySelector("use"), tap.look);
  put(line.querySelector(".time"), tap.time);
  put(line.querySelector(".headline"), tap.headline);
  put(line.querySelector(".where"), `${tap.reader} · ${tap.purpose}`);
  put(line.querySelector(".advice"), tap.advice);
  return line;
}

function showLost(isLost) {
  document.getElementById("lost").hidden = !isLost;
  document.body.classList.toggle("stale", isLost);
}

function show(state) {
  showLost(false);
  document.getElementById("not-kept").hidden = state.keeps;
  for (const reader of state.readers) fillPanel(panelOf(reader.name), reader);
  const names = new Set(state.readers.map((reader) => reader.name));
  for (const [name, panel] of panels) {
    if (names.has(name)) continue;
    panel.remove();
    panels.delete(name);
  }
  taps.replaceChildren(...state.taps.map(lineOf));
  document.getElementById("none-yet").hidden = state.taps.length > 0;
  if (document.activeElement !== purpose) purpose.value = state.purpose;
  note.hidden = state.purpose !== "chip-check";
  if (document.activeElement !== cause) cause.value = state.note.cause;
  second.checked = state.note.second;
  second.disabled = !state.note.has_first;
}

const tellNote = () => tell("PUT", "/chip-note", { cause: cause.value, second: second.checked });
cause.addEventListener("change", tellNote);
second.addEventListener("change", tellNote);

purpose.addEventListener("change", () => tell("PUT", `/purpose/${encodeURIComponent(purpose.value)}`));
listen(`/events?lang=${document.documentElement.lang}`, { heard: show, lost: () => showLost(true) });
