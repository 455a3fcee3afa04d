// How a text travels as SMS segments: the rules of domain/segments.py, for the live counter.
// tests/domain/segment_cases.json holds both to one table.

const BASIC = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ" +
  " !\"#¤%&'()*+,-./0123456789:;<=>?" +
  "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§" +
  "¿abcdefghijklmnopqrstuvwxyzäöñüà"
);
const EXTENSION = new Set("\f^{}\\[~]|€");
const ROOM = {
  "GSM-7": { alone: 160, concatenated: 153 },
  "UCS-2": { alone: 70, concatenated: 67 },
};

/**
 * `units` are septets (GSM-7) or UTF-16 code units (UCS-2); `characters` are code points;
 * `firstUcs2` is the first character outside GSM-7, with its code point index, or null.
 */
export function count(text) {
  const characters = [...text];
  const at = characters.findIndex((character) => !inGsm7(character));
  const firstUcs2 = at < 0 ? null : { index: at, character: characters[at] };
  const encoding = firstUcs2 ? "UCS-2" : "GSM-7";
  const widths = characters.map((character) => width(character, encoding));
  const units = widths.reduce((sum, each) => sum + each, 0);
  const { alone, concatenated } = ROOM[encoding];
  const single = units <= alone;
  return {
    characters: characters.length,
    encoding,
    units,
    segments: single ? Math.min(units, 1) : packed(widths, concatenated),
    perSegment: single ? alone : concatenated,
    firstUcs2,
  };
}

export const inGsm7 = (character) => BASIC.has(character) || EXTENSION.has(character);

function width(character, encoding) {
  if (encoding === "GSM-7") return EXTENSION.has(character) ? 2 : 1;
  return character.length;
}

// No escape pair and no surrogate pair is cut in two: what does not fit goes to the next segment.
function packed(widths, room) {
  let segments = 0;
  let free = 0;
  for (const each of widths) {
    if (each > free) {
      segments += 1;
      free = room;
    }
    free -= each;
  }
  return segments;
}
