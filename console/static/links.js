// Texts with their web addresses as links. Nothing is ever read as HTML: what is no link is text.

import { el } from "./dom.js";

// Without white space, quotes, brackets of markup, and marks that turn the direction of writing:
// an address that reads backwards leads elsewhere than it seems.
const ADDRESS = /https?:\/\/[^\s<>"“”„«»\u0000-\u001f\u200b-\u200f\u202a-\u202e\u2060-\u2069]+/giu;
const TRAILING = /[.,;:!?'’*…）。、]+$/u;
const PAIRS = { ")": "(", "]": "[", "}": "{" };

/** `[{text, href}]`, which joined are the text; `href` is null for what is no link. */
export function pieces(text) {
  const found = [];
  let at = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = trimmed(match[0]);
    if (!isWeb(address)) continue;
    if (match.index > at) found.push({ text: text.slice(at, match.index), href: null });
    found.push({ text: address, href: address });
    at = match.index + address.length;
  }
  if (at < text.length) found.push({ text: text.slice(at), href: null });
  return found;
}

/** Write a text into an element, its addresses as links; only if it differs. */
export function sayLinked(element, text) {
  if (element.textContent === text) return;
  element.replaceChildren(...pieces(text).map(({ text: words, href }) => (href === null ? words
    : el("a", { href, target: "_blank", rel: "noopener noreferrer", dir: "ltr" }, words))));
}

// The point at the end of a sentence, and a bracket that was opened before the address, are not its.
function trimmed(address) {
  for (;;) {
    const shorter = address.replace(TRAILING, "");
    const open = PAIRS[shorter.at(-1)];
    const unpaired = open && shorter.split(open).length < shorter.split(shorter.at(-1)).length;
    const rest = unpaired ? shorter.slice(0, -1) : shorter;
    if (rest === address) return rest;
    address = rest;
  }
}

function isWeb(address) {
  try {
    const { protocol, hostname, username } = new URL(address);
    // `https://bank.example@evil.example` shows one host and leads to another.
    return ["http:", "https:"].includes(protocol) && hostname !== "" && username === "";
  } catch {
    return false;
  }
}
