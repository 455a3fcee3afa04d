// The queue tree as the configuration has it: nested objects whose order is the menu's.

import { draft, edit } from "./draft.js";

/** Every queue with its path and depth: `{key, path, depth, queue, parents}`. */
export function queues(document = draft.doc) {
  const found = [];
  const walk = (inside, path, parents) => {
    for (const [key, queue] of Object.entries(inside ?? {})) {
      const own = [...path, key];
      found.push({ key, path: own, depth: parents.length, queue, parents });
      walk(queue.queues, [...own, "queues"], [...parents, { key, queue }]);
    }
  };
  walk(document.queues, ["queues"], []);
  return found;
}

export const named = (key) => queues().find((one) => one.key === key);
export const isLeaf = ({ queue }) => Object.keys(queue.queues ?? {}).length === 0;
export const label = (one) =>
  [...one.parents.map((parent) => parent.queue.name), one.queue.name].join(" / ");

/** A key that no queue has yet, made from a name. */
export function freshKey(name, taken) {
  const plain = name.normalize("NFKD").toLowerCase().replace(/[^a-z0-9]+/g, "-");
  const stem = plain.replace(/^-+|-+$/g, "").slice(0, 50) || "item";
  const first = /[a-z]/.test(stem) ? stem : `n-${stem}`;
  let key = first;
  for (let n = 2; taken.has(key); n += 1) key = `${first}-${n}`;
  return key;
}

export function add(parentPath, name) {
  const key = freshKey(name, new Set(queues().map((one) => one.key)));
  edit([...parentPath, key], { name });
  return key;
}

/** The keys in a path, which alternates: `["queues", "main", "queues"]` has one. */
const keysIn = (path) => path.filter((_, index) => index % 2 === 1);

/** Put a queue into `parentPath`, before the queue `before` or at the end. */
export function move(key, parentPath, before = null) {
  const one = named(key);
  if (!one || keysIn(parentPath).includes(key) || before === key) return false;
  const queue = one.queue;
  edit(one.path, undefined);
  const siblings = Object.entries(parentPath.reduce((inner, part) => inner?.[part], draft.doc) ?? {});
  const index = before === null ? siblings.length : siblings.findIndex(([each]) => each === before);
  siblings.splice(index < 0 ? siblings.length : index, 0, [key, queue]);
  edit(parentPath, Object.fromEntries(siblings));
  return true;
}

/** One step by key: up, down, out of its parent, or into the queue above it. */
export function step(key, direction) {
  const one = named(key);
  const parentPath = one.path.slice(0, -1);
  const siblings = Object.keys(parentPath.reduce((inner, part) => inner[part], draft.doc));
  const index = siblings.indexOf(key);
  switch (direction) {
    case "up": return index > 0 && move(key, parentPath, siblings[index - 1]);
    case "down": return index < siblings.length - 1 && move(key, parentPath, siblings[index + 2] ?? null);
    case "in": return index > 0 && move(key, [...parentPath, siblings[index - 1], "queues"]);
    case "out": {
      if (parentPath.length < 3) return false;
      const parent = parentPath.at(-2);
      const above = parentPath.slice(0, -2);
      const uncles = Object.keys(above.reduce((inner, part) => inner[part], draft.doc));
      return move(key, above, uncles[uncles.indexOf(parent) + 1] ?? null);
    }
    default: return false;
  }
}
