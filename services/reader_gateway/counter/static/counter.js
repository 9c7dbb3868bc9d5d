// The counter page: shows what the gateway says, and tells it what the officer chose.

const ICONS = {
  ready: "▣", reading: "…", sent: "…", gone: "⚠", verified: "✓", refused: "✗", inconclusive: "?", alive: "♥",
};
const readers = document.querySelector("#readers");
const taps = document.querySelector("#taps");
const purpose = document.querySelector("#purpose");
const lost = document.querySelector("#lost");
const model = document.querySelector("#reader");

function fill(article, reader) {
  article.dataset.look = reader.look;
  article.querySelector(".icon").textContent = ICONS[reader.look] ?? "?";
  article.querySelector("h1").textContent = reader.headline;
  article.querySelector(".advice").textContent = reader.advice;
  article.querySelector(".reader-name").textContent = reader.name;
  const sam = article.querySelector(".sam");
  sam.textContent = reader.sam_text;
  sam.classList.toggle("missing", !reader.sam);
  const photo = article.querySelector(".photo");
  const source = reader.tap?.photo ? `/photos/${reader.tap.tap}` : "";
  photo.hidden = source === "";
  if (source !== "" && !photo.src.endsWith(source)) photo.src = source;
  article.querySelector(".checks").replaceChildren(...(reader.tap?.checks ?? []).map((check) => {
    const line = document.createElement("li");
    line.dataset.result = check.result;
    line.textContent = `${check.mark} ${check.text}`;
    return line;
  }));
  article.querySelector("button").disabled = reader.state !== "ready";
}

function articleOf(name) {
  const known = [...readers.children].find((each) => each.dataset.reader === name);
  if (known) return known;
  const article = model.content.firstElementChild.cloneNode(true);
  article.dataset.reader = name;
  article.querySelector("button").addEventListener("click", () =>
    fetch(`/readers/${encodeURIComponent(name)}/chip-checks`, { method: "POST" }));
  readers.append(article);
  return article;
}

function show(page) {
  for (const reader of page.readers) fill(articleOf(reader.name), reader);
  taps.replaceChildren(...page.taps.map((tap) => {
    const line = document.createElement("li");
    line.dataset.look = tap.look;
    line.textContent = `${tap.time}  ${tap.reader}  ${tap.headline}  ${tap.advice}`;
    return line;
  }));
  if (document.activeElement !== purpose) purpose.value = page.purpose;
}

purpose.addEventListener("change", () =>
  fetch(`/purpose/${encodeURIComponent(purpose.value)}`, { method: "PUT" }));

const events = new EventSource(`/events${location.search}`);
events.addEventListener("message", (event) => show(JSON.parse(event.data)));
events.addEventListener("open", () => { lost.hidden = true; });
events.addEventListener("error", () => { lost.hidden = false; });
