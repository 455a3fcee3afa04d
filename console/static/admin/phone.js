// A preview: what a phone shows who texts, and chooses the way to this queue. The server says it,
// by the rules that it answers chats by.

import * as api from "../api.js";
import { el, fill, set } from "../dom.js";
import { plural } from "../words.js";
import { draft } from "./draft.js";

const PREVIEW = "/admin/api/v1/configuration/preview";
/** So long nothing must be typed before the server is asked. */
const PAUSE = 300; // ms

/** What shows, in `root`, a queue's preview: called with the queue whenever the draft has changed. */
export function phoneOf(root) {
  let timer = 0;
  let asked = 0;
  let good = null;
  const show = (notice) => {
    set(root, "aria-busy", null);
    fill(root, el("h3", {}, "On the phone"), notice ? el("p", { class: "quiet notice", role: "status" }, notice) : null,
      ...(good ? conversation(good) : []));
  };
  const ask = async (key) => {
    asked += 1;
    const mine = asked;
    try {
      const found = await api.post(PREVIEW, { document: draft.doc, queue: key });
      if (mine !== asked) return;
      good = { key, ...found };
      show();
    } catch (error) {
      if (error.status === undefined) throw error;
      if (mine !== asked) return;
      if (good?.key !== key) good = null;
      const mistaken = error.status === 400 ? "The changes have mistakes" : error.message;
      show(good ? `${mistaken}: this is how it read before.` : `${mistaken}: nothing can be shown yet.`);
    }
  };
  return (one) => {
    clearTimeout(timer);
    if (!one) {
      asked += 1;
      return root.replaceChildren();
    }
    set(root, "aria-busy", "true");
    timer = setTimeout(() => ask(one.key), good?.key === one.key ? PAUSE : 0);
  };
}

function conversation({ entry, exchanges, waits }) {
  const read = exchanges.flatMap(({ texts }) => texts);
  return [
    el("p", { class: "quiet" }, `Who texts a number of ${entry} in opening hours reads:`),
    ...exchanges.flatMap(({ answer, texts }) => [
      answer === null ? null : el("div", { class: "said mine" },
        el("p", {}, answer), el("small", { class: "quiet" }, "answered")),
      ...texts.map(bubble),
    ]),
    read.length ? null : el("p", { class: "quiet" }, "Nothing."),
    waits ? el("p", { class: "quiet" }, `Then the chat waits on ${waits}.`) : null,
  ];
}

const bubble = ({ text, lang, segments, encoding }) =>
  el("div", { class: "said" }, el("p", { lang, dir: "auto" }, text),
    el("small", { class: "quiet" }, `${plural(segments, "segment")}, ${encoding}`));
