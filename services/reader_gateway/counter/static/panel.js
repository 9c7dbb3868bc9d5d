// A reader's panel: the verdict in colour, icon and words, the photo, and the checks.

import { copyOf, put, putIcon } from "./put.js";

/** `checkChip(reader)` is called when the officer presses the button and it would be heeded. */
export function makePanel(name, { checkChip }) {
  const panel = copyOf("panel");
  panel.dataset.reader = name;
  put(panel.querySelector(".name"), name);
  const button = panel.querySelector(".check-chip");
  button.addEventListener("click", () => {
    // not `disabled`: that would take the keyboard's focus away
    if (button.ariaDisabled !== "true") checkChip(name);
  });
  const photo = panel.querySelector(".photo");
  photo.addEventListener("error", () => { photo.hidden = true; });
  return panel;
}

export function fillPanel(panel, reader) {
  panel.dataset.look = reader.look;
  putIcon(panel.querySelector(".verdict use"), reader.look);
  put(panel.querySelector(".headline"), reader.headline);
  put(panel.querySelector(".advice"), reader.advice);
  put(panel.querySelector(".about"), reader.about);
  put(panel.querySelector(".aloud"), `${reader.name}: ${reader.headline}. ${reader.advice}`);
  const sam = panel.querySelector(".sam");
  put(sam, reader.sam_text);
  sam.classList.toggle("missing", !reader.sam);
  panel.querySelector(".check-chip").ariaDisabled = String(!reader.can_check);
  fillPhoto(panel.querySelector(".photo"), reader.photo);
  panel.querySelector(".checks").replaceChildren(...reader.checks.map(lineOf));
}

function fillPhoto(photo, address) {
  if ((photo.getAttribute("src") ?? "") === (address ?? "")) return;
  photo.hidden = address === null;
  if (address === null) photo.removeAttribute("src");
  else photo.src = address;
}

function lineOf(check) {
  const line = copyOf("check");
  line.dataset.result = check.result;
  putIcon(line.querySelector("use"), check.result);
  put(line.querySelector(".unseen"), `${check.result_text}: `);
  put(line.querySelector(".text"), check.text);
  return line;
}
