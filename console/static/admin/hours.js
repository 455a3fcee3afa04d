// Opening hours that queues refer to: a week, holidays, a time zone.

import { el, fill, set } from "../dom.js";
import { at, draft, edit, ownerOf } from "./draft.js";
import { field } from "./form.js";
import { allowed, offered } from "./rights.js";
import { properties } from "./schema.js";
import { freshKey, queues } from "./tree.js";
import { expression, NAMES, parsed, rangesOf, words } from "./week.js";

let chosen = null;

export function chooseHours(field) {
  chosen = ownerOf(field, "hours") ?? chosen;
}

export function hoursView(root) {
  const all = Object.keys(draft.doc.hours ?? {});
  if (!all.includes(chosen)) chosen = all[0] ?? null;
  const render = () => hoursView(root);
  const input = el("input", { id: "add-hours", type: "text", autocomplete: "off", required: true });
  const adding = el("form", { class: "add" }, el("label", { for: "add-hours" }, "Name"), input,
    el("button", { type: "submit" }, "Add hours"));
  adding.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!input.value.trim()) return;
    chosen = freshKey(input.value.trim(), new Set(all));
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    edit(["hours", chosen], { zone, open: "Mo-Fr 09:00-17:00" });
    render();
  });
  const form = el("section", { class: "card form", "aria-label": "Hours" });
  set(form, "hidden", chosen === null);
  if (chosen !== null) hoursForm(form, render);
  fill(root,
    el("h2", {}, "Opening hours"),
    el("p", { class: "quiet" }, "A queue without hours, on it or above it, is always open."),
    el("div", { class: "columns two" },
      el("section", { class: "card" },
        all.length ? el("ul", { class: "list", "aria-label": "Opening hours" }, ...all.map((key) => el("li", {}, el("button", {
          type: "button", class: "name", "aria-current": key === chosen && "true",
          onclick: () => { chosen = key; render(); },
        }, el("span", {}, key), el("small", { class: "quiet" }, usedBy(key)))))) : el("p", { class: "quiet" }, "There are none yet."),
        offered(adding)), form),
  );
}

function usedBy(key) {
  const names = queues().filter(({ queue }) => queue.hours === key).map(({ queue }) => queue.name);
  return names.length ? names.join(", ") : "no queue has them yet";
}

function hoursForm(form, render) {
  const path = ["hours", chosen];
  const shape = properties("Hours");
  const zones = el("datalist", { id: "zones" }, ...Intl.supportedValuesOf("timeZone").map((value) => el("option", { value })));
  const zone = field(shape.zone, [...path, "zone"], { label: "Time zone" });
  set(zone.querySelector("input"), "list", "zones");
  const open = field(shape.open, [...path, "open"], { label: "As an expression" });
  const week = el("div", { class: "week" });
  const typed = open.querySelector("input");
  typed.addEventListener("input", () => weekView(week, path, typed));
  weekView(week, path, typed);
  fill(form,
    el("h3", {}, "Hours ", el("code", {}, chosen)), zone, zones, week, open,
    el("h3", {}, "Holidays"), ...holidays(path, render),
    offered(el("p", { class: "actions" }, el("button", {
      type: "button", class: "danger", onclick: () => { edit(path, undefined); render(); },
    }, "Delete these hours"))),
  );
}

function weekView(root, path, expressionInput) {
  const week = parsed(at([...path, "open"]) ?? "");
  if (week === null) {
    fill(root, el("p", { class: "help" }, "These hours are more than a plain week: edit the expression."));
    return;
  }
  fill(root, ...NAMES.map((name, day) => {
    const bar = el("div", { class: "bar", "aria-hidden": "true" });
    draw(bar, week[day]);
    const input = el("input", { type: "text", "aria-label": name, placeholder: "closed", autocomplete: "off" });
    input.value = words(week[day]);
    input.addEventListener("input", () => {
      const ranges = rangesOf(input.value);
      set(input, "aria-invalid", ranges === null);
      if (ranges === null) return;
      week[day] = ranges;
      draw(bar, ranges);
      expressionInput.value = expression(week);
      edit([...path, "open"], expressionInput.value);
    });
    return el("div", { class: "day" }, el("span", {}, name), allowed(input), bar);
  }));
}

function draw(bar, ranges) {
  fill(bar, ...ranges.flatMap(([from, to]) => (to > from ? [[from, to]] : [[from, 1440], [0, to]])).map(([from, to]) => {
    const part = el("i", {});
    part.style.insetInlineStart = `${from / 14.4}%`;
    part.style.inlineSize = `${(to - from) / 14.4}%`;
    return part;
  }));
}

function holidays(path, render) {
  const all = at([...path, "holidays"]) ?? [];
  const keep = (changed) => edit([...path, "holidays"], changed.length ? changed : undefined);
  const rows = all.map((holiday, index) => {
    const row = el("div", { class: "holiday", role: "group", "aria-label": holiday.name || holiday.day });
    for (const name of ["day", "name", "open"]) {
      const input = el("input", {
        type: name === "day" ? "date" : "text", "aria-label": { day: "Day", name: "Name", open: "Open" }[name],
        placeholder: name === "open" ? "closed" : name === "name" ? "Name" : null,
      });
      input.value = holiday[name] ?? "";
      input.addEventListener("input", () => {
        const next = { ...(at([...path, "holidays"]) ?? [])[index], [name]: input.value || undefined };
        keep((at([...path, "holidays"]) ?? []).map((each, other) => (other === index ? next : each)));
      });
      row.append(input);
    }
    row.append(offered(el("button", {
      type: "button", "aria-label": `Delete ${holiday.name || holiday.day}`,
      onclick: () => { keep(all.filter((_, other) => other !== index)); render(); },
    }, "✕")) ?? "");
    return allowed(row);
  });
  const add = el("button", {
    type: "button",
    onclick: () => { keep([...all, { day: new Date().toISOString().slice(0, 10), name: "" }]); render(); },
  }, "Add a holiday");
  return [...rows, offered(el("p", { class: "actions" }, add))];
}
