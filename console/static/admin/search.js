// Finding one of many by a few letters of it.

import { el } from "../dom.js";

/** Whether some of these words have the sought letters in them, in any case. */
export const fits = (sought, ...words) =>
  words.some((word) => String(word).toLowerCase().includes(sought.toLowerCase()));

/** A field that calls `show(sought)` as it is typed in. */
export function searchBox(label, show, sought = "") {
  const input = el("input", { type: "search", class: "search", "aria-label": label, placeholder: label, autocomplete: "off" });
  input.value = sought;
  input.addEventListener("input", (event) => {
    // What is sought is no change of the thing that the form is about.
    event.stopPropagation();
    show(input.value.trim());
  });
  return input;
}
