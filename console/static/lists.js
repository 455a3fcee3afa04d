// The left side: offers that wait for an answer, my chats, and chats that have just ended.

import { button, el, keyed, say, set, tick } from "./dom.js";
import { ACTIONS } from "./keys.js";
import { unconfirmed } from "./outbox.js";
import { inOrder, unread } from "./store.js";
import { chatStatus, phone, plural, queueName, since } from "./words.js";

/** `acts`: `{accept, decline, select, close, goAvailable}` */
export function listsView(root, acts) {
  const offers = group("Offers", "offers");
  const chats = group("My chats", "chats");
  const ended = group("Ended", "ended");
  const available = button(ACTIONS.available, "Go Available", acts.goAvailable, "primary");
  root.append(offers.root, chats.root, ended.root);

  return (state) => {
    offers.update(state.offers, (offer) => offer.chat_id, (offer) => offerCard(offer, acts), () => emptyOffers(state.agent, available));
    chats.update(state.chats && [...state.chats.values()], (chat) => chat.id, (chat) => chatCard(chat, acts), () => ["No chat is open."]);
    ended.update([...state.ended.values()], (chat) => chat.id, (chat) => chatCard(chat, acts), () => []);
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
  return [`You are ${status}: no chats are offered to you.`, available];
}

// A titled list that says when it is loading and when it is empty.
function group(title, name) {
  const count = el("span", { class: "count" });
  const list = el("ul", { "aria-labelledby": `${name}-title` });
  const empty = el("div", { class: "empty" });
  const root = el("section", { class: name },
    el("h2", { id: `${name}-title` }, title, " ", count), list, empty);
  return {
    root,
    update(items, keyOf, create, whenEmpty) {
      keyed(list, items ?? [], keyOf, create);
      list.hidden = !items?.length;
      say(count, items?.length ? String(items.length) : "");
      const words = items === null ? ["Loading…"] : items.length ? [] : whenEmpty();
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
        latest.kind === "transfer" ? "Transfer" : "New chat", latest.lang, `no. ${latest.chat_id}`,
      ].filter(Boolean).join(" · "));
      tick(waiting, () => `offered ${since(latest.offered_at)} ago`);
    },
  };
}

function chatCard(chat, acts) {
  const number = el("strong");
  const badge = el("span", { class: "badge" });
  const facts = el("span", { class: "quiet" });
  const preview = el("span", { class: "preview", dir: "auto" });
  const open = el("button", { type: "button", class: "card chat", "data-chat": chat.id, onclick: () => acts.select(chat.id) },
    el("span", { class: "line" }, number, badge),
    el("span", { class: "line" }, preview),
    el("span", { class: "line" }, facts));
  const root = el("li", {}, open);
  return {
    root,
    update(latest) {
      const over = acts.isEnded(latest.id);
      const thread = acts.thread(latest.id);
      const fresh = unread(latest.id);
      say(number, phone(latest));
      say(badge, fresh > 0 ? `${fresh} new` : "");
      tick(facts, () => [queueName(latest), over ? chatStatus(latest) : turn(thread)].filter(Boolean).join(" · "));
      say(preview, lastWords(latest, thread));
    },
  };
}

function lastWords(chat, thread) {
  const own = unconfirmed(chat.id).at(-1);
  if (own) return `${own.state === "refused" ? "Not sent" : "Sending"}: ${own.text}`;
  const last = inOrder(thread).at(-1);
  if (!last) return thread.loaded ? "No text yet" : "Loading…";
  const words = last.text || (last.media?.length ? plural(last.media.length, "attachment") : "");
  if (last.direction === "inbound") return words;
  return `${last.author.type === "agent" ? "You" : "Automatic"}: ${words}`;
}

// Whose turn it is, as the agent sees it.
function turn(thread) {
  const people = inOrder(thread).filter((message) => message.author.type !== "system");
  const last = people.at(-1);
  if (!last) return "";
  const ago = since(last.created_at);
  return last.direction === "inbound" ? `waits for you ${ago}` : `answered ${ago} ago`;
}
