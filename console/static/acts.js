// What an agent can do, each as one call and what follows from its answer.

import * as api from "./api.js";
import { chatKey, forgetWords } from "./drafts.js";
import { discard, forget, retry, send, underWay } from "./outbox.js";
import { changed, chatOf, lastSeq, state, threadOf } from "./store.js";
import { loadEarlier, refreshChats, refreshOffers } from "./sync.js";
import { announce, phone } from "./words.js";

/** Runs one call; a refusal becomes a notice in words. */
async function doing(name, call) {
  if (state.busy.has(name)) return;
  state.busy.add(name);
  state.notice = "";
  changed();
  try {
    await call();
  } catch (error) {
    if (error.status === undefined) throw error;
    state.notice = error.status === 0 ? "No answer from the server. Try again." : error.message;
  } finally {
    state.busy.delete(name);
    changed();
  }
}

export function setStatus(status) {
  return doing(`status:${status}`, async () => {
    state.agent = await api.put("me/status", { status });
    announce(`You are ${state.agent.status}`);
  });
}

export function accept(chatId) {
  return doing(`offer:${chatId}`, async () => {
    try {
      const { messages, ...chat } = await api.post(`chats/${chatId}/accept`);
      state.offers = state.offers.filter((offer) => offer.chat_id !== chatId);
      state.chats = new Map(state.chats ?? []).set(chatId, chat);
      select(chatId);
      announce(`Chat with ${phone(chat)} accepted`);
    } finally {
      refreshOffers();
      refreshChats();
    }
  });
}

export function decline(chatId) {
  return doing(`offer:${chatId}`, async () => {
    try {
      await api.post(`chats/${chatId}/decline`);
      state.offers = state.offers.filter((offer) => offer.chat_id !== chatId);
    } finally {
      refreshOffers();
    }
  });
}

export function end(chatId) {
  return doing(`chat:${chatId}`, async () => {
    try {
      // The goodbye goes out behind what was written before, so the server must have that first.
      await underWay(chatId);
      await api.post(`chats/${chatId}/end`);
      announce("Chat ended");
    } finally {
      refreshChats();
    }
  });
}

export function optOut(chatId) {
  return doing(`chat:${chatId}`, async () => {
    try {
      await api.post(`chats/${chatId}/opt_out`);
      announce("Consumer opted out");
    } finally {
      refreshChats();
    }
  });
}

export function select(chatId) {
  if (state.selected !== chatId) comeTo(chatId);
  state.selected = chatId;
  state.notice = "";
  history.replaceState(null, "", chatId === null ? location.pathname : `#chat-${chatId}`);
  look();
  changed();
}

/** What is on the screen has been seen. */
export function look() {
  const thread = state.threads.get(state.selected);
  if (!thread || document.hidden || thread.seen >= lastSeq(thread)) return;
  thread.seen = lastSeq(thread);
  changed();
}

// From here on texts are new to the agent, who looks at the chat again.
function comeTo(chatId) {
  const thread = state.threads.get(chatId);
  if (thread) thread.mark = thread.seen;
}

/** The agent is back at the screen. */
export function comeBack() {
  if (!document.hidden) comeTo(state.selected);
  look();
}

/** Take an ended chat off the screen, and throw away what was written in it. */
export function close(chatId) {
  const chat = state.ended.get(chatId);
  if (!state.ended.delete(chatId)) return;
  forgetWords(chatKey(state.agent.id, chat));
  forget(chatId);
  state.threads.delete(chatId);
  state.consumers.delete(chatId);
  if (state.selected === chatId) select([...state.chats.keys()][0] ?? null);
  changed();
}

/** Step through my chats, ended ones last. */
export function step(by) {
  const ids = [...state.chats.keys(), ...state.ended.keys()];
  if (ids.length === 0) return;
  const at = ids.indexOf(state.selected);
  select(ids[(at + by + ids.length) % ids.length]);
}

export function dismiss() {
  state.notice = "";
  changed();
}

export const sendText = (text) => send(chatOf(state.selected), text);
export const retryText = (item) => retry(chatOf(state.selected), item);
export const discardText = (item) => discard(chatOf(state.selected), item);
export { loadEarlier };
export const thread = (chatId) => threadOf(chatId);
export const isEnded = (chatId) => state.ended.has(chatId);
export const agentId = () => state.agent.id;
