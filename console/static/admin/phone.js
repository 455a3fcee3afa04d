// A preview: what a phone shows when a consumer texts a number of this queue.

import { el, fill } from "../dom.js";
import { count } from "../segments.js";
import { plural } from "../words.js";
import { draft } from "./draft.js";
import { wording } from "./schema.js";
import { isLeaf } from "./tree.js";
import { filled } from "./wording.js";

export function phoneView(root, one) {
  if (!one) return root.replaceChildren();
  const lang = languageOf(one);
  const own = one.queue.greeting ?? (one.parents.length ? null : wording(draft.doc, "greeting", lang));
  const silent = new Set(draft.doc.silent ?? []);
  const texts = [];
  if (own && (one.queue.greeting || !silent.has("greeting"))) texts.push(filled(own, { QUEUE_NAME: one.queue.name }));
  const options = Object.values(one.queue.queues ?? {}).filter((queue) => !queue.hidden);
  if (options.length > 1) {
    const line = wording(draft.doc, "menu", lang);
    texts.push(options.map((queue, index) =>
      filled(line, { CHOICE_NUMBER: String(index + 1), QUEUE_NAME: queue.name })).join("\n"));
  } else if (isLeaf(one) && one.parents.length && !silent.has("choice_confirmed")) {
    texts.unshift(filled(wording(draft.doc, "choice_confirmed", lang), { QUEUE_NAME: one.queue.name }));
  }
  const why = options.length === 1 ? "One choice: no menu is sent, the chat goes on to it." : null;
  fill(root,
    el("h3", {}, "On the phone"),
    el("p", { class: "quiet" }, one.parents.length ? `Who chose ${one.queue.name} reads:` : `Who texts a number of ${one.queue.name} reads:`),
    ...texts.map((text) => bubble(text, lang)),
    texts.length ? null : el("p", { class: "quiet" }, "Nothing."),
    why ? el("p", { class: "quiet" }, why) : null,
  );
}

function bubble(text, lang) {
  const { segments, encoding } = count(text);
  return el("div", { class: "said" }, el("p", { lang, dir: "auto" }, text),
    el("small", { class: "quiet" }, `${plural(segments, "segment")}, ${encoding}`));
}

function languageOf(one) {
  const nearest = [one, ...[...one.parents].reverse()].find(({ queue }) => queue.language);
  return nearest?.queue.language ?? draft.doc.language ?? "en";
}
