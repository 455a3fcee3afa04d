// Numbers, people, teams and shortcuts: a list of each, and a form for the one that is chosen.

import { el, fill, say, set } from "../dom.js";
import { grouped } from "../words.js";
import { at, draft, edit, editAll, ownerOf } from "./draft.js";
import { fields } from "./form.js";
import { offered } from "./rights.js";
import { languages, properties } from "./schema.js";
import { fits, searchBox } from "./search.js";
import { freshKey, label, named, queues } from "./tree.js";
import { wordingField } from "./wording.js";

const queueOf = (key) => (key && named(key) ? label(named(key)) : "no queue");

const KINDS = {
  numbers: {
    title: "Numbers", one: "number", declared: "Number", asks: "Number, such as +14155550100, or short code",
    intro: "Each incoming number belongs to one queue. Before it can be used its carrier is asked whether the account owns it.",
    keyOf: (typed) => typed.replace(/[\s()-]/g, ""),
    made: () => ({ account: Object.keys(draft.doc.accounts ?? {})[0] ?? "" }),
    shown: (key, number) => [grouped(key), [number.label, queueOf(number.queue)].filter(Boolean).join(" · ")],
  },
  users: {
    title: "People", one: "person", declared: "User", asks: "Name",
    intro: "Passwords are not configuration: a person gets one from an administrator, and chooses another in the console: Settings, Change password.",
    made: (typed) => ({ name: typed, email: "" }),
    shown: (key, user) => [user.name, `${user.role ?? "agent"} · ${user.email}`],
  },
  teams: {
    title: "Teams", one: "team", declared: "Team", asks: "Name",
    intro: "Agents who are put on queues together.",
    made: (typed) => ({ name: typed }),
    shown: (key, team) => [team.name, `${(team.members ?? []).length} members`],
  },
  shortcuts: {
    title: "Shortcuts", one: "shortcut", declared: "Shortcut", asks: "Keyword",
    intro: "Ready-made answers for agents. One at least is the opt-in shortcut, offered first for outbound texts.",
    made: (typed) => ({ keyword: typed, text: { [draft.doc.language ?? "en"]: "" } }),
    shown: (key, shortcut) => [shortcut.keyword, [shortcut.category, Object.values(shortcut.text ?? {})[0]].filter(Boolean).join(" · ")],
  },
};

const chosen = {};
const sought = {};

/** So many rows are shown at once, and a search is offered beyond so many. */
const MANY = 100;
const SEARCHED = 12;

export function chooseThing(field) {
  const kind = field.split(".")[0];
  chosen[kind] = ownerOf(field, kind) ?? chosen[kind];
}

/** The section of one kind; `beside(key, root)` may add to the form what is no configuration. */
export const thingsView = (kind, beside = null) => (root) => {
  const { title, one, asks, intro, made, shown, keyOf } = KINDS[kind];
  const all = Object.entries(at([kind]) ?? {});
  if (!at([kind])?.[chosen[kind]]) chosen[kind] = all[0]?.[0] ?? null;
  const render = () => thingsView(kind, beside)(root);
  const input = el("input", { id: `add-${kind}`, type: "text", autocomplete: "off", required: true });
  const list = el("ul", { class: "list", "aria-label": title });
  const more = el("p", { class: "help", role: "status" });
  const rowOf = ([key, thing]) => {
    const [name, about] = shown(key, thing);
    return el("li", {}, el("button", {
      type: "button", class: "name", "aria-current": key === chosen[kind] && "true", "data-key": key,
      onclick: () => { chosen[kind] = key; render(); root.querySelector(`[data-key="${CSS.escape(key)}"]`).focus(); },
    }, el("span", {}, name || key), el("small", { class: "quiet" }, about)));
  };
  const show = (typed) => {
    sought[kind] = typed;
    const found = all.filter(([key, thing]) => key === chosen[kind] || fits(typed, key, ...shown(key, thing)));
    const first = found.slice(0, MANY);
    // The one that is being edited is always to be seen.
    const mine = found.find(([key]) => key === chosen[kind]);
    if (mine && !first.includes(mine)) first.unshift(mine);
    fill(list, ...first.map(rowOf));
    say(more, found.length > MANY ? `${(found.length - MANY).toLocaleString()} more: search for them.` : "");
  };
  show(sought[kind] ?? "");
  const adding = el("form", { class: "add" }, el("label", { for: input.id }, asks), input,
    el("button", { type: "submit" }, `Add ${one}`));
  adding.addEventListener("submit", (event) => {
    event.preventDefault();
    const typed = input.value.trim();
    if (!typed) return;
    const key = keyOf ? keyOf(typed) : freshKey(typed, new Set(Object.keys(at([kind]) ?? {})));
    if (at([kind])?.[key] === undefined) edit([kind, key], made(typed));
    chosen[kind] = key;
    render();
    root.querySelector(".form input, .form textarea, .form select")?.focus();
  });
  const form = el("section", { class: "card form", "aria-label": one });
  thingForm(form, kind, render, beside);
  form.addEventListener("input", () => {
    const current = at([kind, chosen[kind]]);
    const row = root.querySelector(`[data-key="${CSS.escape(chosen[kind])}"]`);
    if (!current || !row) return;
    const [name, about] = shown(chosen[kind], current);
    row.firstElementChild.textContent = name || chosen[kind];
    row.lastElementChild.textContent = about;
  });
  fill(root,
    el("h2", {}, title), el("p", { class: "quiet" }, intro),
    el("div", { class: "columns two" },
      el("section", { class: "card" }, all.length > SEARCHED ? searchBox(`Search ${all.length.toLocaleString()} ${title.toLowerCase()}`, show, sought[kind]) : null,
        all.length ? list : el("p", { class: "quiet" }, "There is none yet."), more, offered(adding)), form),
  );
};

function thingForm(form, kind, render, beside) {
  const key = chosen[kind];
  const { declared, one, shown } = KINDS[kind];
  set(form, "hidden", key === null);
  if (key === null) return;
  const path = [kind, key];
  const skip = kind === "shortcuts" ? ["text"] : [];
  fill(form,
    el("h3", {}, `${one[0].toUpperCase()}${one.slice(1)} `, el("code", {}, kind === "numbers" ? grouped(key) : key)),
    ...fields(declared, path, { skip }),
    ...(kind === "shortcuts" ? shortcutTexts(path) : []),
  );
  beside?.(key, form);
  const gone = el("button", {
    type: "button", class: "danger",
    onclick: () => { editAll([[path, undefined], ...leaving(kind, key)]); chosen[kind] = null; render(); },
  }, `Delete ${shown(key, at(path))[0]}`);
  form.append(offered(el("p", { class: "actions" }, gone)) ?? "");
}

/** A person or team that is deleted leaves where it is named, as by the API. */
function leaving(kind, key) {
  const holders = {
    users: [...Object.keys(at(["teams"]) ?? {}).map((team) => ["teams", team, "members"]), ...onQueues("agents")],
    teams: onQueues("teams"),
  };
  return (holders[kind] ?? []).filter((path) => at(path)?.includes(key)).map((path) => {
    const others = at(path).filter((one) => one !== key);
    return [path, others.length ? others : undefined];
  });
}

const onQueues = (field) => queues().map(({ path }) => [...path, field]);

function shortcutTexts(path) {
  const shape = properties("Shortcut").text.additionalProperties;
  return languages(draft.doc).map((lang) => el("div", { class: "field" },
    el("span", { class: "label" }, `Text (${lang})`),
    wordingField({ ...shape, title: `Text (${lang})` }, [...path, "text", lang], `shortcut-${lang}`, { placeholder: "" })));
}
