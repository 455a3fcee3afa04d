// What an agent has written and the server does not have yet: half-written texts, and texts whose
// sending is not confirmed. Kept in this browser over reloads, per agent and chat.
//
// A key holds the chat's start as well as its id: after a restored or emptied database the same
// id is another consumer's chat.

import { keys, read, remove, write } from "./kept.js";

const OLDEST = 7 * 24 * 3600 * 1000; // ms

export const chatKey = (agentId, chat) =>
  `${agentId}.${chat.id}.${Date.parse(chat.created_at) || 0}`;

export function readDraft(key) {
  return read(`threadline.draft.${key}`)?.text ?? "";
}

export function keepDraft(key, text) {
  if (text.trim() === "") remove(`threadline.draft.${key}`);
  else write(`threadline.draft.${key}`, { text, at: Date.now() });
}

/** Hear the keys of drafts that another tab of this browser has changed. */
export function whenDraftsChange(listener) {
  addEventListener("storage", ({ key }) => {
    if (key?.startsWith("threadline.draft.")) listener(key.slice("threadline.draft.".length));
  });
}

export function keepUnconfirmed(key, item) {
  write(`threadline.unconfirmed.${key}.${item.client_id}`, item);
}

/** Whether the text is still to be sent: another tab may have sent it, or taken it back. */
export const isUnconfirmed = (key, item) =>
  read(`threadline.unconfirmed.${key}.${item.client_id}`) !== null;

export function forgetUnconfirmed(key, item) {
  remove(`threadline.unconfirmed.${key}.${item.client_id}`);
}

/** The unconfirmed texts of one chat, oldest first. */
export function readUnconfirmed(key) {
  return keys(`threadline.unconfirmed.${key}.`).map(read).filter(Boolean)
    .sort((one, other) => one.at - other.at);
}

/** Whether the agent has written something in this chat that is not sent. */
export const hasWords = (key) => readDraft(key) !== "" || readUnconfirmed(key).length > 0;

export function forgetWords(key) {
  keepDraft(key, "");
  for (const item of readUnconfirmed(key)) forgetUnconfirmed(key, item);
}

/** The ids of all chats in which this agent has written something that is not sent. */
export function chatsWithWords(agentId) {
  const found = [...keys(`threadline.unconfirmed.${agentId}.`), ...keys(`threadline.draft.${agentId}.`)];
  return [...new Set(found.map((key) => Number(key.split(".")[3])))];
}

export function forgetOld() {
  for (const key of keys("threadline.draft.").concat(keys("threadline.unconfirmed."))) {
    if (!(read(key)?.at > Date.now() - OLDEST)) remove(key);
  }
}

export const rememberTenant = (tenant) => write("threadline.tenant", tenant);
export const rememberedTenant = () => read("threadline.tenant") ?? "";
