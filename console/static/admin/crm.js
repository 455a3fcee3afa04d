// The CRM that chats are recorded in: one, or none.

import { el, fill } from "../dom.js";
import { at, draft, edit } from "./draft.js";
import { fields } from "./form.js";
import { offered } from "./rights.js";
import { laterWords, schema } from "./schema.js";
import { freshKey } from "./tree.js";

export function crmView(root) {
  const own = `THREADLINE_TENANT_${(draft.doc.tenant ?? "").toUpperCase().replaceAll("-", "__")}_`;
  const change = (crm) => { edit(["crm"], crm); crmView(root); };
  fill(root,
    el("h2", {}, "CRM"),
    el("p", { class: "quiet" }, `Where contacts are looked up and chats recorded. ${laterWords(schema().properties.crm)} `
      + `Its secret stays with the processes: name a variable that begins with ${own}; others need a file.`),
    ...(at(["crm"]) ? [crmForm(change)] : [el("p", { class: "quiet" }, "There is none."), offered(adding(change))]),
  );
}

const crmForm = (change) => el("section", { class: "card form", "aria-label": "CRM" },
  ...fields("Crm", ["crm"]),
  offered(el("p", { class: "actions" },
    el("button", { type: "button", class: "danger", onclick: () => change(undefined) }, "Work with no CRM"))));

function adding(change) {
  const input = el("input", { id: "add-crm", type: "text", autocomplete: "off", required: true });
  const form = el("form", { class: "card add" }, el("label", { for: input.id }, "Which CRM, such as zendesk"), input,
    el("button", { type: "submit" }, "Set up a CRM"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (input.value.trim()) change({ kind: freshKey(input.value.trim(), new Set()) });
  });
  return form;
}
