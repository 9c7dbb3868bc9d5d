// The page's words, and how numbers and days are written in its language.

const WORDS = JSON.parse(document.getElementById("words").textContent);
export const LANGUAGE = document.documentElement.lang;
const LOCALE = LANGUAGE === "id" ? "id-ID" : "en-GB";
const NUMBER = new Intl.NumberFormat(LOCALE);
const PERCENT = new Intl.NumberFormat(LOCALE, { style: "percent", maximumFractionDigits: 1 });
const DAY = { day: "numeric", month: "short", year: "numeric" };
// a day is that of western Indonesia, wherever the page is read; one without an hour is no moment
const OF_DAY = new Intl.DateTimeFormat(LOCALE, { ...DAY, timeZone: "UTC" });
const OF_MOMENT = new Intl.DateTimeFormat(LOCALE, { ...DAY, timeZone: "Asia/Jakarta" });
const OF_DAY_WHOLE = new Intl.DateTimeFormat(LOCALE, { ...DAY, month: "long", timeZone: "UTC" });
const OF_MONTH = new Intl.DateTimeFormat(LOCALE, { month: "short", year: "numeric", timeZone: "UTC" });
const CLOCK = new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Jakarta" });

/** The words of that name; the name itself where there are none, for what a newer registry may say. */
export function say(name, given = {}) {
  return (WORDS[name] ?? name).replace(/\{(\w+)\}/g, (_, key) => given[key]);
}

/** One of several words that begin alike, such as those for states. */
export const sayOne = (kind, name) => WORDS[`${kind}_${name}`] ?? name;

export const number = (value) => NUMBER.format(value);
export const percent = (share) => PERCENT.format(share);
export const month = (time) => OF_MONTH.format(time);
export const clock = (moment) => CLOCK.format(new Date(moment));
export const wholeDay = (value) => OF_DAY_WHOLE.format(new Date(value));
export function day(value) {
  return (value.length > 10 ? OF_MOMENT : OF_DAY).format(new Date(value));
}
