// API credentials: made and shown once, replaced, ended. They hold at once, without a review.

import * as api from "../api.js";
import { el, fill } from "../dom.js";
import { announce, fullTime } from "../words.js";
import { mayChange, offered } from "./rights.js";

const BASE = "/admin/api/v1/credentials";

export const credentialsView = (ask) => async (root) => {
  const input = el("input", { id: "credential-name", type: "text", maxlength: 100, required: true, autocomplete: "off" });
  const form = el("form", { class: "card add" }, el("label", { for: input.id }, "What it is for"), input,
    el("button", { type: "submit" }, "Make a credential"));
  const secret = el("div", {});
  const note = el("p", { class: "note", role: "alert" });
  const list = el("ul", { class: "entries" });
  fill(root,
    el("h2", {}, "Credentials"),
    el("p", { class: "quiet" }, "Programs log in with the company's subdomain and a credential's token. A token is shown once; only its hash is kept."),
    offered(form), secret, note, list,
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    act(async () => reveal(await api.post(BASE, { name: input.value.trim() })));
    input.value = "";
  });

  async function act(verb) {
    note.textContent = "";
    try {
      await verb();
      await load();
    } catch (error) {
      if (error.status === undefined) throw error;
      note.textContent = error.errors[0]?.message ? `${error.message} ${error.errors[0].message}` : error.message;
    }
  }

  function reveal({ name, token }) {
    const copy = el("button", { type: "button", class: "small", onclick: () => navigator.clipboard.writeText(token).then(() => announce("Copied")) }, "Copy");
    fill(secret, el("div", { class: "secret" },
      el("p", {}, `The token of “${name}”. Keep it now: it is never shown again.`), el("p", {}, el("code", {}, token)), copy));
    announce(`The token of ${name} is shown`);
  }

  async function load() {
    const all = await api.get(BASE);
    fill(list, ...all.map(line));
    if (!all.length) fill(list, el("li", { class: "quiet" }, "There is none yet."));
  }

  function line(one) {
    const used = one.last_used_at ? `last used ${fullTime(one.last_used_at)}` : "never used";
    const made = `made ${fullTime(one.created_at)}${one.created_by ? ` by ${one.created_by}` : ""}`;
    const over = one.disabled_at !== null;
    const replaceIt = () => sure(`Replace the token of “${one.name}”?`, "Replace", async () => reveal(await api.post(`${BASE}/${one.id}/regenerate`)));
    const endIt = () => sure(`Disable “${one.name}” for good?`, "Disable", () => api.post(`${BASE}/${one.id}/disable`));
    return el("li", { class: "card entry" },
      el("p", {}, el("strong", {}, one.name), over ? ` disabled ${fullTime(one.disabled_at)}` : ""),
      el("p", { class: "quiet" }, `${made}; ${used}`),
      over || !mayChange() ? null : el("p", { class: "actions" },
        el("button", { type: "button", onclick: replaceIt }, "Replace the token…"),
        el("button", { type: "button", onclick: endIt }, "Disable…")));
  }

  async function sure(title, yes, verb) {
    if (await ask({ title, words: "Programs that use the token now are refused from this moment on.", yes, no: "Keep it" })) await act(verb);
  }
  await act(() => {});
};
