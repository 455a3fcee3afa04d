// What an administrator has changed and not applied yet: a whole configuration, kept in this
// browser until it is applied or given up, so that a reload loses nothing.

import { read, remove, write } from "../kept.js";

/** `base` is what holds as version `version`; `doc` is what is wanted instead. */
export const draft = { version: 0, base: {}, doc: {} };

const listeners = new Set();
let place = null;

export const whenChanged = (listener) => listeners.add(listener);

/** Begin with what holds; what was kept of an older version is put on top of it. */
export function adopt(found, owner) {
  place = `threadline.admin.${owner}`;
  const kept = usable(read(place));
  draft.version = found.version;
  draft.base = found.document;
  draft.doc = structuredClone(kept ? merged(kept.base, kept.doc, found.document) : found.document);
  changed();
}

/** Another version holds: what was typed and is not in it goes on top of it. */
export function rebase(found) {
  draft.doc = structuredClone(merged(draft.base, draft.doc, found.document));
  draft.version = found.version;
  draft.base = found.document;
  changed();
}

export function discard() {
  draft.doc = structuredClone(draft.base);
  changed();
}

export function replace(document) {
  draft.doc = structuredClone(document);
  changed();
}

export const at = (path, from = draft.doc) => path.reduce((inner, part) => inner?.[part], from);

/** The key in `kind` of what a field belongs to: `hours.office.zone` is the office's. */
export const ownerOf = (field, kind) => Object.keys(draft.doc[kind] ?? {})
  .find((key) => `${field}.`.replace("[", ".").startsWith(`${kind}.${key}.`));

/** Set what stands at a path; `undefined` takes it away, and what is left empty around it. */
export const edit = (path, value) => editAll([[path, value]]);

/** Several of these as one change. */
export function editAll(edits) {
  for (const [path, value] of edits) put(draft.doc, path, value);
  changed();
}

function put(inside, [part, ...rest], value) {
  if (rest.length) {
    inside[part] ??= {};
    put(inside[part], rest, value);
    if (isEmpty(inside[part]) && value === undefined && OPTIONAL.has(part)) delete inside[part];
  } else if (value === undefined) delete inside[part];
  else inside[part] = value;
}

const OPTIONAL = new Set(["settings", "texts", "commands", "queues", "hours", "teams", "shortcuts"]);
const isEmpty = (thing) => isObject(thing) && Object.keys(thing).length === 0;

export const isDirty = () => !same(draft.base, draft.doc);

function changed() {
  if (isDirty()) write(place, { base: draft.base, doc: draft.doc });
  else remove(place);
  for (const listener of listeners) listener();
}

const usable = (kept) => (isObject(kept?.base) && isObject(kept.doc) ? kept : null);

const isObject = (thing) => typeof thing === "object" && thing !== null && !Array.isArray(thing);

/** Equal, whatever the order of keys is; but the order of queues is the order of the menu. */
export function same(one, other, ordered = false) {
  if (!isObject(one) || !isObject(other)) return JSON.stringify(one) === JSON.stringify(other);
  const keys = Object.keys(one);
  const others = Object.keys(other);
  if (keys.length !== others.length) return false;
  if (ordered && keys.some((key, index) => key !== others[index])) return false;
  return keys.every((key) => key in other && same(one[key], other[key], key === "queues"));
}

/** Three versions in one: where `mine` differs from `base` it wins, else `theirs` holds. */
export function merged(base, mine, theirs) {
  if (same(base, mine, true)) return theirs;
  if (same(base, theirs, true)) return mine;
  if (!isObject(mine) || !isObject(theirs)) return mine;
  const from = isObject(base) ? base : {};
  const result = {};
  for (const key of new Set([...Object.keys(mine), ...Object.keys(theirs)])) {
    const value = merged(from[key], mine[key], theirs[key]);
    if (value !== undefined) result[key] = value;
  }
  return result;
}
