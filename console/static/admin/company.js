// The company, its settings and its commands: fields straight from the declarations.

import { el, fill } from "../dom.js";
import { at, draft } from "./draft.js";
import { field, fields } from "./form.js";
import { primary, properties, schema, wording } from "./schema.js";

export function settingsView(root) {
  const top = schema().properties;
  fill(root,
    el("h2", {}, "Company and settings"),
    el("p", { class: "quiet" }, "A queue may have its own value of many settings; the nearest queue upwards wins."),
    el("section", { class: "card form" },
      field(top.name, ["name"], { label: "Company" }), field(top.language, ["language"])),
    el("section", { class: "card form wide" }, ...fields("Settings", ["settings"])),
  );
}

export function commandsView(root) {
  fill(root,
    el("h2", {}, "Commands"),
    el("p", { class: "quiet" },
      "Words that a consumer texts, as a whole message. STOP, START, HELP and their kin cannot be changed."),
    el("section", { class: "card form" },
      field(properties("Commands").back, ["commands", "back"], { label: "Back to the menu (BACK)" }),
      field(properties("Commands").exit, ["commands", "exit"], { label: "Leave the chat (EXIT)" })),
  );
}

/** What would hold on a queue without a value of its own, and who gives it. */
export function inheritedOn(one) {
  return (name) => {
    const above = nearest(one.parents, (queue) => queue.settings?.[name]);
    if (above) return above;
    const own = at(["settings", name]);
    if (own !== undefined) return { value: own, where: `${draft.doc.name}'s settings` };
    return { value: properties("Settings")[name].default, where: "the default" };
  };
}

/** The same of what is no setting: a queue's language, hours and texts; else null. */
export function givenAbove(one) {
  const lang = () => spokenOn([...one.parents, one]);
  const known = {
    language: () => nearest(one.parents, (queue) => queue.language)
      ?? { value: draft.doc.language ?? "en", where: `${draft.doc.name}'s settings` },
    hours: () => nearest(one.parents, (queue) => queue.hours) ?? { value: "always open", where: "no queue above" },
    // Lower queues greet with words of their own or not at all.
    greeting: () => (one.parents.length ? null : { value: wording(draft.doc, "greeting", lang()) }),
    after_hours: () => ({ value: afterHoursAbove(one.parents, lang()) ?? wording(draft.doc, "after_hours", lang()) }),
  };
  return (name) => known[name]?.() ?? null;
}

const spokenOn = (way) => nearest(way, (queue) => queue.language)?.value ?? draft.doc.language ?? "en";

/** The nearest wording of a queue above; none is inherited into another language, nor over one. */
function afterHoursAbove(parents, lang) {
  const way = [...parents];
  while (way.length && primary(spokenOn(way)) === primary(lang)) {
    const { queue } = way.pop();
    if (queue.after_hours) return queue.after_hours;
  }
  return null;
}

function nearest(upwards, given) {
  for (const { key, queue } of [...upwards].reverse()) {
    const value = given(queue);
    if (value !== undefined && value !== null) return { value, where: `the queue ${queue.name || key}` };
  }
  return null;
}
