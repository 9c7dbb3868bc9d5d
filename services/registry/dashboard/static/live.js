// Taps as they come. The stream is read by fetch, for an EventSource cannot say who asks.

import { bars } from "./bars.js";
import { element, svg } from "./draw.js";
import { ending, fillLegend } from "./marks.js";
import { SignedOut, ask } from "./session.js";
import { count, showTable, text } from "./table.js";
import { LANGUAGE, clock, number, say } from "./words.js";

const PATH = "/v1/reports/taps";
const SILENT_FOR = 15_000;
const AGAIN_AFTER = 1_500;
const HEIGHT = 60;

/** Calls `heard` with all that is known, again and again, until the signal ends it; `lost` when nothing is heard. */
export async function listen({ heard, lost, signal }) {
  while (!signal.aborted) {
    try {
      await hear(heard, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof SignedOut) throw error;
      lost();
    }
    await new Promise((resolve) => { setTimeout(resolve, AGAIN_AFTER); });
  }
}

async function hear(heard, signal) {
  const silence = new AbortController();
  let waiting;
  const expect = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => silence.abort(), SILENT_FOR);
  };
  expect();
  try {
    const either = AbortSignal.any([signal, silence.signal]);
    const answer = await ask(PATH, { accept: "text/event-stream", signal: either })
      // many listen already: then now and again
      .catch((error) => (either.aborted || error instanceof SignedOut ? Promise.reject(error) : ask(PATH, { signal: either })));
    if (!answer.headers.get("Content-Type").startsWith("text/event-stream")) return heard(await answer.json());
    let rest = "";
    for await (const part of chunks(answer.body.pipeThrough(new TextDecoderStream()))) {
      expect();
      const events = (rest + part).split("\n\n");
      rest = events.pop();
      for (const event of events) heard(JSON.parse(event.slice("data: ".length)));
    }
  } finally {
    clearTimeout(waiting);
  }
}

async function* chunks(stream) {
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

export function showTaps(section, { minutes, outcomes }) {
  const hour = minutes.reduce((sum, each) => sum + each.taps, 0);
  document.getElementById("hour").textContent = number(hour);
  document.getElementById("minute").textContent = number(minutes[minutes.length - 1].taps);
  document.getElementById("minutes").replaceChildren(columns(minutes, `${number(hour)} ${say("live_hour")}`));
  document.getElementById("no-outcomes").hidden = outcomes.length > 0;
  const names = [...new Set(outcomes.map((each) => each.outcome))];
  fillLegend(section.querySelector(".legend"), names.map(ending));
  document.getElementById("outcomes").replaceChildren(...(outcomes.length === 0 ? [] : [bars(outcomes.map((each) => ({
    label: each.says[LANGUAGE], parts: [[ending(each.outcome), each.taps]], value: number(each.taps),
  })), { label: say("outcomes") })]));
  showTables(section, { minutes, outcomes });
}

function columns(minutes, label) {
  const most = Math.max(1, ...minutes.map((each) => each.taps));
  const wide = 100 / minutes.length;
  return element("div", { class: "columns", role: "img", "aria-label": label }, [
    svg("svg", { height: HEIGHT }, minutes.map((each, at) => svg("rect", {
      x: `${at * wide}%`, width: `${wide * 0.8}%`, y: HEIGHT * (1 - each.taps / most), height: (HEIGHT * each.taps) / most,
    }))),
    element("span", {}, [clock(minutes[0].minute)]),
    element("span", {}, [`≤ ${number(most)}`]),
    element("span", {}, [clock(minutes[minutes.length - 1].minute)]),
  ]);
}

function showTables(section, { minutes, outcomes }) {
  showTable(section, {
    name: "minutes",
    title: say("per_minute"),
    columns: [text("minute", "minute", clock), count("taps", "taps")],
    lines: minutes,
    csv: PATH,
  });
  showTable(section, {
    name: "outcomes",
    title: say("outcomes"),
    columns: [text(`says.${LANGUAGE}`, "reason"), text("outcome", "outcome", (name) => ending(name).label), count("taps", "taps")],
    lines: outcomes,
    csv: `${PATH}?table=outcomes`,
  });
}
