// The list of keys, made from the table that the keys themselves come from.

import { button, el } from "./dom.js";
import { ACTIONS, GROUPS } from "./keys.js";

export function helpView(dialog) {
  const rows = (actions) => Object.values(actions).map(({ label, hint }) =>
    el("div", {}, el("dt", {}, el("kbd", {}, hint)), el("dd", {}, label)));
  const groups = Object.entries(GROUPS).map(([title, actions]) =>
    el("section", {}, el("h3", {}, title), el("dl", {}, ...rows(actions))));
  // The focus is on the title: on the button below, a small screen would begin at the end.
  const title = el("h2", { id: "help-title", tabindex: "-1" }, "Keys");
  dialog.append(
    title, el("div", { class: "keys" }, ...groups),
    el("p", {}, button(ACTIONS.cancel, "Close", () => dialog.close(), "primary")),
  );
  return () => {
    if (dialog.open) return dialog.close();
    dialog.showModal();
    title.focus();
  };
}
