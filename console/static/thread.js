// The texts of one chat, in order, each of ours with its way to the phone.

import { button, el, keyed, say, set, webAddress } from "./dom.js";
import { ACTIONS } from "./keys.js";
import { unconfirmed } from "./outbox.js";
import { inOrder } from "./store.js";
import { clockTime, dayName, plural, reason, ticks, troubled } from "./words.js";

const NEAR = 60; // px from the end that still count as being there

/** `acts`: `{retry, putBack, writeAgain, agentId}` */
export function threadView(root, acts) {
  const list = el("ol");
  const empty = el("p", { class: "empty" });
  const log = el("div", {
    class: "log", role: "log", tabindex: "0", "aria-label": "Texts", "aria-relevant": "additions",
  }, list, empty);
  const newest = button(ACTIONS.newest, "New text below", toEnd, "newest");
  newest.hidden = true;
  root.append(log, newest);
  let shown = { chat: null, last: null };

  function toEnd() {
    log.scrollTop = log.scrollHeight;
    newest.hidden = true;
  }
  const atEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
  log.addEventListener("scroll", () => { if (atEnd()) newest.hidden = true; });
  new ResizeObserver(() => { if (newest.hidden) toEnd(); }).observe(log);

  function update(chat, thread) {
    const items = [
      ...withDays(inOrder(thread)),
      ...unconfirmed(chat.id).map((item) => ({ key: item.client_id, item, chat })),
    ];
    const wasAtEnd = atEnd();
    const other = shown.chat !== chat.id;
    if (other) list.replaceChildren();
    keyed(list, items, (each) => each.key, (each) => create(each, acts));
    say(empty, items.length > 0 ? "" : thread.trouble || (thread.loaded ? "No text yet." : "Loading the texts…"));
    empty.hidden = items.length > 0;
    const last = items.at(-1)?.key;
    if (other || wasAtEnd || items.at(-1)?.item) toEnd();
    else if (last !== shown.last) newest.hidden = false;
    shown = { chat: chat.id, last };
  }
  return { update, toEnd };
}

function withDays(messages) {
  const items = [];
  let today = null;
  for (const message of messages) {
    const name = dayName(message.created_at);
    if (name !== today) items.push({ key: `day-${name}`, day: name });
    today = name;
    items.push({ key: message.id, message });
  }
  return items;
}

function create(each, acts) {
  if (each.day) return dayLine();
  return each.message ? bubble(acts) : ownBubble(acts);
}

function dayLine() {
  const root = el("li", { class: "day" });
  return { root, update: ({ day }) => say(root, day) };
}

function bubble(acts) {
  const author = el("span", { class: "author" });
  const text = el("p", { dir: "auto" });
  const media = el("ul", { class: "media" });
  const facts = el("span", { class: "facts" });
  const again = button(ACTIONS.putBack, "Write it again", () => acts.writeAgain(latest.text), "small");
  const root = el("li", {}, author, text, media, el("p", { class: "foot" }, facts, again));
  let latest = null;
  return {
    root,
    update({ message }) {
      latest = message;
      const inbound = message.direction === "inbound";
      const bad = troubled(message.status);
      root.className = `bubble ${inbound ? "theirs" : "ours"} ${message.author.type}${bad ? " bad" : ""}`;
      say(author, authorName(message, acts.agentId()));
      say(text, message.text);
      text.hidden = message.text === "";
      keyed(media, message.media ?? [], (file) => file.id ?? file.url, attachment);
      media.hidden = !message.media?.length;
      say(facts, inbound ? clockTime(message.created_at) : outboundFacts(message));
      set(facts, "data-status", message.status);
      again.hidden = !bad || message.author.type !== "agent";
    },
  };
}

function authorName({ author }, me) {
  if (author.type === "end_user") return "Consumer";
  if (author.type === "agent") return author.id === me ? "You" : "Another agent";
  return author.type === "api" ? "Sent by the API" : "Automatic";
}

function outboundFacts(message) {
  const [shape, word] = ticks(message.status);
  const why = troubled(message.status) && message.error ? `: ${reason(message.error)}` : "";
  const size = message.segments > 1 ? `${plural(message.segments, "segment")} · ` : "";
  return `${clockTime(message.created_at)} · ${size}${shape} ${word}${why}`;
}

function attachment() {
  const link = el("a", { target: "_blank", rel: "noopener" });
  const root = el("li", {}, link);
  return {
    root,
    update(file) {
      const size = file.size ? `, ${Math.ceil(file.size / 1024)} kB` : "";
      say(link, `${file.content_type ?? "Attachment"}${size}`);
      set(link, "href", file.url?.startsWith("/") ? file.url : webAddress(file.url));
    },
  };
}

// A text of mine that the server has not confirmed.
function ownBubble(acts) {
  const text = el("p", { dir: "auto" });
  const facts = el("span", { class: "facts" });
  let latest = null;
  const retry = button(ACTIONS.retry, "Try again", () => acts.retry(latest), "small");
  const back = button(ACTIONS.putBack, "Take back", () => acts.putBack(latest), "small");
  const root = el("li", {}, el("span", { class: "author" }, "You"), text,
    el("p", { class: "foot" }, facts, retry, back));
  return {
    root,
    update({ item }) {
      latest = item;
      const refused = item.state === "refused";
      root.className = `bubble ours agent pending${refused ? " bad" : ""}`;
      say(text, item.text);
      say(facts, {
        sending: "◌ sending…",
        waiting: `◌ not sent yet: ${item.reason} It is tried again by itself.`,
        refused: `✕ not sent: ${item.reason}`,
      }[item.state]);
      set(facts, "data-status", item.state);
      retry.hidden = !refused;
      back.hidden = !refused;
    },
  };
}
