// A text that consumers read: with its variables at hand, and what it costs as it is typed.

import { el, say, set } from "../dom.js";
import { count } from "../segments.js";
import { plural } from "../words.js";
import { at, draft, edit } from "./draft.js";
import { allowed, mayChange } from "./rights.js";
import { schema } from "./schema.js";

const filled = (wording) => wording.replace(/@\{([^}]*)\}/g, (all, name) =>
  (name === "COMPANY_NAME" ? draft.doc.name : schema().samples[name]) ?? all);

export function wordingField(shape, path, id, { placeholder }) {
  const area = el("textarea", { id, rows: 3, maxlength: shape.maxLength, placeholder, dir: "auto" });
  area.value = at(path) ?? "";
  const cost = el("p", { class: "help cost", role: "status" });
  const tell = () => {
    const wording = area.value || placeholder;
    say(cost, wording ? costOf(wording, shape.variables ?? []) : "");
  };
  area.addEventListener("input", () => {
    edit(path, area.value === "" ? undefined : area.value);
    tell();
  });
  tell();
  const put = (name) => {
    area.setRangeText(`@{${name}}`, area.selectionStart, area.selectionEnd, "end");
    area.dispatchEvent(new Event("input"));
    area.focus();
  };
  const variables = (mayChange() ? shape.variables ?? [] : []).map((name) => el("button", {
    type: "button", class: "small", onclick: () => put(name),
  }, `@{${name}}`));
  if (shape.title) set(area, "aria-label", shape.title);
  return allowed(el("div", { class: "wording", role: "group" }, area, cost,
    variables.length ? el("p", { class: "variables" }, ...variables) : null));
}

function costOf(wording, variables) {
  const unknown = [...wording.matchAll(/@\{([^}]*)\}?/g)]
    .map((found) => found[1]).filter((name) => !variables.includes(name));
  const { segments, encoding, characters, firstUcs2 } = count(filled(wording));
  const why = firstUcs2 ? `, because of “${firstUcs2.character}”` : "";
  const cost = `${plural(characters, "character")}, ${plural(segments, "segment")} (${encoding}${why})`;
  return unknown.length ? `@{${unknown[0]}} is no variable of this text. ${cost}` : cost;
}
