// What makes the text UCS-2, and so more than twice as long to send: which character, where, and
// what can be done about it.

import { button, el, keyed, say, typeInto } from "./dom.js";
import { ACTIONS } from "./keys.js";
import { characterName, makePlain, oddities, surroundings } from "./plain.js";
import { announce, plural } from "./words.js";

const SHOWN = 5;

/** Works on the textarea `field`, so that every change can be undone with the browser's own key. */
export function oddView(field) {
  const cause = el("p", { class: "cause" });
  const where = el("q", { dir: "auto" });
  const plain = button(ACTIONS.plain, "", replaceAll, "small");
  const find = button(ACTIONS.find, "Show it", () => findNext(), "small");
  const others = el("ul");
  const rest = el("p", { class: "quiet" });
  const root = el("div", { class: "odd", hidden: true },
    el("p", {}, cause, where), el("p", { class: "tools" }, plain, find), others, rest);
  let found = [];

  function update(text, { segments, firstUcs2 }) {
    root.hidden = text === "";
    if (root.hidden) {
      found = [];
      return;
    }
    found = oddities(text);
    say(cause, `${plural(segments, "segment")} of 70 instead of 160 characters, because of ` +
      `${characterName(found[0].character)} at character ${firstUcs2.index + 1}:`);
    const [before, itself, after] = surroundings(text, found[0].places[0], found[0].character);
    if (where.textContent !== before + itself + after) {
      where.replaceChildren(before, el("mark", {}, itself), after);
    }
    const easy = found.filter((each) => each.plain !== null);
    const places = easy.reduce((sum, each) => sum + each.places.length, 0);
    plain.hidden = places === 0;
    say(plain.firstChild, `Replace ${easy.map(shown).slice(0, 3).join(", ")}` +
      (easy.length > 3 ? ` and ${easy.length - 3} more` : ""));
    const hard = found.filter((each) => each.plain === null);
    keyed(others, hard.slice(0, SHOWN), (each) => each.character, chip);
    others.hidden = hard.length === 0;
    say(rest, hard.length > SHOWN ? `and ${plural(hard.length - SHOWN, "other character")} that GSM-7 does not have` : "");
  }

  // `“ ” by "`: what is invisible goes by its name.
  function shown({ character, plain: by }) {
    const seen = /^[\s\p{Cf}]+$/u.test(character) ? characterName(character) : character;
    return by === "" ? seen : by === " " ? `${seen} by a space` : `${seen} by ${by}`;
  }

  function chip({ character, letter }) {
    const name = el("span", { class: "name" });
    const write = el("button", { type: "button", class: "small", onclick: () => replace(character, letter) });
    const remove = el("button", { type: "button", class: "small", onclick: () => replace(character, "") }, "Remove");
    say(write, `Write ${letter}`);
    write.hidden = letter === null;
    remove.setAttribute("aria-label", `Remove ${characterName(character)}`);
    return {
      root: el("li", {}, name, write, remove),
      update: ({ places }) => say(name, characterName(character) + (places.length > 1 ? ` ×${places.length}` : "")),
    };
  }

  function replaceAll() {
    if (root.hidden || !found.some((each) => each.plain !== null)) return;
    const end = makePlain(field.value.slice(0, field.selectionEnd)).length;
    typeInto(field, 0, field.value.length, makePlain(field.value));
    field.setSelectionRange(end, end);
    announce(root.hidden ? "Replaced. The text is GSM-7 now." : "Replaced.");
  }

  function replace(character, by) {
    const places = found.find((each) => each.character === character)?.places ?? [];
    for (const place of places.toReversed()) typeInto(field, place, place + character.length, by);
    announce(by === "" ? "Removed" : "Replaced");
  }

  /** Select the next such character behind the cursor, or the first. */
  function findNext() {
    if (root.hidden) return;
    const places = found.flatMap(({ character, places: all }) =>
      all.map((start) => [start, start + character.length])).sort(([one], [other]) => one - other);
    const from = field.selectionEnd;
    const [start, end] = places.find(([each]) => each >= from) ?? places[0];
    field.focus();
    field.setSelectionRange(start, end);
  }
  return { root, update, makePlain: replaceAll, find: findNext };
}
