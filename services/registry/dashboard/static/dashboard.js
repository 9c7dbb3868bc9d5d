// The dashboard: signs in, asks for each report as of a day, and listens for taps.

import { showChips } from "./chips.js";
import { showCompliance } from "./compliance.js";
import { showCurve } from "./curve.js";
import { showEnrolment } from "./enrolment.js";
import { listen, showTaps } from "./live.js";
import { SignedOut, ask, isSignedIn, signIn, signOut } from "./session.js";
import { showLacking, showTiles } from "./tiles.js";
import { say, wholeDay } from "./words.js";

const byId = (id) => document.getElementById(id);
const [asOf, form, refused] = ["as-of", "sign-in", "refused"].map(byId);
const FIRST_DAY = "2000-01-01";
const REPORTS = [
  { path: (day) => `/v1/reports/roll-out?as-of=${day}`, shows: { lacking: showLacking, tiles: showTiles, curve: showCurve } },
  { path: (day) => `/v1/reports/enrolment?as-of=${day}`, shows: { enrolment: showEnrolment } },
  { path: (day) => `/v1/reports/compliance?as-of=${day}`, shows: { compliance: showCompliance } },
  { path: (day) => `/v1/reports/chip-health?from=${FIRST_DAY}&until=${day}`, shows: { chips: showChips } },
];
let asking = new AbortController();

const today = () => new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Jakarta" }).format(new Date());

function mark(sections, { busy, failed = false }) {
  for (const section of sections) {
    section.ariaBusy = String(busy);
    section.querySelector(".loading").hidden = !busy;
    section.querySelector(".failed:not(#lost)").hidden = !failed;
  }
}

async function showReport({ path, shows }, signal) {
  const sections = Object.keys(shows).map(byId);
  mark(sections, { busy: true });
  try {
    const answer = await (await ask(path(asOf.value), { signal })).json();
    if (signal.aborted) return;
    for (const [id, show] of Object.entries(shows)) show(byId(id), answer);
    mark(sections, { busy: false });
  } catch (error) {
    if (!signal.aborted && !leaves(error)) mark(sections, { busy: false, failed: true });
  }
}

async function showCity(signal) {
  try {
    const { places } = await (await ask(`/v1/reports/places?as-of=${asOf.value}`, { signal })).json();
    byId("city").textContent = places.find((each) => each.parent === null)?.name ?? "";
  } catch (error) {
    if (!signal.aborted) leaves(error);
  }
}

function showLive(signal) {
  const section = byId("live");
  const heard = (taps) => {
    if (signal.aborted) return;
    mark([section], { busy: false });
    byId("lost").hidden = true;
    section.classList.remove("stale");
    showTaps(section, taps);
  };
  const lost = () => {
    mark([section], { busy: false });
    byId("lost").hidden = false;
    section.classList.add("stale");
  };
  listen({ heard, lost, signal }).catch(leaves);
}

/** Asks for everything anew; what was asked before and has not come is not waited for. */
function showAll() {
  asking.abort();
  asking = new AbortController();
  byId("outside").hidden = true;
  for (const id of ["inside", "day", "sign-out"]) byId(id).hidden = false;
  for (const report of REPORTS) showReport(report, asking.signal);
  showCity(asking.signal);
  showLive(asking.signal);
}

function showSignIn() {
  asking.abort();
  for (const id of ["inside", "day", "sign-out"]) byId(id).hidden = true;
  byId("city").textContent = "";
  byId("outside").hidden = false;
  form.elements[0].focus();
}

function leaves(error) {
  if (!(error instanceof SignedOut)) return false;
  showSignIn();
  return true;
}

function keepDay() {
  // the field itself writes it as the browser does, whatever language the page speaks
  byId("said-day").textContent = wholeDay(asOf.value);
  const here = new URL(location.href);
  if (asOf.value === today()) here.searchParams.delete("as-of");
  else here.searchParams.set("as-of", asOf.value);
  here.searchParams.delete("lang");
  history.replaceState(null, "", here);
  const other = new URL(byId("language").href);
  other.search = new URLSearchParams([...here.searchParams, ["lang", byId("language").hreflang]]);
  byId("language").href = other;
}

let signingIn = false;
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (signingIn) return;
  signingIn = true;
  refused.textContent = "";
  try {
    if (await signIn(new FormData(form))) {
      form.reset();
      showAll();
    } else refused.textContent = say("refused");
  } catch {
    refused.textContent = say("away");
  } finally {
    signingIn = false;
  }
});
byId("sign-out").addEventListener("click", async () => {
  showSignIn();
  await signOut().catch(() => {});
});
asOf.addEventListener("change", () => {
  if (!asOf.checkValidity()) return;
  if (asOf.value === "") asOf.value = today();
  keepDay();
  showAll();
});
for (const button of document.querySelectorAll(".again")) button.addEventListener("click", showAll);

asOf.value = new URLSearchParams(location.search).get("as-of") ?? "";
if (asOf.value === "") asOf.value = today();
keepDay();
// where the registry is away each report says so, and can be asked for again
isSignedIn().then((yes) => (yes ? showAll() : showSignIn()), showAll);
