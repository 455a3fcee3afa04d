// The queue tree: built by dragging or by keys, with the menu as the consumer will read it.

import { el, fill, say, set } from "../dom.js";
import { announce } from "../words.js";
import { givenAbove, inheritedOn } from "./company.js";
import { draft, edit } from "./draft.js";
import { fields } from "./form.js";
import { phoneOf } from "./phone.js";
import { mayChange, offered } from "./rights.js";
import { properties } from "./schema.js";
import { fits, searchBox } from "./search.js";
import { add, isLeaf, label, move, named, queues, step } from "./tree.js";

const KEYS = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "out", ArrowRight: "in" };
const MOVES = { up: ["↑", "Move up"], down: ["↓", "Move down"], out: ["←", "Move out of its parent"], in: ["→", "Move into the queue above"] };
/** Of more queues than so many only the way to the selected one is unfolded, and search is offered. */
const LARGE = 100;
let selected = null;
let dragged = null;

/** The deepest queue whose field this is. */
export function chooseQueue(field) {
  const owners = queues().filter(({ path }) => `${field}.`.replace("[", ".").startsWith(`${path.join(".")}.`));
  selected = owners.at(-1)?.key ?? selected;
}

export function queuesView(root) {
  const tree = el("ul", { class: "tree", "aria-label": "Queues" });
  const form = el("section", { class: "card form", "aria-label": "Queue" });
  const phone = el("section", { class: "phone", "aria-label": "What a consumer reads" });
  const showPhone = phoneOf(phone);
  const search = searchBox("Search the queues", (sought) => treeOf(tree, act, sought));
  const render = () => {
    const all = queues();
    if (!named(selected)) selected = all[0]?.key ?? null;
    set(search, "hidden", all.length <= LARGE);
    search.value = "";
    treeOf(tree, act);
    queueForm(form, act);
    showPhone(selected && named(selected));
  };
  const act = (change, focus = selected) => {
    change();
    render();
    root.querySelector(`[data-queue="${CSS.escape(focus ?? "")}"] > .row .name`)?.focus();
  };
  form.addEventListener("input", () => {
    const row = root.querySelector(`[data-queue="${CSS.escape(selected ?? "")}"] > .row .name > span`);
    if (row) say(row, named(selected).queue.name ?? "");
    showPhone(named(selected));
  });
  fill(root,
    el("h2", {}, "Queues"),
    el("p", { class: "quiet" }, "The order is the menu's.", offered(" Drag a queue, or hold Alt and press an arrow key on its name.")),
    el("div", { class: "columns" },
      el("section", { class: "card" }, search, tree,
        offered(adding("Add a top-level queue", (name) => act(() => { selected = add(["queues"], name); })))),
      form, phone),
  );
  render();
}

/** The tree, or of a search what was found, each with its way down. */
function treeOf(root, act, sought = "") {
  const all = queues();
  if (sought) {
    const found = all.filter((one) => fits(sought, one.key, label(one), ...(one.queue.keywords ?? [])));
    fill(root, ...found.slice(0, LARGE).map((one) =>
      el("li", { "data-queue": one.key }, row(one.key, one.queue, one.path.slice(0, -1), act, label(one)))));
    return;
  }
  const way = new Set([selected, ...(named(selected)?.parents ?? []).map(({ key }) => key)]);
  fill(root, ...branch(draft.doc.queues, ["queues"], act, (key) => all.length <= LARGE || way.has(key)));
}

const branch = (inside, path, act, unfolded) => Object.entries(inside ?? {}).map(([key, queue]) => {
  const count = Object.keys(queue.queues ?? {}).length;
  const shown = count > 0 && unfolded(key);
  const about = count > 0 && !shown ? `${count} below` : null;
  return el("li", { "data-queue": key }, row(key, queue, path, act, about),
    shown ? el("ul", {}, ...branch(queue.queues, [...path, key, "queues"], act, unfolded)) : null);
});

function row(key, queue, path, act, about = null) {
  const marks = [about, queue.hidden && "hidden", queue.language, ...(queue.keywords ?? []).map((word) => `“${word}”`)];
  const name = el("button", {
    type: "button", class: "name", "aria-current": key === selected && "true",
    "aria-keyshortcuts": mayChange() && "Alt+ArrowUp Alt+ArrowDown Alt+ArrowLeft Alt+ArrowRight",
    onclick: () => act(() => { selected = key; }, key),
    onkeydown: (event) => {
      if (!mayChange() || !event.altKey || !KEYS[event.key]) return;
      event.preventDefault();
      act(() => shift(key, KEYS[event.key]), key);
    },
  }, el("span", {}, queue.name ?? ""), el("small", { class: "quiet" }, marks.filter(Boolean).join(" · ")));
  const line = el("div", { class: "row", draggable: mayChange() && "true" }, name,
    ...(mayChange() && key === selected ? Object.entries(MOVES).map(([direction, [shape, words]]) => el("button", {
      type: "button", class: "small plain", "aria-label": `${words}: ${queue.name}`, title: words,
      onclick: () => act(() => shift(key, direction), key),
    }, shape)) : []));
  line.addEventListener("dragstart", (event) => {
    dragged = key;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", key);
  });
  line.addEventListener("dragover", (event) => {
    if (dragged === null || dragged === key) return;
    event.preventDefault();
    set(line, "data-drop", dropPlace(line, event));
  });
  line.addEventListener("dragleave", () => set(line, "data-drop", null));
  line.addEventListener("drop", (event) => {
    event.preventDefault();
    const into = dropPlace(line, event) === "into";
    const what = dragged;
    dragged = null;
    act(() => {
      selected = what;
      if (into) move(what, [...path, key, "queues"]);
      else move(what, path, key);
    }, what);
  });
  return line;
}

/** The upper third of a row is before it, the rest is inside it. */
function dropPlace(line, event) {
  const { top, height } = line.getBoundingClientRect();
  return event.clientY - top < height / 3 ? "before" : "into";
}

function shift(key, direction) {
  selected = key;
  announce(step(key, direction) ? `${named(key).queue.name} was moved` : "It cannot go there");
}

/** The name first: the key is made from it, and stays. */
function adding(words, made) {
  const input = el("input", { id: `add-${words.split(" ")[2]}`, type: "text", maxlength: 100, required: true, autocomplete: "off" });
  const form = el("form", { class: "add" }, el("label", { for: input.id }, "Name of a new queue"), input,
    el("button", { type: "submit" }, words));
  // The list's row follows what is typed into the queue's own fields alone.
  form.addEventListener("input", (event) => event.stopPropagation());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (input.value.trim()) made(input.value.trim());
    input.value = "";
  });
  return form;
}

/** A new queue below; what only a leaf may have goes down with the first one. */
function addBelow(one, called) {
  const first = isLeaf(one);
  const key = add([...one.path, "queues"], called);
  for (const name of first ? ["agents", "teams"] : []) {
    if (one.queue[name] === undefined) continue;
    edit([...one.path, "queues", key, name], one.queue[name]);
    edit([...one.path, name], undefined);
  }
  return key;
}

function queueForm(form, act) {
  const one = selected && named(selected);
  if (!one) {
    fill(form, el("p", { class: "quiet" }, "There is no queue yet: add one, and give it agents."));
    return;
  }
  const leaf = isLeaf(one);
  const own = Object.keys(properties("Queue"));
  const general = ["name", "hidden", "keywords", "language", "hours", "greeting", "after_hours"];
  // A menu that still has agents shows them, so that they can be taken off.
  const staff = ["agents", "teams", "substitute"].filter((name) => leaf || one.queue[name] !== undefined);
  fill(form,
    el("h3", {}, "Queue ", el("code", {}, one.key)),
    ...fields("Queue", one.path, { only: own.filter((name) => general.includes(name)), inherited: givenAbove(one) }),
    ...fields("Queue", one.path, { only: staff }),
    leaf ? null : el("p", { class: "help" }, staff.length
      ? "This queue is a menu by now, and agents sit on leaves: take them off here."
      : "Agents sit on leaves: this queue is a menu."),
    el("details", {}, el("summary", {}, "Settings of its own"),
      ...fields("QueueSettings", [...one.path, "settings"], { inherited: inheritedOn(one) })),
    offered(adding("Add a queue below", (name) => act(() => { selected = addBelow(one, name); }))),
    offered(el("p", { class: "actions" },
      el("button", { type: "button", class: "danger", onclick: () => act(() => edit(one.path, undefined)) },
        leaf ? "Delete" : "Delete with all below"))),
  );
}
