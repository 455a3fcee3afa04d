// Choosing another password, with the current one, as the server asks for it.

import * as api from "./api.js";
import { button, el, fill, say, set } from "./dom.js";
import { ACTIONS } from "./keys.js";
import { refusal } from "./login.js";

const LABELS = { current: "Current password", new: "New password" };

/** Opens the form for whoever logs in as `email`; what was typed goes with it. */
export function passwordView(dialog) {
  let sending = false;
  // What was sent is not called back: its outcome is waited for.
  dialog.addEventListener("cancel", (event) => { if (sending) event.preventDefault(); });
  dialog.addEventListener("close", () => dialog.replaceChildren());

  async function change(fields, note, controls) {
    sending = true;
    for (const control of controls) control.disabled = true;
    for (const each of Object.values(fields)) each.blame("");
    say(note, "");
    try {
      await api.put("me/password", { current: fields.current.input.value, new: fields.new.input.value });
      changed(dialog);
    } catch (error) {
      if (error.status === undefined) throw error;
      tell(error, fields, note);
    } finally {
      sending = false;
      for (const control of controls) control.disabled = false;
    }
  }

  return (email) => {
    const fields = { current: fieldOf("current", "current-password"), new: fieldOf("new", "new-password") };
    const note = el("p", { class: "note", role: "alert" });
    const sure = el("button", { type: "submit", class: "primary" }, "Change it");
    const cancel = button(ACTIONS.cancel, "Cancel", () => dialog.close());
    // For the browser's own keeper of passwords: whose they are.
    const whose = el("input", { type: "text", autocomplete: "username", value: email, hidden: true });
    const form = el("form", { method: "post" }, whose, note, fields.current.root, fields.new.root,
      shown(fields), el("p", { class: "quiet" }, "Wherever else you are logged in, you will be logged out."),
      el("div", { class: "choice" }, sure, cancel));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      change(fields, note, [sure, cancel]);
    });
    fill(dialog, title("Change your password"), form);
    dialog.showModal();
    fields.current.input.focus();
  };
}

const title = (words) => el("h2", { id: "password-title" }, words);

function fieldOf(name, autocomplete) {
  const id = `password-${name}`;
  const input = el("input", { id, type: "password", autocomplete, required: true, "aria-describedby": `${id}-wrong` });
  const wrong = el("p", { id: `${id}-wrong`, class: "note", role: "alert" });
  return {
    input,
    root: el("div", {}, el("label", { for: id }, LABELS[name]), input, wrong),
    blame(words) {
      say(wrong, words);
      set(input, "aria-invalid", words !== "" && "true");
    },
  };
}

/** Nobody types it twice: it can be read instead. */
function shown(fields) {
  const box = el("input", { type: "checkbox" });
  box.addEventListener("change", () => {
    for (const { input } of Object.values(fields)) input.type = box.checked ? "text" : "password";
  });
  return el("label", { class: "shown" }, box, "Show what is typed");
}

/** Each rule beside its field, as the API says it; what concerns no field above them. */
function tell(error, fields, note) {
  const blamed = error.errors.filter(({ field }) => fields[field]);
  for (const { field, message } of blamed) fields[field].blame(message.replace(field, LABELS[field]));
  if (blamed.length === 0) say(note, error.status === 0 ? `${error.message} Nobody knows whether it was changed: try again, or log in with either.` : refusal(error));
  fields[blamed[0]?.field ?? "current"].input.select();
}

function changed(dialog) {
  const close = button(ACTIONS.cancel, "Close", () => dialog.close(), "primary");
  set(close, "aria-describedby", "password-done");
  fill(dialog, title("Your password is changed"),
    el("p", { id: "password-done" }, "The new one holds. You stay logged in here, and are logged out everywhere else."),
    el("div", { class: "choice" }, close));
  close.focus();
}
