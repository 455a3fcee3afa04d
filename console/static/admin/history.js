// Who changed what, and the way back: versions of the configuration and the audit log.

import * as api from "../api.js";
import { el, fill } from "../dom.js";
import { fullTime, plural } from "../words.js";
import { draft, isDirty, replace } from "./draft.js";
import { changeView } from "./review.js";

const BASE = "/admin/api/v1";
const PER = 50;

export const versionsView = ({ review, ask }) => (root) => paged(root, {
  title: "Versions",
  intro: "Every configuration that was applied. To undo, go back to an earlier one: you see what that changes before it is applied.",
  path: "/configuration/versions",
  empty: "Nothing was applied yet.",
  line: ({ version, by, at }) => el("li", { class: "card entry" },
    el("p", {}, el("strong", {}, `Version ${version}`), version === draft.version ? " holds now" : ""),
    el("p", { class: "quiet" }, `${by}, ${fullTime(at)}`),
    version === draft.version ? null : el("button", { type: "button", onclick: () => goBack(version, review, ask) },
      `Go back to version ${version}…`)),
});

async function goBack(version, review, ask) {
  const sure = !isDirty() || await ask({
    title: `Go back to version ${version}?`,
    words: "You have changes that are not applied. They are given up.",
    yes: "Give them up", no: "Keep them",
  });
  if (!sure) return;
  const found = await api.get(`${BASE}/configuration/versions/${version}`);
  replace(found.document);
  await review();
}

export function auditView(root) {
  return paged(root, {
    title: "Audit log",
    intro: "Who changed what, when and from where. Secrets are never in it.",
    path: "/audit",
    filters: ["kind", "key", "actor"],
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

function paged(root, { title, intro, path, line, empty, filters = [] }) {
  const list = el("ul", { class: "entries" });
  const note = el("p", { class: "quiet", role: "status" }, "Loading…");
  const more = el("button", { type: "button", hidden: true }, "Show more");
  const inputs = filters.map((name) => el("input", { type: "search", name, id: `filter-${name}` }));
  const form = filters.length ? el("form", { class: "filters" }, ...inputs.flatMap((input) => [
    el("label", { for: input.id }, input.name[0].toUpperCase() + input.name.slice(1)), input,
  ]), el("button", { type: "submit" }, "Search")) : null;
  let page = 0;

  async function load() {
    page += 1;
    const query = new URLSearchParams({ page, per: PER });
    for (const input of inputs) if (input.value.trim()) query.set(input.name, input.value.trim());
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
