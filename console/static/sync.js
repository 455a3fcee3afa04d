// Keeping `state` like the server: everything after each connect, then what each event concerns.

import * as api from "./api.js";
import { refreshConsumer } from "./consumer.js";
import { chatKey, chatsWithWords, hasWords } from "./drafts.js";
import { adopt, resume } from "./outbox.js";
import { atScreen } from "./dom.js";
import { refresher } from "./refresh.js";
import { adoptMark } from "./reading.js";
import { ring, ringWhile } from "./sound.js";
import { changed, chatOf, firstSeq, state, threadOf } from "./store.js";
import { announce, chatStatus, isOver, phone, troubled } from "./words.js";

const PAGE = 50; // texts that are fetched at once; earlier ones when they are asked for

const refreshAgent = refresher(async () => {
  state.agent = await api.me();
  changed();
});

export const refreshOffers = refresher(async () => {
  const known = new Set((state.offers ?? []).map((offer) => offer.chat_id));
  state.offers = await api.get("offers");
  delete state.trouble.offers;
  ringWhile(state.offers.length > 0);
  const fresh = state.offers.filter((offer) => !known.has(offer.chat_id));
  if (fresh.length > 0) ring("offer");
  if (fresh.length > 0) announce(`${fresh.length === 1 ? "New offer" : `${fresh.length} new offers`}: ${fresh.map((offer) => offer.queue).join(", ")}`);
  changed();
}, inTrouble("offers"));

export const refreshChats = refresher(async () => {
  const { chats, dismissed: aside } = state;
  const before = chats ?? new Map();
  const [open, dismissed] = await Promise.all([api.get("chats"), api.get("chats/dismissed")]);
  // Accepted or resumed meanwhile, which this answer may not know yet and the next one does.
  if (state.chats !== chats) return;
  delete state.trouble.chats;
  state.chats = new Map(open.map((chat) => [chat.id, chat]));
  state.dismissed = new Map(dismissed.map((chat) => [chat.id, chat]));
  for (const id of [...state.chats.keys(), ...state.dismissed.keys()]) state.ended.delete(id);
  for (const chat of before.values()) {
    if (state.dismissed.has(chat.id)) announce(`Chat with ${phone(chat)} dismissed. It comes back when the consumer writes.`);
    else if (!state.chats.has(chat.id)) keepEnded(chat.id, chat);
  }
  // What was aside and came back is another agent's, or waits: it is kept for what I wrote in it.
  for (const chat of aside.values()) {
    if (chatOf(chat.id) || (chat.id !== state.selected && !hasWords(chatKey(state.agent.id, chat)))) continue;
    keepOnScreen(chat);
    keepEnded(chat.id);
  }
  for (const chat of [...open, ...dismissed]) {
    resume(chat);
    adoptMark(chat);
    if (!threadOf(chat.id).loaded) refreshThread(chat.id);
  }
  changed();
}, inTrouble("chats"));

// Said where the list is, until it is there.
function inTrouble(list) {
  return (error) => {
    state.trouble[list] = `${error.message} Trying again…`;
    changed();
  };
}

const enders = new Map();

// At once, before anything is asked: what is half-written in it must not go away for a moment.
function keepOnScreen(chat) {
  state.ended.set(chat.id, { ...chat, status: "left" });
}

// The chat stays on the screen until the agent closes it: the last ticks are still to come.
function keepEnded(id, mine = null) {
  if (mine) state.leaving.set(id, mine);
  if (mine && !state.ended.has(id)) keepOnScreen(mine);
  if (!enders.has(id)) enders.set(id, refresher(() => fetchEnded(id)));
  return enders.get(id)();
}

async function fetchEnded(id) {
  const wasKept = state.ended.has(id);
  const known = state.leaving.get(id) ?? state.ended.get(id) ?? null;
  let chat = known;
  try {
    chat = await api.get(`chats/${id}`);
  } catch (error) {
    if (error.passing || known === null) throw error;
    chat = known;
  }
  state.leaving.delete(id);
  if (state.chats?.has(id) || state.dismissed.has(id)) return; // mine again
  if (wasKept && !state.ended.has(id)) return; // closed meanwhile
  const { messages, ...rest } = chat;
  if (known === null && id !== state.selected && !hasWords(chatKey(state.agent.id, rest))) return;
  if (!isOver(rest)) rest.status = "left";
  state.ended.set(id, rest);
  if (known && known.status !== rest.status) announce(`Chat with ${phone(rest)}: ${chatStatus(rest)}`);
  resume(rest);
  refreshThread(id);
}

const threadRefreshers = new Map();
const from = new Map(); // chat id -> the lowest seq that is to be fetched again

function refreshThread(id, after = Infinity) {
  from.set(id, Math.min(after, from.get(id) ?? Infinity));
  if (!threadRefreshers.has(id)) threadRefreshers.set(id, threadRefresher(id));
  return threadRefreshers.get(id)();
}

function threadRefresher(id) {
  return refresher(
    async () => {
      const thread = threadOf(id);
      const after = Math.min(from.get(id) ?? Infinity, thread.upto);
      from.delete(id);
      const which = thread.loaded ? `after=${after}` : `last=${PAGE}`;
      try {
        fetched(id, await api.get(`chats/${id}/messages?${which}`));
      } catch (error) {
        from.set(id, Math.min(after, from.get(id) ?? Infinity));
        throw error;
      }
    },
    (error) => {
      threadOf(id).trouble = error.message;
      changed();
    },
  );
}

// All that there is behind what was asked for, or the last ones.
function fetched(id, messages) {
  const thread = threadOf(id);
  keepMessages(id, messages);
  thread.loaded = true;
  thread.upto = Math.max(thread.upto, messages.at(-1)?.seq ?? 0);
  thread.trouble = "";
}

function keepMessages(id, messages) {
  const thread = threadOf(id);
  for (const message of messages) {
    const before = thread.messages.get(message.id);
    if (!before) arrived(id, thread, message);
    else if (troubled(message.status) && !troubled(before.status)) failed(id, message);
    thread.messages.set(message.id, message);
  }
  changed();
}

function arrived(id, thread, message) {
  adopt(id, message);
  if (!thread.loaded || message.direction !== "inbound") return;
  const here = id === state.selected && atScreen();
  const asks = message.asks === "stop" ? ", who seems to ask for no more texts" : "";
  announce(here ? `Consumer${asks}: ${message.text || "a picture or file"}` : `New text from ${phone(chatOf(id))}${asks}`);
  if (!here) ring("text");
}

function failed(id, { reason }) {
  announce(`A text to ${phone(chatOf(id))} did not arrive. ${reason?.what ?? ""}`.trim());
}

/** Fetch the texts before the first that is here. */
export async function loadEarlier(id) {
  const thread = threadOf(id);
  if (thread.fetching || firstSeq(thread) <= 1) return;
  thread.fetching = true;
  changed();
  try {
    const texts = await api.get(`chats/${id}/messages?last=${PAGE}&before=${firstSeq(thread)}`);
    for (const message of texts) thread.messages.set(message.id, message);
  } catch (error) {
    if (error.status === undefined) throw error;
    state.notice = `Earlier texts: ${error.message}`;
  } finally {
    thread.fetching = false;
    changed();
  }
}

/** A message that the API answered with: others may have come before it, which are still to be fetched. */
export function keepMessage(message) {
  keepMessages(message.chat_id, [message]);
}

export async function refreshAll() {
  await Promise.all([refreshAgent(), refreshOffers(), refreshChats()]);
  for (const [id, thread] of state.threads) {
    refreshThread(id, thread.loaded ? Math.max(0, firstSeq(thread) - 1) : Infinity);
  }
  for (const id of chatsWithWords(state.agent.id)) {
    if (!chatOf(id)) await keepEnded(id);
  }
  changed();
}

const CONCERNS = {
  "offers.changed": () => {
    refreshOffers();
    if (state.dismissed.size > 0) refreshChats(); // one of them may have come back, to whoever
  },
  "agent.changed": () => refreshAgent(),
  "consent.changed": ({ data }) => {
    refreshChats();
    for (const id of state.consumers.keys()) {
      if (chatOf(id)?.end_user.id === data.consumer_id) refreshConsumer(id);
    }
  },
  "consent.asked": () => refreshChats(),
  "consent.dismissed": () => refreshChats(),
  "chat.left": () => refreshChats(),
  "chat.changed": ({ chat_id: id, data }) => {
    const chat = state.chats?.get(id);
    const mine = data.agent_ids?.includes(state.agent.id);
    if (chat || mine) refreshChats(); // who waits, since when, and what is unread
    if (chatOf(id)) refreshThread(id);
    const kept = state.ended.get(id);
    if (kept && !isOver(kept)) keepEnded(id); // whom it waits for, who took it
  },
  "chat.read": ({ chat_id: id, data }) => {
    if (!chatOf(id) || data.seq <= threadOf(id).seen) return; // my own
    adoptMark({ id, read_seq: data.seq });
    refreshChats();
  },
  "message.changed": ({ chat_id: id, data }) => {
    if (!chatOf(id)) return;
    const known = threadOf(id).messages.get(data.message_id);
    refreshThread(id, known ? known.seq - 1 : Infinity);
  },
};

export function hear(event) {
  CONCERNS[event.type]?.(event);
}
