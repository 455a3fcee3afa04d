// What is done to a number or a person at once, and is no configuration: asking a carrier, a password.

import * as api from "../api.js";
import { el, fill, say } from "../dom.js";
import { draft } from "./draft.js";
import { mayChange, offered } from "./rights.js";

const BASE = "/admin/api/v1";

/** How far a number is verified, and asking its carrier again. */
export function numberStatus(key, form) {
  const body = { number: key };
  beside(form, "Verification", draft.base.numbers?.[key], async (told) => {
    say(told, (await api.post(`${BASE}/numbers/status`, body)).status);
  }, "Ask the carrier", async (told) => {
    say(told, "Asking…");
    const { status, why } = await api.post(`${BASE}/numbers/verify`, body);
    say(told, why ? `${status}: ${why}.` : status);
  });
}

/** A new password for somebody, shown once; who has it logs in anew everywhere. */
export const passwordOf = (ask) => (key, form) => {
  if (!mayChange()) return;
  const user = draft.base.users?.[key];
  beside(form, "Password", user, null, "Make a new password…", async (told) => {
    const sure = await ask({
      title: `A new password for ${user.name}?`,
      words: "The old one is worth nothing from this moment on, and they are logged out everywhere.",
      yes: "Make it", no: "Leave it",
    });
    if (!sure) return;
    const { password } = await api.post(`${BASE}/users/${encodeURIComponent(key)}/password`, {});
    fill(told, "Hand it over now, it is never shown again: ", el("code", {}, password));
  });
};

function beside(form, title, holds, shown, words, verb) {
  const told = el("p", { class: "told", role: "status" });
  const act = el("button", { type: "button" }, words);
  const attempt = async (run) => {
    act.disabled = true;
    try {
      await run(told);
    } catch (error) {
      if (error.status === undefined) throw error;
      say(told, error.message);
    } finally {
      act.disabled = false;
    }
  };
  act.addEventListener("click", () => attempt(verb));
  const row = el("div", { class: "field" }, el("span", { class: "label" }, title));
  if (holds) row.append(told, offered(el("p", {}, act)) ?? "");
  else row.append(el("p", { class: "help" }, "Once it is applied."));
  form.append(row);
  if (holds && shown) attempt(shown);
}
