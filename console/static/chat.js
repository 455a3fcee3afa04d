// One open chat: its head, the thread, the composer, and the consumer beside them.

import { composerView } from "./composer.js";
import { el, say, set } from "./dom.js";
import { headView } from "./head.js";
import { unconfirmed } from "./outbox.js";
import { ACTIONS } from "./keys.js";
import { panelView } from "./panel.js";
import { chatOf, threadOf } from "./store.js";
import { threadView } from "./thread.js";

/** `acts`: all of acts.js, and `{showLists, send, retry, putBack}` */
export function chatView(root, acts) {
  const none = noneView();
  const log = el("div", { class: "thread" });
  const form = el("div", { class: "composer", role: "group", "aria-label": "Write" });
  const side = el("aside", { class: "panel", "aria-label": "Consumer" });
  const panel = panelView(side, { ...acts, optOut: () => ask("optOut"), back: () => head.toPanel() });
  const head = headView({ ...acts, togglePanel: panel.toggle }, () => composer.draft(), () => composer.focus());
  const talk = el("div", { class: "talk" }, head.root, log, form);
  root.append(none.root, talk, side);
  const composer = composerView(form, acts);
  const thread = threadView(log, {
    retry: acts.retry,
    agentId: acts.agentId,
    loadEarlier: () => acts.loadEarlier(shown),
    putBack: (item) => { acts.putBack(item); composer.putBack(item.text); },
    writeAgain: (text) => composer.putBack(text),
  });
  let shown = null;

  function ask(name) {
    // Where it lies over the question, the page is drawn without it before anybody is asked.
    if (panel.close()) queueMicrotask(() => head.ask(name));
    else head.ask(name);
  }

  function update(state) {
    const chat = chatOf(state.selected);
    shown = chat?.id ?? null;
    talk.hidden = chat === null;
    none.root.hidden = chat !== null;
    set(root, "data-panel", chat === null ? "none" : panel.place());
    side.hidden = root.dataset.panel === "none";
    if (chat === null) return none.update(state);
    const open = state.chats?.has(chat.id) ?? false;
    head.update(chat, open, state, !side.hidden);
    thread.update(chat, threadOf(chat.id), unconfirmed(chat.id));
    composer.update(chat, state, open);
    panel.update(chat, open, state);
  }
  return {
    update, composer, thread, panel, ask, cancel: () => head.cancel() || panel.cancel(),
  };
}

// Where the chat will be: what is missing, and what can be done.
function noneView() {
  const title = el("p", { class: "title" });
  const words = el("p", { class: "quiet" });
  const keys = el("p", { class: "quiet keys" },
    el("kbd", {}, ACTIONS.accept.hint), " accepts an offer, ", el("kbd", {}, ACTIONS.help.hint), " lists all keys.");
  const root = el("div", { class: "none" },
    el("img", { src: "/console/static/icon.svg", alt: "", width: "40", height: "40" }), title, words, keys);
  return {
    root,
    update({ chats, offers }) {
      const loading = chats === null;
      say(title, loading ? "Loading your chats…" : chats.size > 0 ? "No chat is chosen" : "No chat yet");
      say(words, loading ? "" : chats.size > 0 ? "Choose one of yours."
        : offers?.length > 0 ? "Accept an offer, and the chat opens here." : "Chats that you accept open here.");
      keys.hidden = loading;
    },
  };
}
