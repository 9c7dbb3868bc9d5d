// Where a long name may be broken: between syllables, by the rules of Indonesian, which browsers do not know.

const SOFT_HYPHEN = "\u00ad";
const LONG = 10;
const VOWELS = /([aeiou]+)/i;
const SOUNDS = /ng|ny|kh|sy|./gi;
const OPENS = /^[bcdfgjkpt][lr]$/i;

/** What stands between two vowels: how much of it closes the syllable, and how much opens the next. */
function parted(between) {
  const sounds = between.match(SOUNDS) ?? [];
  const opening = OPENS.test(sounds.slice(-2).join("")) ? 2 : 1;
  return [sounds.slice(0, -opening).join(""), sounds.slice(-opening).join("")];
}

/** A word that may be broken between any two of its syllables. */
function breakable(word) {
  const parts = word.split(VOWELS);
  return parts.map((part, at) => {
    const within = at % 2 === 0 && at > 0 && at < parts.length - 1;
    return within ? parted(part).join(SOFT_HYPHEN) : part;
  }).join("");
}

/** A name whose long words may be broken with a hyphen, and nowhere else. */
export const inSyllables = (name) => name.replace(/[a-z]+/gi, (word) => (word.length < LONG ? word : breakable(word)));
