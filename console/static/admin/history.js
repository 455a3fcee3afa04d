// Who changed what, and the way back: versions of the configuration and the audit log.

import * as api from "../api.js";
import { el, fill, set } from "../dom.js";
import { fullTime, plural } from "../words.js";
import { draft, isDirty } from "./draft.js";
import { changeView } from "./plan.js";
import { mayChange } from "./rights.js";

const BASE = "/admin/api/v1";
const PER = 50;
/** What the log tells of: the parts of a configuration, and what is none. */
const KINDS = ["tenant", "hours", "account", "user", "team", "queue", "number", "shortcut", "webhook", "credential", "session",
  "stop_request"];

/** A filter as the API takes it: a day here begins and ends at midnight of this browser. */
function asked(name, value) {
  if (name !== "from" && name !== "to") return value;
  const at = new Date(`${value}T00:00`);
  if (name === "to") at.setDate(at.getDate() + 1);
  return at.toISOString();
}

export const versionsView = ({ review, ask }) => (root) => paged(root, {
  title: "Versions",
  intro: "Every configuration that was applied. To undo, go back to an earlier one: you see what that changes before it is applied.",
  path: "/configuration/versions",
  empty: "Nothing was applied yet.",
  line: ({ version, by, at }) => el("li", { class: "card entry" },
    el("p", {}, el("strong", {}, `Version ${version}`), version === draft.version ? " holds now" : ""),
    el("p", { class: "quiet" }, `${by}, ${fullTime(at)}`),
    version === draft.version || !mayChange() ? null : el("button", { type: "button", onclick: () => goBack(version, review, ask) },
      `Go back to version ${version}…`)),
});

/** The plan for holding an earlier version again. */
export async function goBack(version, review, ask) {
  const sure = !isDirty() || await ask({
    title: `Go back to version ${version}?`,
    words: "You have changes that are not applied. They are given up.",
    yes: "Give them up", no: "Keep them",
  });
  if (sure) await review(version);
}

export function auditView(root) {
  return paged(root, {
    title: "Audit log",
    intro: "Who changed what, when and from where. Secrets are never in it.",
    path: "/audit",
    filters: [
      ["kind", "Kind", el("select", {}, el("option", { value: "" }, "any"), ...KINDS.map((kind) => el("option", { value: kind }, kind.replace("_", " "))))],
      ["key", "Key", el("input", { type: "search" })],
      ["actor", "Who", el("input", { type: "search" })],
      ["from", "From", el("input", { type: "date" })],
      ["to", "To", el("input", { type: "date" })],
    ],
    empty: "Nothing that fits was changed.",
    line: ({ at, by, source, address, version, ...change }) => {
      const what = changeView({ name: "", ...change });
      what.className = `card entry ${change.verb}`;
      const where = address ? `${source}, ${address}` : source;
      what.append(el("p", { class: "quiet" }, `${by} (${where}), ${fullTime(at)}, version ${version}`));
      return what;
    },
  });
}

/** A list that grows by the page, with filters above it. */
export function paged(root, { title, intro, path, line, empty, filters = [] }) {
  const list = el("ul", { class: "entries" });
  const note = el("p", { class: "quiet", role: "status" }, "Loading…");
  const more = el("button", { type: "button", hidden: true }, "Show more");
  const form = filters.length ? el("form", { class: "filters" }, ...filters.map(([name, label, input]) => {
    set(input, "id", `filter-${name}`);
    return el("div", {}, el("label", { for: input.id }, label), input);
  }), el("button", { type: "submit" }, "Search")) : null;
  let page = 0;

  async function load() {
    page += 1;
    const query = new URLSearchParams({ page, per: PER });
    for (const [name, , input] of filters) if (input.value.trim()) query.set(name, asked(name, input.value.trim()));
    try {
      const { items, total } = await api.getCounted(`${BASE}${path}?${query}`);
      list.append(...items.map(line));
      note.textContent = total ? plural(total, "entry", "entries") : empty;
      more.hidden = list.children.length >= total;
    } catch (error) {
      if (error.status === undefined) throw error;
      page -= 1;
      note.textContent = `${error.message} Try again.`;
      more.hidden = false;
    }
  }
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    page = 0;
    list.replaceChildren();
    load();
  });
  more.addEventListener("click", load);
  fill(root, el("h2", {}, title), el("p", { class: "quiet" }, intro), form, note, list, more);
  return load();
}
