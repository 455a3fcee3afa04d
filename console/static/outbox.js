// Sending an agent's texts: shown at once, kept until the server confirms them, one at a time per
// chat so that they are not swapped, and repeated with the same client_id, which the server takes
// once. What it refuses stays in the thread with the reason.

import * as api from "./api.js";
import {
  chatKey, forgetUnconfirmed, isUnconfirmed, keepUnconfirmed, readUnconfirmed,
} from "./drafts.js";
import { changed, chatOf, state } from "./store.js";
import { announce } from "./words.js";

const FIRST_WAIT = 1000; // ms
const LONGEST_WAIT = 15_000;

const queues = new Map(); // chat id -> [{client_id, text, at, state, reason, tries}]
const running = new Map(); // chat id -> the promise of its sending
let keepMessage = () => {};

export function whenSent(listener) {
  keepMessage = listener;
}

/** The texts of a chat that are to be shown beside the server's messages. */
export const unconfirmed = (chatId) => queues.get(chatId) ?? [];

export function send(chat, text) {
  const item = { client_id: newId(), text, at: Date.now(), state: "sending" };
  keepUnconfirmed(keyOf(chat), item);
  queueOf(chat.id).push(item);
  pump(chat);
  changed();
}

function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Plain http on another host than this one is no secure context and lacks it.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** Try again, with the same client_id. */
export function retry(chat, item) {
  Object.assign(item, { state: "sending", reason: "", tries: 0 });
  pump(chat);
  changed();
}

/** Give a text up; the caller keeps its words. */
export function discard(chat, item) {
  drop(chat, item);
  changed();
}

/** Take up what an earlier page, or the time before a login, left unconfirmed. */
export function resume(chat) {
  const queue = queueOf(chat.id);
  const known = new Set(queue.map((item) => item.client_id));
  for (const item of readUnconfirmed(keyOf(chat))) {
    if (!known.has(item.client_id)) queue.push({ ...item, state: "sending", tries: 0 });
  }
  pump(chat);
}

/** The line is back: waiting texts need not wait for their turn. */
export function resumeAll() {
  for (const chatId of queues.keys()) {
    const chat = chatOf(chatId);
    if (chat) pump(chat);
  }
}

/** A message has come: if it is one of ours, the server has it, whatever became of the answer. */
export function adopt(chatId, message) {
  const item = queues.get(chatId)?.find(({ client_id }) => client_id === message.client_id);
  if (item) drop(chatOf(chatId), item);
}

export function forget(chatId) {
  queues.delete(chatId);
}

export function forgetAll() {
  queues.clear();
}

/** Resolves when no text of the chat is on its way to the server: sent, refused, or to be repeated. */
export const underWay = (chatId) => running.get(chatId);

const next = (chat) => queueOf(chat.id).find((each) => each.state !== "refused");

function pump(chat) {
  if (running.has(chat.id) || !next(chat)) return;
  running.set(chat.id, drain(chat));
}

async function drain(chat) {
  try {
    for (let item = next(chat); item && (await attempt(chat, item)); item = next(chat));
  } finally {
    running.delete(chat.id);
  }
}

// Whether the next text may go.
async function attempt(chat, item) {
  const { client_id, text } = item;
  const key = keyOf(chat);
  if (!isUnconfirmed(key, item)) {
    drop(chat, item, key);
    changed();
    return true;
  }
  try {
    const message = await api.post(`chats/${chat.id}/messages`, { text, client_id });
    drop(chat, item, key);
    if (state.phase === "ready") keepMessage(message);
    return true;
  } catch (error) {
    if (error.status === undefined) throw error;
    if (!unconfirmed(chat.id).includes(item)) return true; // adopted, or taken back
    item.state = error.passing ? "waiting" : "refused";
    item.reason = error.message;
    if (item.state === "refused") announce(`Not sent: ${item.reason}`);
    else later(chat, item, error.retryAfter);
    changed();
    return item.state === "refused";
  }
}

function later(chat, item, retryAfter) {
  item.tries = (item.tries ?? 0) + 1;
  const wait = Math.min(FIRST_WAIT * 2 ** (item.tries - 1), LONGEST_WAIT) * (0.5 + Math.random() / 2);
  setTimeout(() => {
    if (queues.get(chat.id)?.includes(item) && state.phase === "ready") pump(chat);
  }, Math.max(wait, (retryAfter ?? 0) * 1000));
}

function drop(chat, item, key = keyOf(chat)) {
  forgetUnconfirmed(key, item);
  queues.set(chat.id, queueOf(chat.id).filter((each) => each !== item));
}

function queueOf(chatId) {
  if (!queues.has(chatId)) queues.set(chatId, []);
  return queues.get(chatId);
}

const keyOf = (chat) => chatKey(state.agent.id, chat);
