// The list of keys, made from the table that the keys themselves come from.

import { button, el } from "./dom.js";
import { ACTIONS } from "./keys.js";

export function helpView(dialog) {
  const rows = Object.values(ACTIONS).map(({ label, hint }) =>
    el("div", {}, el("dt", {}, el("kbd", {}, hint)), el("dd", {}, label)));
  dialog.append(
    el("h2", { id: "help-title" }, "Keys"),
    el("dl", {}, ...rows),
    button(ACTIONS.cancel, "Close", () => dialog.close(), "primary"),
  );
  return () => (dialog.open ? dialog.close() : dialog.showModal());
}
