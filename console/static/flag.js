// A consumer who asks in free words for no more texts: an agent decides, with one click.

import { button, el, say } from "./dom.js";
import { ACTIONS } from "./keys.js";
import { threadOf } from "./store.js";

/** `acts`: `{optOut, denyStop}` */
export function flagView(acts) {
  const quote = el("q", { dir: "auto" });
  const yes = button(ACTIONS.optOut, "Opt out", () => acts.optOut(chat.id), "danger");
  const no = button(ACTIONS.denyStop, "That was not asked", () => acts.denyStop(chat.id));
  const words = el("p", {},
    el("strong", {}, el("span", { "aria-hidden": "true" }, "⚑ "), "Asks for no more texts? "), quote,
    el("span", { class: "quiet" }, " Opted out, they get one confirmation and then nothing more, and the chat ends."));
  const root = el("div", { class: "flag", role: "group", "aria-label": "Asks for no more texts", hidden: true }, words, yes, no);
  let chat = null;

  return {
    root,
    /** The question is decided here, without asking again; whether there was one. */
    optOut() {
      if (root.hidden) return false;
      acts.optOut(chat.id);
      return true;
    },
    update(latest, open, busy) {
      chat = latest;
      root.hidden = !open || !chat.stop_asked;
      if (root.hidden) return;
      say(quote, threadOf(chat.id).messages.get(chat.stop_asked)?.text ?? "");
      quote.hidden = quote.textContent === "";
      for (const each of [yes, no]) each.disabled = busy;
    },
  };
}
