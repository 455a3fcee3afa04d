// The left side: offers that wait for an answer, my chats, and chats that have just ended.

import { button, el, ghosts, keyed, say, set, tick } from "./dom.js";
import { ACTIONS } from "./keys.js";
import { unconfirmed } from "./outbox.js";
import { inOrder, unread } from "./store.js";
import { authorName } from "./bubble.js";
import { chatStatus, language, left, phone, plural, queueName, since } from "./words.js";

/** `acts`: `{accept, decline, select, close, goAvailable}` */
export function listsView(root, acts) {
  const offers = group("Offers", "offers");
  const chats = group("My chats", "chats");
  const aside = group("Dismissed", "dismissed");
  const ended = group("Ended", "ended");
  const available = button(ACTIONS.available, "Go Available", acts.goAvailable, "primary");
  root.append(offers.root, chats.root, aside.root, ended.root);

  return (state) => {
    offers.update(state.offers, state.trouble.offers, (offer) => offer.chat_id, (offer) => offerCard(offer, acts), () => emptyOffers(state.agent, available));
    chats.update(state.chats && [...state.chats.values()], state.trouble.chats, (chat) => chat.id, (chat) => chatCard(chat, acts), () => ["No chat is open."]);
    ended.update([...state.ended.values()], null, (chat) => chat.id, (chat) => chatCard(chat, acts), () => []);
    aside.update([...state.dismissed.values()], null, (chat) => chat.id, (chat) => chatCard(chat, acts), () => []);
    aside.root.hidden = state.dismissed.size === 0;
    ended.root.hidden = state.ended.size === 0;
    for (const card of root.querySelectorAll("[data-chat]")) {
      set(card, "aria-current", Number(card.dataset.chat) === state.selected);
    }
    for (const card of offers.root.querySelectorAll("[data-offer]")) {
      const busy = state.busy.has(`offer:${card.dataset.offer}`);
      for (const each of card.querySelectorAll("button")) each.disabled = busy;
    }
  };
}

function emptyOffers(agent, available) {
  if (!agent) return [];
  const { status, concurrency } = agent;
  if (["Available", "In-chat"].includes(status)) {
    return concurrency.current >= concurrency.limit
      ? [`You are at your limit of ${plural(concurrency.limit, "chat")}.`]
      : ["Nobody is waiting. Offers appear here."];
  }
  if (status === "Wrap-up") return ["You are in wrap-up: chats are offered to you again soon.", available];
  return [`You are ${status}: no chats are offered to you.`, available];
}

// A titled list that says when it is loading and when it is empty.
function group(title, name) {
  const count = el("span", { class: "count" });
  const list = el("ul", { "aria-labelledby": `${name}-title` });
  const empty = el("div", { class: "empty" });
  const coming = ghosts("cards", name === "chats" ? 3 : 1);
  const root = el("section", { class: name },
    el("h2", { id: `${name}-title` }, title, " ", count), list, empty, coming);
  return {
    root,
    update(items, trouble, keyOf, create, whenEmpty) {
      keyed(list, items ?? [], keyOf, create);
      list.hidden = !items?.length;
      say(count, items?.length ? String(items.length) : "");
      coming.hidden = items !== null || Boolean(trouble);
      const words = trouble ? [trouble] : items === null ? ["Loading…"] : items.length ? [] : whenEmpty();
      if (empty.childNodes.length !== words.length || empty.firstChild?.textContent !== (words[0]?.textContent ?? words[0])) {
        empty.replaceChildren(...words.map((word) => (typeof word === "string" ? el("p", {}, word) : word)));
      }
    },
  };
}

function offerCard(offer, acts) {
  const queue = el("strong", { dir: "auto" });
  const facts = el("span", { class: "quiet" });
  const waiting = el("span", { class: "time" });
  const root = el("li", { class: "card offer", "data-offer": offer.chat_id },
    el("p", { class: "line" }, el("span", { class: "shape", "aria-hidden": "true" }, "◆"), queue, waiting),
    el("p", { class: "line" }, facts),
    el("p", { class: "actions" },
      button(ACTIONS.accept, "Accept", () => acts.accept(offer.chat_id), "primary"),
      button(ACTIONS.decline, "Decline", () => acts.decline(offer.chat_id))));
  return {
    root,
    update(latest) {
      say(queue, queueName(latest));
      say(facts, [
        latest.kind === "transfer" ? "Transfer" : "New chat", language(latest.lang),
      ].filter(Boolean).join(" · "));
      tick(waiting, () => `waits ${since(latest.waiting_since)}`);
    },
  };
}

function chatCard(chat, acts) {
  const number = el("strong");
  const waiting = el("span", { class: "time" });
  const badge = el("span", { class: "badge" });
  const facts = el("span", { class: "quiet" });
  const flagged = el("span", { class: "flagged" }, "⚑ asks to stop");
  const preview = el("span", { class: "preview", dir: "auto" });
  const open = el("button", { type: "button", class: "card chat", "data-chat": chat.id, onclick: () => acts.select(chat.id) },
    el("span", { class: "line" }, number, waiting),
    el("span", { class: "line" }, preview, badge),
    el("span", { class: "line" }, facts, flagged));
  const root = el("li", {}, open);
  return {
    root,
    update(latest) {
      const over = !acts.isMine(latest.id);
      const thread = acts.thread(latest.id);
      const fresh = unread(latest.id);
      say(number, phone(latest));
      say(badge, fresh > 0 ? `${fresh} new` : "");
      set(open, "data-fresh", fresh > 0);
      // Whose turn it is.
      set(waiting, "data-ours", !over && Boolean(latest.waiting_since));
      tick(waiting, () => (over ? ends(latest) : latest.waiting_since ? `waits ${since(latest.waiting_since)}`
        : answered(thread)));
      flagged.hidden = over || !latest.stop_asked;
      say(facts, [queueName(latest), over ? chatStatus(latest) : language(latest.lang)].filter(Boolean).join(" · "));
      say(preview, lastWords(latest, thread, acts.agentId()));
    },
  };
}

function lastWords(chat, thread, me) {
  const own = unconfirmed(chat.id).at(-1);
  if (own) return `${own.state === "refused" ? "Not sent" : "Sending"}: ${own.text}`;
  const last = inOrder(thread).at(-1);
  if (!last) return thread.loaded ? "No text yet" : "Loading…";
  const words = last.text || (last.media?.length ? plural(last.media.length, "attachment") : "");
  if (last.direction === "inbound") return words;
  return `${authorName(last, me)}: ${words}`;
}

// How long a dismissed chat can still be resumed.
const ends = ({ status, deadline_at: at }) =>
  (status === "dismissed" && at ? `ends in ${left(at)}` : "");

// The consumer's turn: since when.
function answered(thread) {
  const last = inOrder(thread).findLast(({ author }) => author.type === "agent");
  return last ? `answered ${since(last.created_at)}` : "";
}
