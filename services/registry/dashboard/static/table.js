// The numbers of a plot: as a table, and as the CSV that the registry writes of the same report.

import { element } from "./draw.js";
import { ask } from "./session.js";
import { day, number, percent, say } from "./words.js";

const is = (show) => (value) => (value === null || value === undefined ? "" : show(value));

/** Columns, each of a name as JSON and CSV have it. */
export const text = (name, label, show = String) => ({ name, label: say(label), show: is(show), look: "text" });
export const count = (name, label) => ({ name, label: say(label), show: is(number), look: "count" });
export const share = (name, label) => ({ name, label: say(label), show: is(percent), look: "count" });
export const date = (name, label) => ({ name, label: say(label), show: is(day), look: "text" });

const valueOf = (line, name) => name.split(".").reduce((within, part) => within?.[part], line);

/** Shows a table below a plot; one of the same name is replaced, and stays open if it was. */
export function showTable(section, { name, title = say("numbers"), columns, lines, csv }) {
  const numbers = section.querySelector(".numbers");
  let made = numbers.querySelector(`[data-table="${name}"]`);
  if (made === null) {
    made = document.getElementById("table").content.firstElementChild.cloneNode(true);
    made.dataset.table = name;
    made.querySelector(".csv").addEventListener("click", download);
    numbers.append(made);
  }
  made.querySelector("summary").textContent = title;
  const said = `${section.querySelector("h2").textContent}: ${title}`;
  made.querySelector("caption").textContent = said;
  made.querySelector(".scroll").ariaLabel = said;
  const link = made.querySelector(".csv");
  link.href = `${csv}${csv.includes("?") ? "&" : "?"}format=csv`;
  link.download = `${name}.csv`;
  made.querySelector("thead tr").replaceChildren(
    ...columns.map((each) => element("th", { scope: "col", class: each.look }, [each.label])),
  );
  made.querySelector("tbody").replaceChildren(...lines.map((line) => rowOf(line, columns)));
}

function rowOf(line, columns) {
  return element("tr", {}, columns.map(({ name, show, look }, at) => {
    const value = valueOf(line, name);
    const attributes = { class: look, "data-name": name, "data-value": value ?? "" };
    return element(at === 0 ? "th" : "td", at === 0 ? { ...attributes, scope: "row" } : attributes, [show(value)]);
  }));
}

// a link by itself would ask without the token
async function download(event) {
  event.preventDefault();
  const { href, download: name } = event.currentTarget;
  const failed = event.currentTarget.closest("section").querySelector(".failed");
  try {
    const file = URL.createObjectURL(await (await ask(href)).blob());
    element("a", { href: file, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(file), 60_000);
    failed.hidden = true;
  } catch {
    failed.hidden = false;
  }
}
