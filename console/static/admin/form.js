// Fields made from declarations: each writes into the draft as it is typed.

import { el, fill, say, set } from "../dom.js";
import { language as languageName } from "../words.js";
import { at, draft, edit, same } from "./draft.js";
import { allowed } from "./rights.js";
import { languages, laterWords, properties, resolved } from "./schema.js";
import { fits, searchBox } from "./search.js";
import { isLeaf, label, queues } from "./tree.js";
import { wordingField } from "./wording.js";

let ids = 0;

/** So many boxes are shown at once. */
const MANY = 40;

/** What refers to something else, by declaration: `[key, words]` of all that can be named. */
const REFERENCES = {
  "Number.account": accounts,
  "Number.fallback": accounts,
  "Number.queue": () => queues().map((one) => [one.key, label(one)]),
  "Number.outbound": leaves,
  "Queue.hours": () => Object.keys(draft.doc.hours ?? {}).map((key) => [key, key]),
  "Queue.substitute": leaves,
  "Queue.agents": people,
  "Queue.teams": () => choices("teams", (team) => team.name),
  "Team.members": people,
};

function leaves() {
  return queues().filter(isLeaf).map((one) => [one.key, label(one)]);
}

function people() {
  return choices("users", ({ name, role = "agent" }) => (role === "agent" ? name : `${name} (${role})`));
}

function accounts() {
  return choices("accounts", (account) => account.carrier).map(([key, carrier]) => [key, `${key} (${carrier})`]);
}

const choices = (kind, words) =>
  Object.entries(draft.doc[kind] ?? {}).map(([key, thing]) => [key, words(thing)]);

/**
 * All fields of a declaration but those in `skip`. `inherited(name)` → `{value, where}`, or null
 * where nothing is inherited.
 */
export function fields(name, path, { skip = [], only = null, inherited = null } = {}) {
  return Object.entries(properties(name))
    .filter(([key]) => !skip.includes(key) && (only === null || only.includes(key)))
    .map(([key, shape]) => field(shape, [...path, key], {
      refers: REFERENCES[`${name}.${key}`],
      inherited: inherited?.(key) ? () => inherited(key) : null,
    }));
}

/** One labelled field with its help and unit. */
export function field(declared, path, { refers = null, inherited = null, label: words = null } = {}) {
  const shape = resolved(declared);
  const id = `field-${ids += 1}`;
  const control = controlOf(shape, path, id, refers, inherited);
  const title = words ?? shape.title;
  const help = [shape.description, range(shape), laterWords(shape)].filter(Boolean).join(" ");
  const grouped = control.matches("fieldset, .wording");
  const caption = grouped ? el("span", { class: "label" }, title) : el("label", { for: id }, title);
  const row = el("div", { class: "field", "data-path": path.join(".") }, caption, control);
  if (grouped) set(control, "aria-label", title);
  if (help) {
    row.append(el("p", { class: "help", id: `${id}-help` }, help));
    if (!grouped) set(control, "aria-describedby", `${id}-help`);
  }
  if (inherited && !control.matches(".wording")) row.append(originOf(path, inherited));
  return allowed(row);
}

function range(shape) {
  const unit = shape.unit ?? "";
  const { minimum: least, maximum: most } = shape;
  if (least === undefined && most === undefined) return unit && `In ${unit}.`;
  if (most === undefined || most > 1e8) return `At least ${least} ${unit}`.trim() + ".";
  return `${least} to ${most.toLocaleString()} ${unit}`.trim() + ".";
}

function originOf(path, inherited) {
  const origin = el("p", { class: "help origin" });
  const tell = () => {
    const own = at(path);
    const { value, where } = inherited();
    const set = own === undefined || own === null;
    say(origin, set ? `Now ${shown(value)}, from ${where}.` : `Set here; without it ${shown(value)}, from ${where}.`);
  };
  tell();
  origin.tell = tell;
  return origin;
}

const shown = (value) => (value === true ? "on" : value === false ? "off" : value === null ? "none" : String(value));

function controlOf(shape, path, id, refers, inherited) {
  if (shape.properties) return parts(shape, path);
  if (shape.type === "array" && refers) return checklist(path, refers());
  if (shape.type === "array") return words(shape, path, id);
  if (refers) return select(path, id, [...(inherited ? [] : [["", "–"]]), ...refers()], shape, inherited);
  if (shape.title === "Language") return language(shape, path, id, inherited);
  if (shape.enum) return select(path, id, shape.enum.map((value) => [value, value]), shape, inherited);
  if (shape.type === "boolean" && shape.nullable) return select(path, id, [["true", "on"], ["false", "off"]], shape, inherited);
  if (shape.type === "boolean") return checkbox(shape, path, id);
  if (shape.type === "integer") return number(shape, path, id, inherited);
  if (shape.format === "uri") return text(shape, path, id);
  if (shape.variables || shape.maxLength >= 1000) return wordingField(shape, path, id, { placeholder: inherited?.().value ?? "" });
  return text(shape, path, id);
}

/** What has fields of its own: each below its name. */
const parts = (shape, path) => el("fieldset", { class: "parts" },
  ...Object.entries(shape.properties).map(([key, inner]) => field(inner, [...path, key])));

const asDefault = (shape, value) => (same(value, shape.default ?? null) ? undefined : value);

function checkbox(shape, path, id) {
  const box = el("input", { type: "checkbox", id });
  box.checked = at(path) ?? shape.default;
  box.addEventListener("change", () => edit(path, asDefault(shape, box.checked)));
  return box;
}

function number(shape, path, id, inherited) {
  const empty = inherited ? inherited().value : shape.nullable ? "" : shape.default;
  const input = el("input", {
    type: "number", id, min: shape.minimum, max: shape.maximum, step: 1, inputmode: "numeric",
    placeholder: empty ?? "",
  });
  input.value = at(path) ?? (inherited || shape.nullable ? "" : shape.default);
  input.addEventListener("input", () => {
    set(input, "aria-invalid", !input.checkValidity());
    const value = input.value === "" ? undefined : Number(input.value);
    edit(path, inherited || shape.nullable ? value : asDefault(shape, value));
    tellOrigin(input);
  });
  return input;
}

function text(shape, path, id) {
  const input = el("input", {
    type: shape.title === "Email" ? "email" : { date: "date", uri: "url" }[shape.format] ?? "text", id,
    maxlength: shape.maxLength, autocomplete: "off",
  });
  input.value = at(path) ?? shape.default ?? "";
  input.addEventListener("input", () => edit(path, input.value.trim() === "" ? undefined : input.value));
  return input;
}

/** A language by its code, with those that are written already at hand. */
function language(shape, path, id, inherited) {
  const input = text(shape, path, id);
  set(input, "list", "languages");
  set(input, "placeholder", inherited ? inherited().value : shape.default);
  input.addEventListener("input", () => tellOrigin(input));
  fill(document.getElementById("languages"), ...languages(draft.doc).map((code) =>
    el("option", { value: code }, languageName(code))));
  return input;
}

function select(path, id, options, shape, inherited = null) {
  const own = at(path);
  const none = inherited ? [["", "as inherited"]] : [];
  const control = el("select", { id }, ...[...none, ...options].map(([value, words]) =>
    el("option", { value }, words)));
  const value = own ?? (inherited ? "" : shape.default ?? "");
  // A name that is no longer there is shown, so that it can be seen and mended.
  if (![...control.options].some((option) => option.value === String(value))) {
    control.append(el("option", { value }, `${value} (gone)`));
  }
  control.value = String(value);
  control.addEventListener("change", () => {
    const chosen = shape.type === "boolean" && control.value !== "" ? control.value === "true" : control.value;
    edit(path, chosen === "" ? undefined : inherited ? chosen : asDefault(shape, chosen));
    tellOrigin(control);
  });
  return control;
}

const tellOrigin = (control) => control.closest(".field")?.querySelector(".origin")?.tell();

/** Words, separated by commas. */
function words(shape, path, id) {
  const input = el("input", { type: "text", id, autocomplete: "off", spellcheck: "false" });
  input.value = (at(path) ?? shape.default ?? []).join(", ");
  input.addEventListener("input", () => {
    const given = input.value.split(",").map((word) => word.trim()).filter(Boolean);
    edit(path, asDefault(shape, given));
  });
  return input;
}

/** Those that are chosen come first; of many the rest is found by searching. */
function checklist(path, options) {
  const chosen = new Set(at(path) ?? []);
  const known = new Set(options.map(([key]) => key));
  const gone = [...chosen].filter((key) => !known.has(key)).map((key) => [key, `${key} (gone)`]);
  const all = [...options, ...gone];
  const boxOf = ([key, words]) => {
    const box = el("input", { type: "checkbox" });
    box.checked = chosen.has(key);
    box.addEventListener("change", () => {
      if (box.checked) chosen.add(key);
      else chosen.delete(key);
      edit(path, chosen.size ? [...chosen] : undefined);
    });
    return allowed(el("label", { class: "check" }, box, el("span", {}, words)));
  };
  const empty = el("p", { class: "help" }, "There is none to choose yet.");
  const boxes = el("div", { class: "checks" });
  if (all.length <= MANY) {
    fill(boxes, ...(all.length ? all.map(boxOf) : [empty]));
    return el("fieldset", {}, boxes);
  }
  const more = el("p", { class: "help", role: "status" });
  const show = (sought) => {
    const others = found(all.filter(([key]) => !chosen.has(key)), sought);
    const mine = sought ? found(all.filter(([key]) => chosen.has(key)), sought) : all.filter(([key]) => chosen.has(key));
    fill(boxes, ...[...mine, ...others].slice(0, MANY).map(boxOf));
    const hidden = mine.length + others.length - MANY;
    say(more, hidden > 0 ? `${hidden.toLocaleString()} more: search for them.` : "");
  };
  show("");
  return el("fieldset", {}, searchBox("Search", show), boxes, more);
}

const found = (options, sought) => options.filter(([key, words]) => fits(sought, key, words));
