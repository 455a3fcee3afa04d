// The dialog of a plan: what it waits for, what would change, what is refused, and always the way back.

import { el, fill } from "../dom.js";
import { plural } from "../words.js";

/** `leading(field)`: what leads to a field of the pages, null where none has it. */
export function planDialog(dialog, { leading }) {
  const close = el("button", { type: "button", onclick: () => dialog.close() }, "Back");
  let turn = 0;

  function tell(title, parts, actions) {
    fill(dialog, el("h2", { id: "review-title" }, title), ...parts, el("p", { class: "actions" }, ...actions));
    if (!dialog.open) dialog.showModal();
    actions.find((each) => !each.disabled).focus();
  }

  /** Returns whether the answer is still waited for: not after the way back, nor if more was asked. */
  function waiting(title, words) {
    tell(title, [el("p", { role: "status" }, words)], [close]);
    const mine = (turn += 1);
    return () => mine === turn && dialog.open;
  }

  function show({ changes, consequences }, note, apply) {
    const sure = el("button", { type: "button", class: "primary" }, `Apply ${plural(changes.length, "change")}`);
    sure.disabled = changes.length === 0;
    sure.addEventListener("click", () => { sure.disabled = true; apply(); });
    tell(changes.length ? `${plural(changes.length, "change")} to apply` : "Nothing would change", [
      note ? el("p", { class: "note", role: "alert" }, note) : null,
      ...consequences.map((sentence) => el("p", { class: "consequence" }, sentence)),
      el("ul", { class: "plan" }, ...changes.map(changeView)),
    ], [sure, close]);
  }

  function refused({ message, errors }, title = "Not applied") {
    tell(title, [
      el("p", { class: "note", role: "alert" }, message),
      el("ul", { class: "plan" }, ...errors.map(({ field, message: rule }) => el("li", {},
        leading(field) ?? el("code", {}, field), el("p", {}, rule)))),
    ], [close]);
  }
  return { waiting, show, refused, close: () => dialog.close() };
}

const VERBS = { create: ["+", "Create"], change: ["~", "Change"], delete: ["−", "Delete"] };

export function changeView({ verb, kind, key, name, fields = [] }) {
  const [shape, word] = VERBS[verb] ?? ["·", verb];
  const called = name && name !== key ? ` “${name}”` : "";
  return el("li", { class: verb },
    el("p", {}, el("strong", {}, `${shape} ${word} ${kind.replace("_", " ")} `), el("code", {}, key), called),
    fields.length ? detailsOf(verb, fields) : null);
}

/** What changed is read at once; all that a new or deleted thing had, on demand. */
function detailsOf(verb, fields) {
  const list = el("ul", {}, ...fields.map(({ field, old, new: now }) => el("li", {}, `${field.replaceAll("_", " ")}: `,
    ...(verb === "change" ? [el("del", {}, value(old)), " → ", el("ins", {}, value(now))] : [value(verb === "create" ? now : old)]))));
  if (verb === "change") return list;
  return el("details", {}, el("summary", {}, plural(fields.length, "field")), list);
}

const value = (thing) => (thing === null || thing === undefined ? "nothing"
  : typeof thing === "string" ? thing
  : Array.isArray(thing) && thing.every((each) => typeof each === "string") ? thing.join(", ") : JSON.stringify(thing));
