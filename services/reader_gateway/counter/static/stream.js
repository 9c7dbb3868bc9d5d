// The gateway's event stream: how things are, at once, after each change, and every few seconds.

const SILENT_FOR = 15_000;
const AGAIN_AFTER = 1_500;

/** Calls `heard(state)` for each state, and `lost()` when the gateway is not heard of; tries again by itself. */
export function listen(url, { heard, lost }) {
  const stream = new EventSource(url);
  let silence;

  const giveUp = () => {
    clearTimeout(silence);
    stream.close();
    lost();
    setTimeout(() => listen(url, { heard, lost }), AGAIN_AFTER);
  };
  const expect = () => {
    clearTimeout(silence);
    silence = setTimeout(giveUp, SILENT_FOR);
  };

  stream.addEventListener("message", (event) => {
    expect();
    heard(JSON.parse(event.data));
  });
  // browsers differ in when they reconnect by themselves, so none is left to
  stream.addEventListener("error", giveUp);
  expect();
}
