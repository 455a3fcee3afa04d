// Characters outside GSM-7, which make a text UCS-2: what they are called, where they are, and
// what could stand in their place. The replacements are those of domain/segments.py, in the page.

import { inGsm7 } from "./segments.js";

const PLAIN = JSON.parse(document.getElementById("plain").textContent);
const AS_PICTURE = "\ufe0f"; // asks for the coloured form of the character before it
const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/**
 * What a reader takes for one character, each once, in the order of the text:
 * `{character, places, plain, letter}`. `places` are UTF-16 offsets; `plain` says the same in
 * GSM-7 (null: nothing does); `letter` is the letter without what is above or below it.
 */
export function oddities(text) {
  const found = new Map();
  for (const { segment, index } of graphemes.segment(text)) {
    if ([...segment].every(inGsm7)) continue;
    if (!found.has(segment)) {
      found.set(segment, {
        character: segment, places: [], plain: plainOf(segment), letter: letterOf(segment),
      });
    }
    found.get(segment).places.push(index);
  }
  return [...found.values()];
}

/** The text with everything replaced that has a plain equivalent. */
export function makePlain(text) {
  return [...graphemes.segment(text)].map(({ segment }) => plainOf(segment) ?? segment).join("");
}

function plainOf(grapheme) {
  const written = [...grapheme.normalize("NFC")]
    .map((each) => (inGsm7(each) ? each : each === AS_PICTURE ? "" : PLAIN[each]));
  return written.includes(undefined) ? null : written.join("");
}

function letterOf(grapheme) {
  const [first] = grapheme.normalize("NFD");
  return /\p{L}/u.test(first) && inGsm7(first) ? first : null;
}

const NAMES = {
  "\t": "tab", "\u00a0": "no-break space", "\u202f": "narrow space", "\u3000": "wide space",
  "\u200b": "zero-width space", "\u200c": "non-joiner", "\u200d": "joiner", "\ufeff": "byte-order mark",
  "\u00ad": "soft hyphen", "\u200e": "direction mark", "\u200f": "direction mark",
  "\u2028": "line separator", "\u2018": "curly apostrophe", "\u2019": "curly apostrophe",
  "\u201c": "curly quote", "\u201d": "curly quote", "\u201e": "low quote", "\u2010": "hyphen",
  "\u2011": "hyphen", "\u2013": "dash", "\u2014": "long dash", "\u2212": "minus", "\u2026": "ellipsis",
  "\u2022": "bullet", "`": "backtick", "\u00b4": "accent",
};

/** What to call a character that may be invisible or easily mistaken: `’ (curly apostrophe)`. */
export function characterName(character) {
  const name = NAMES[character] ?? (/[\u2000-\u200a\u205f]/.test(character) ? "wide space" : undefined);
  const unseen = /^[\s\p{Cf}\p{Mn}]$/u.test(character);
  if (name !== undefined) return unseen ? `a ${name}` : `${character} (${name})`;
  const code = character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
  return unseen ? `an invisible character (U+${code})` : `“${character}”`;
}

/** The characters around a place, for showing where it is: `[before, itself, after]`. */
export function surroundings(text, place, character) {
  const before = [...text.slice(0, place)];
  const after = [...text.slice(place + character.length)];
  const cut = (part) => part.join("").replace(/\s+/g, " ");
  return [
    (before.length > 12 ? "…" : "") + cut(before.slice(-12)), character,
    cut(after.slice(0, 12)) + (after.length > 12 ? "…" : ""),
  ];
}
