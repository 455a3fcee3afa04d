// Keeping `state` like the server: everything after each connect, then what each event concerns.

import * as api from "./api.js";
import { chatsWithUnconfirmed } from "./drafts.js";
import { adopt, resume } from "./outbox.js";
import { refresher } from "./refresh.js";
import { ring, ringWhile } from "./sound.js";
import { changed, chatOf, lastSeq, state, threadOf } from "./store.js";
import { announce, phone } from "./words.js";

const refreshAgent = refresher(async () => {
  state.agent = await api.me();
  changed();
});

export const refreshOffers = refresher(async () => {
  const known = new Set((state.offers ?? []).map((offer) => offer.chat_id));
  state.offers = await api.get("offers");
  ringWhile(state.offers.length > 0);
  const fresh = state.offers.filter((offer) => !known.has(offer.chat_id));
  if (fresh.length > 0) ring("offer");
  if (fresh.length > 0) announce(`${fresh.length === 1 ? "New offer" : `${fresh.length} new offers`}: ${fresh.map((offer) => offer.queue).join(", ")}`);
  changed();
});

export const refreshChats = refresher(async () => {
  const before = state.chats ?? new Map();
  const open = await api.get("chats");
  state.chats = new Map(open.map((chat) => [chat.id, chat]));
  for (const id of state.chats.keys()) state.ended.delete(id);
  for (const chat of before.values()) {
    if (!state.chats.has(chat.id)) await keepEnded(chat.id, chat);
  }
  for (const chat of open) {
    resume(chat);
    if (!threadOf(chat.id).loaded) refreshThread(chat.id);
  }
  changed();
});

// The chat stays on the screen until the agent closes it: the last ticks are still to come.
async function keepEnded(id, known) {
  let chat = known;
  try {
    chat = await api.get(`chats/${id}`);
  } catch (error) {
    if (error.passing || known === null) throw error;
    chat = { ...known, status: "left" };
  }
  const { messages, ...rest } = chat;
  state.ended.set(id, rest);
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
      const after = Math.min(from.get(id) ?? Infinity, lastSeq(thread));
      from.delete(id);
      try {
        keepMessages(id, await api.get(`chats/${id}/messages?after=${after}`));
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

function keepMessages(id, messages) {
  const thread = threadOf(id);
  for (const message of messages) {
    if (!thread.messages.has(message.id)) arrived(id, thread, message);
    thread.messages.set(message.id, message);
  }
  thread.loaded = true;
  thread.trouble = "";
  changed();
}

function arrived(id, thread, message) {
  adopt(id, message);
  if (!thread.loaded || message.direction !== "inbound") return;
  const number = phone(chatOf(id));
  if (id === state.selected && !document.hidden) return;
  ring("text");
  announce(`New text from ${number}`);
}

/** A message that the API answered with. */
export function keepMessage(message) {
  keepMessages(message.chat_id, [message]);
}

export async function refreshAll() {
  await Promise.all([refreshAgent(), refreshOffers(), refreshChats()]);
  for (const id of state.threads.keys()) refreshThread(id, 0);
  for (const id of chatsWithUnconfirmed(state.agent.id)) {
    if (!chatOf(id)) await keepEnded(id, null).catch(() => {});
  }
  changed();
}

const CONCERNS = {
  "offers.changed": () => refreshOffers(),
  "agent.changed": () => refreshAgent(),
  "consent.changed": () => refreshChats(),
  "chat.left": () => refreshChats(),
  "chat.changed": ({ chat_id: id, data }) => {
    const chat = state.chats?.get(id);
    const mine = data.agent_ids?.includes(state.agent.id);
    if (Boolean(chat) !== Boolean(mine) || chat?.status !== data.status) refreshChats();
    if (chatOf(id)) refreshThread(id);
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
