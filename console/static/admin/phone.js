// A preview: what a phone shows who texts, and chooses the way to this queue. The server says it,
// by the rules that it answers chats by.

import * as api from "../api.js";
import { el, fill, set } from "../dom.js";
import { refresher } from "../refresh.js";
import { plural } from "../words.js";
import { draft } from "./draft.js";

const PREVIEW = "/admin/api/v1/configuration/preview";
/** So long nothing must be typed before the server is asked. */
const PAUSE = 300; // ms

let newest = null; // what is asked for last: `{key, root, told(found), refused(error)}`

/** One call at a time, of whatever view: what is asked for meanwhile comes after it. */
const ask = refresher(async () => {
  const mine = newest;
  if (!mine?.root.isConnected) return;
  try {
    const found = await api.post(PREVIEW, { document: draft.doc, queue: mine.key });
    if (mine === newest) mine.told(found);
  } catch (error) {
    if (mine === newest && error.status !== undefined) mine.refused(error);
    throw error;
  }
});

/** What shows, in `root`, a queue's preview: called with the queue whenever the draft has changed. */
export function phoneOf(root) {
  let timer = 0;
  let good = null;
  const show = (notice) => {
    set(root, "aria-busy", null);
    fill(root, el("h3", {}, "On the phone"), notice ? el("p", { class: "quiet notice", role: "status" }, notice) : null,
      ...(good ? conversation(good) : []));
  };
  const wish = (key) => ({
    key,
    root,
    told(found) {
      good = { key, ...found };
      show();
    },
    refused(error) {
      if (good?.key !== key) good = null;
      const mistaken = error.status === 400 ? "The changes have mistakes" : error.message;
      show(good ? `${mistaken}: this is how it read before.` : `${mistaken}: nothing can be shown yet.`);
    },
  });
  return (one) => {
    clearTimeout(timer);
    if (!one) {
      newest = null;
      return root.replaceChildren();
    }
    set(root, "aria-busy", "true");
    timer = setTimeout(() => {
      if (!root.isConnected) return;
      newest = wish(one.key);
      ask();
    }, good?.key === one.key ? PAUSE : 0);
  };
}

function conversation({ entry, reached, exchanges, waits }) {
  const read = exchanges.flatMap(({ texts }) => texts);
  return [
    el("p", { class: "quiet" }, reached ? `Who texts a number of ${entry} in opening hours reads:`
      : `No number leads here yet. Who texted one of ${entry} in opening hours would read:`),
    ...exchanges.flatMap(({ answer, texts }) => [
      answer === null ? null : el("div", { class: "said mine" },
        el("p", {}, answer), el("small", { class: "quiet" }, "answered")),
      ...texts.map(bubble),
    ]),
    read.length ? null : el("p", { class: "quiet" }, draft.doc.settings?.sms === false ? "Nothing: SMS is off." : "Nothing."),
    waits ? el("p", { class: "quiet" }, `Then the chat waits on ${waits}.`) : null,
  ];
}

const bubble = ({ text, lang, segments, encoding }) =>
  el("div", { class: "said" }, el("p", { lang, dir: "auto" }, text),
    el("small", { class: "quiet" }, `${plural(segments, "segment")}, ${encoding}`));
