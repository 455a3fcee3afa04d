// A button with a menu below it, for the pointer and for keys: arrows, Home, End, Escape, and a
// digit for each entry that has one.

import { el, keyed, say, set } from "./dom.js";

let menus = 0;

/**
 * `face`: what the button shows. `entries()` is asked at each opening and update:
 * `[{key, label, about, digit, checked, toggle, run, href}]`, `{key, separator: true}` between
 * groups; `checked` other than undefined makes a choice of it, `toggle` one of its own.
 */
export function menuView({ kind, label, action, face, entries }) {
  const id = `menu-${(menus += 1)}`;
  const button = el("button", {
    type: "button", "aria-haspopup": "menu", "aria-expanded": "false", "aria-controls": id,
    "aria-keyshortcuts": action.aria, title: `${action.label} (${action.hint})`, onclick: toggle,
  }, el("span", {}, ...face));
  const list = el("div", { id, role: "menu", "aria-label": label, hidden: true, onkeydown: pressed });
  const root = el("div", { class: `menu ${kind}`, onfocusout: left }, button, list);
  addEventListener("pointerdown", ({ target }) => { if (!root.contains(target)) close(); });

  const rows = () => [...list.querySelectorAll("[role^=menuitem]")];
  const fill = () => keyed(list, entries(), (entry) => entry.key, (entry) => row(entry, close));

  function toggle() {
    if (list.hidden) open();
    else close(true);
  }

  function open() {
    fill();
    list.hidden = false;
    set(button, "aria-expanded", "true");
    (list.querySelector("[aria-checked=true]") ?? rows()[0])?.focus();
  }

  function close(focusBack = false) {
    if (list.hidden) return;
    list.hidden = true;
    set(button, "aria-expanded", "false");
    if (focusBack) button.focus();
  }

  function left({ relatedTarget }) {
    if (relatedTarget && !root.contains(relatedTarget)) close();
  }

  function pressed(event) {
    const all = rows();
    const at = all.indexOf(document.activeElement);
    const goal = {
      ArrowDown: all[(at + 1) % all.length], ArrowUp: all.at(at < 1 ? -1 : at - 1), Home: all[0], End: all.at(-1),
    }[event.key];
    if (event.key === "Escape") close(true);
    else if (goal) goal.focus();
    else if (event.key.length === 1 && !event.altKey && !event.ctrlKey && !event.metaKey) {
      all.find((each) => each.dataset.digit === event.key)?.click();
      return;
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return {
    root, button, open,
    update() { if (!list.hidden) fill(); },
  };
}

function row(entry, close) {
  if (entry.separator) return { root: el("div", { role: "separator" }), update() {} };
  let latest = entry;
  const mark = el("span", { class: "mark", "aria-hidden": "true" });
  const label = el("span");
  const about = el("span", { class: "about" });
  const hint = el("kbd", { "aria-hidden": "true" });
  const root = el(entry.href ? "a" : "button", {
    tabindex: "-1", onclick: () => { close(true); latest.run?.(); },
    ...(entry.href ? { href: entry.href, target: "_blank", rel: "noopener" } : { type: "button" }),
  }, mark, label, hint, about);
  return {
    root,
    update(now) {
      latest = now;
      const choice = now.checked !== undefined;
      set(root, "role", choice ? (now.toggle ? "menuitemcheckbox" : "menuitemradio") : "menuitem");
      set(root, "aria-checked", choice ? String(now.checked) : null);
      set(root, "data-digit", now.digit);
      say(mark, now.checked ? (now.toggle ? "✓" : "●") : "");
      say(label, now.label);
      say(about, now.about ?? "");
      say(hint, now.digit ?? "");
      hint.hidden = hint.textContent === "";
    },
  };
}
