// Before anything is applied: what would change, what it means for running chats, what is wrong.

import * as api from "../api.js";
import { el, fill } from "../dom.js";
import { announce, plural } from "../words.js";
import { applied as nowHolds, draft, rebase } from "./draft.js";

const BASE = "/admin/api/v1/configuration";

/** Opens the plan; `applied(version, before)` after it was made so. */
export function reviewView(dialog, { sectionOf, go, applied }) {
  const open = async (note = "") => {
    fill(dialog, el("h2", { id: "review-title" }, "Review"), el("p", {}, "Planning…"));
    if (!dialog.open) dialog.showModal();
    try {
      show(await api.post(`${BASE}/plan`, { document: draft.doc, base: draft.version }), note);
    } catch (error) {
      if (error.status === 409) return behind(error);
      if (error.status === undefined) throw error;
      refused(error);
    }
  };
  const close = el("button", { type: "button", onclick: () => dialog.close() }, "Back");

  function show({ changes, consequences }, note) {
    const sure = el("button", { type: "button", class: "primary" }, `Apply ${plural(changes.length, "change")}`);
    sure.disabled = changes.length === 0;
    sure.addEventListener("click", () => apply(sure));
    fill(dialog,
      el("h2", { id: "review-title" }, changes.length ? `${plural(changes.length, "change")} to apply` : "Nothing would change"),
      note ? el("p", { class: "note", role: "alert" }, note) : null,
      ...consequences.map((sentence) => el("p", { class: "consequence" }, sentence)),
      el("ul", { class: "plan" }, ...changes.map(changeView)),
      el("p", { class: "actions" }, sure, close),
    );
    (changes.length ? sure : close).focus();
  }

  async function apply(sure) {
    sure.disabled = true;
    try {
      const answer = await api.post(`${BASE}/apply`, { document: draft.doc, base: draft.version });
      nowHolds(await api.get(BASE));
      dialog.close();
      announce(`Version ${answer.version} holds now`);
      applied(answer.version, answer.base);
    } catch (error) {
      if (error.status === 409) return behind(error);
      if (error.status === undefined) throw error;
      refused(error);
    }
  }

  async function behind({ message }) {
    rebase(await api.get(BASE));
    await open(`${message} Your changes are on top of it now: look at them again.`);
  }

  function refused({ message, errors }) {
    fill(dialog,
      el("h2", { id: "review-title" }, "Not applied"),
      el("p", { class: "note", role: "alert" }, message),
      el("ul", { class: "plan" }, ...errors.map(({ field, message: rule }) => el("li", {},
        sectionOf(field) ? leading(field) : el("code", {}, field), el("p", {}, rule)))),
      el("p", { class: "actions" }, close),
    );
    close.focus();
  }
  const leading = (field) => el("button", {
    type: "button", class: "plain", onclick: () => { dialog.close(); go(field); },
  }, el("code", {}, field));
  return open;
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
