// A question before something that others feel: who goes Offline gives the chats back.

import { button, el } from "./dom.js";
import { ACTIONS } from "./keys.js";

/** `ask({title, words, yes, no})` opens the dialog and resolves to the answer. */
export function askView(dialog) {
  return ({ title, words, yes, no }) => new Promise((answer) => {
    const sure = button({}, yes, () => dialog.close("yes"), "primary");
    dialog.replaceChildren(
      el("h2", { id: "ask-title" }, title), el("p", { id: "ask-words" }, words),
      el("div", {}, sure, button(ACTIONS.cancel, no, () => dialog.close("no"))),
    );
    dialog.returnValue = "";
    dialog.addEventListener("close", () => answer(dialog.returnValue === "yes"), { once: true });
    dialog.showModal();
    sure.focus();
  });
}
