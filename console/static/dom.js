// Building and updating elements. Everything that comes from data goes in as text.

/** `el("button", {class: "x", onclick: f, disabled: true}, "text", child, null)` */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else set(element, name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** The children of `parent`, anew; what is null is left out. */
export function fill(parent, ...children) {
  parent.replaceChildren(...children.filter((child) => child !== null && child !== undefined));
}

export function set(element, name, value) {
  if (value === false || value === null || value === undefined) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value === true ? "" : value)) {
    element.setAttribute(name, value === true ? "" : value);
  }
}

/** Write only what differs: a screen reader hears of each write, a selection is lost by it. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Typed into a field, not set: the browser can undo it then. */
export function typeInto(field, start, end, words) {
  field.focus();
  field.setSelectionRange(start, end);
  if (document.execCommand(words === "" ? "delete" : "insertText", false, words)) return;
  field.setRangeText(words, start, end, "end");
  field.dispatchEvent(new Event("input"));
}

const views = new WeakMap();

/**
 * Make the children of `parent` those of `items`, keeping elements (and the focus in them) by key.
 * `create(item)` returns `{root, update(item)}`.
 */
export function keyed(parent, items, keyOf, create) {
  const old = new Map();
  for (const child of parent.children) old.set(child.dataset.key, child);
  let place = parent.firstElementChild;
  for (const item of items) {
    const key = String(keyOf(item));
    let child = old.get(key);
    old.delete(key);
    if (!child) {
      const view = create(item);
      child = view.root;
      child.dataset.key = key;
      views.set(child, view);
    }
    views.get(child).update(item);
    if (child === place) place = place.nextElementSibling;
    else parent.insertBefore(child, place);
  }
  for (const child of old.values()) child.remove();
}

/** Whether the agent can see the page: on the screen, in the window that is worked in. */
export const atScreen = () => !document.hidden && document.hasFocus();

/** Where something will be: shapes without words, which do not move. */
export const ghosts = (kind, number) => el("div", { class: `ghosts ${kind}`, "aria-hidden": "true" },
  ...Array.from({ length: number }, () => el("span")));

/** A link target that the server named: only web addresses. */
export function webAddress(address) {
  return typeof address === "string" && /^https?:\/\//.test(address) ? address : null;
}

/** A button with its key shown. */
export function button(action, label, onclick, kind = "") {
  const hint = action.hint ? el("kbd", { "aria-hidden": "true" }, action.hint) : null;
  return el("button", { type: "button", class: kind, "aria-keyshortcuts": action.aria, onclick },
    el("span", {}, label), hint);
}

/** Times that grow on the screen: `tick(element, () => text)`, written anew every second. */
const ticking = new Map();

export function tick(element, text) {
  ticking.set(element, text);
  say(element, text());
}

setInterval(() => {
  for (const [element, text] of ticking) {
    if (element.isConnected) say(element, text());
    else ticking.delete(element);
  }
}, 1000);
