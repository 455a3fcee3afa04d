// What an agent can do, each as one call and what follows from its answer.

import * as api from "./api.js";
import { chatKey, forgetWords } from "./drafts.js";
import { discard, forget, retry, send, underWay } from "./outbox.js";
import { comeTo, look } from "./reading.js";
import { changed, chatOf, longestWait, state, threadOf } from "./store.js";
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

let statuses = Promise.resolve();

/** One after the other: of two that are chosen quickly the later one must be what the server keeps. */
export function setStatus(status) {
  const put = () => doing(`status:${status}`, async () => {
    state.agent = await api.put("me/status", { status });
    announce(`You are ${state.agent.status}`);
  });
  statuses = statuses.then(put, put);
  return statuses;
}

/** `undisturbed()`: whether the chat may come to the front when the answer is here. */
export function accept(chatId, undisturbed) {
  return doing(`offer:${chatId}`, async () => {
    try {
      const { messages, ...chat } = await api.post(`chats/${chatId}/accept`);
      state.offers = state.offers.filter((offer) => offer.chat_id !== chatId);
      joined(chatId, chat);
      if (undisturbed()) select(chatId);
      announce(`Chat with ${phone(chat)} accepted`);
    } catch (error) {
      throw error.status === 409 ? await outrun(chatId, error) : error;
    } finally {
      refreshOffers();
      refreshChats();
    }
  });
}

// A list of its own, so that what is being fetched is seen to be older.
function joined(chatId, chat) {
  state.chats = new Map(state.chats ?? []).set(chatId, chat);
}

// Somebody was quicker: who.
async function outrun(chatId, error) {
  const offer = await api.get(`offers/${chatId}`).catch(() => null);
  const other = offer?.taken_by && offer.taken_by.id !== state.agent.id ? offer.taken_by.name : null;
  return other ? new api.ApiError(409, `${other} was quicker and has this chat now.`) : error;
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

/** Set a chat aside whose consumer is silent: it comes back with the next text. */
export function setAside(chatId) {
  return doing(`chat:${chatId}`, async () => {
    try {
      await underWay(chatId);
      await api.post(`chats/${chatId}/dismiss`);
    } finally {
      refreshChats();
    }
  });
}

export function takeUp(chatId) {
  return doing(`chat:${chatId}`, async () => {
    try {
      const { messages, ...chat } = await api.post(`chats/${chatId}/resume`);
      state.dismissed.delete(chatId);
      joined(chatId, chat);
      announce(`Chat with ${phone(chat)} resumed`);
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

/** The consumer did not ask for no more texts, whatever the words were taken for. */
export function denyStop(chatId) {
  return doing(`chat:${chatId}`, async () => {
    try {
      await api.remove(`chats/${chatId}/stop_request`);
      announce("Noted: the consumer did not ask for that.");
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

/** Take an ended chat off the screen, and throw away what was written in it. */
export function close(chatId) {
  const chat = state.ended.get(chatId);
  if (!state.ended.delete(chatId)) return;
  state.leaving.delete(chatId); // what is still asked of it is not wanted any more
  forgetWords(chatKey(state.agent.id, chat));
  forget(chatId);
  state.threads.delete(chatId);
  state.consumers.delete(chatId);
  if (state.selected === chatId) select([...(state.chats?.keys() ?? [])][0] ?? null);
  changed();
}

/** Go to the consumer who waits longest for an answer. */
export function toLongestWait() {
  const id = longestWait();
  if (id === null) announce("Nobody waits for an answer of yours.");
  else select(id);
}

/** Step through my chats, dismissed and ended ones last. */
export function step(by) {
  if (state.chats === null) return; // a key, before they are loaded
  const ids = [...state.chats.keys(), ...state.dismissed.keys(), ...state.ended.keys()];
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
export const isMine = (chatId) => state.chats?.has(chatId) ?? false;
export const agentId = () => state.agent.id;
