// The texts of one chat, in order: what came before is fetched on the way up, what comes is marked
// below, and the place that the agent reads stays where it is.

import { bubble, ownBubble } from "./bubble.js";
import { button, el, ghosts, keyed, say, set } from "./dom.js";
import { ACTIONS } from "./keys.js";
import { firstSeq, inOrder, lastSeq } from "./store.js";
import { chatStatus, clockTime, dayName, plural } from "./words.js";

const TOGETHER = 5 * 60_000; // ms: texts of one author within this are one turn
const NEAR = 60; // px from an end that still count as being there

/** `acts`: `{loadEarlier(), agentId}`, and to write too `{retry, putBack, writeAgain}` */
export function threadView(root, acts, label = "Texts") {
  const list = el("ol");
  const empty = el("p", { class: "empty" });
  const coming = ghosts("texts", 4);
  const earlier = button(ACTIONS.earlier, "Earlier texts", () => acts.loadEarlier(), "small earlier");
  const begin = el("p", { class: "begin" });
  // What is new is announced in words of ours: read aloud as a log, it would be heard twice.
  const log = el("div", {
    class: "log", role: "log", "aria-live": "off", tabindex: "0", "aria-label": label,
  }, begin, earlier, list, empty, coming);
  const newest = button(ACTIONS.newest, "", toEnd, "newest");
  newest.hidden = true;
  root.append(log, newest);

  let shown = { chat: null, first: 0, last: 0, pending: null };
  let following = true; // at the end, and staying there
  let height = 0; // of the log, when its place was last set
  let read = 0; // the last text that was there while following
  const places = new Map(); // chat id -> {top, read}, where the agent left it

  function toEnd() {
    following = true;
    height = log.clientHeight;
    log.scrollTop = log.scrollHeight;
    read = shown.last;
    newest.hidden = true;
  }
  log.addEventListener("scroll", () => {
    if (log.clientHeight === 0) return;
    // What grew below or above moved it, not the agent; told before the observer of sizes.
    if (log.clientHeight !== height) return settle();
    note();
    if (log.scrollTop < NEAR && !earlier.hidden && !earlier.disabled) acts.loadEarlier();
  });
  new ResizeObserver(settle).observe(log);

  function note() {
    following = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
    if (following) {
      read = shown.last;
      newest.hidden = true;
      places.delete(shown.chat);
    } else places.set(shown.chat, { top: log.scrollTop, read });
  }

  function settle() {
    height = log.clientHeight;
    if (following) toEnd();
    else log.scrollTop = places.get(shown.chat)?.top ?? log.scrollTop;
  }

  function update(chat, thread, pending = []) {
    const messages = inOrder(thread);
    const own = pending.at(-1)?.client_id ?? null;
    const now = { chat: chat.id, first: firstSeq(thread), last: lastSeq(thread), pending: own };
    const other = shown.chat !== chat.id;
    // A scroll is told some time after it: what is drawn in between must not undo it.
    if (!other && log.clientHeight > 0 && log.clientHeight === height) note();
    if (other) {
      list.replaceChildren();
      following = !places.has(chat.id);
      read = places.get(chat.id)?.read ?? now.last;
    }
    const below = log.scrollHeight - log.scrollTop;
    keyed(list, rows(chat, thread, messages, pending), (row) => row.key, (row) => create(row, acts));
    edges(chat, thread, messages.length + pending.length);
    const grewAbove = !other && shown.first > 1 && now.first < shown.first;
    const wrote = !other && own !== null && own !== shown.pending;
    shown = now;
    if (wrote) toEnd();
    else if (grewAbove && !following) log.scrollTop = log.scrollHeight - below;
    else settle();
    mark(messages);
  }

  function edges(chat, thread, texts) {
    const more = firstSeq(thread) > 1;
    earlier.hidden = !more;
    set(earlier, "disabled", Boolean(thread.fetching));
    say(earlier.firstChild, thread.fetching ? "Loading earlier texts…" : "Earlier texts");
    begin.hidden = more || texts === 0 || !thread.loaded;
    say(begin, "The beginning of the chat");
    say(empty, thread.loaded ? "No text yet." : thread.trouble ? `${thread.trouble} Trying again…` : "Loading the texts…");
    empty.hidden = texts > 0;
    coming.hidden = thread.loaded || texts > 0 || thread.trouble !== "";
  }

  function mark(messages) {
    const texts = messages.filter(({ seq }) => seq > read).length;
    if (following || texts === 0) newest.hidden = true;
    else {
      say(newest.firstChild, `↓ ${plural(texts, "new text")} below`);
      newest.hidden = false;
    }
  }
  return { update, toEnd, focus: () => log.focus() };
}

function rows(chat, thread, messages, pending) {
  const found = [];
  let day = null;
  let before = null; // the text right above, if no line is between
  const fresh = thread.mark > 0 ? firstUnread(messages, thread.mark) : null;
  for (const message of messages) {
    const name = dayName(message.created_at);
    if (name !== day) found.push({ key: `day-${name}`, line: name, kind: "day" });
    if (message === fresh) found.push({ key: "fresh", line: "New since you were here", kind: "fresh" });
    const follows = name === day && message !== fresh && oneTurn(before, message);
    found.push({ key: message.id, message, follows, lang: chat.lang });
    day = name;
    before = message;
  }
  for (const item of pending) found.push({ key: item.client_id, item });
  if (chat.ends_at) {
    const at = `${dayName(chat.ends_at)}, ${clockTime(chat.ends_at)}`;
    found.push({ key: "end", line: `■ ${chatStatus(chat)} · ${at}`, kind: "end" });
  }
  return found;
}

const oneTurn = (one, other) => one !== null && one.author.type === other.author.type
  && one.author.id === other.author.id
  && Date.parse(other.created_at) - Date.parse(one.created_at) < TOGETHER;

// The first of the consumer's texts that I have not seen, unless I have answered since.
function firstUnread(messages, seen) {
  const after = messages.filter(({ seq }) => seq > seen);
  if (after.some(({ author }) => author.type === "agent")) return null;
  return after.find(({ direction }) => direction === "inbound") ?? null;
}

function create(row, acts) {
  if (row.line !== undefined) return line();
  return row.message ? bubble(acts) : ownBubble(acts);
}

function line() {
  const root = el("li");
  return {
    root,
    update: ({ line: words, kind }) => {
      root.className = `mark ${kind}`;
      say(root, words);
    },
  };
}
