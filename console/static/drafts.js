// What an agent has written and the server does not have yet: half-written texts, and texts whose
// sending is not confirmed. Kept in this browser over reloads, per agent and chat.
//
// A key holds the chat's start as well as its id: after a restored or emptied database the same
// id is another consumer's chat.

const OLDEST = 7 * 24 * 3600 * 1000; // ms

export const chatKey = (agentId, chat) =>
  `${agentId}.${chat.id}.${Date.parse(chat.created_at) || 0}`;

export function readDraft(key) {
  return read(`threadline.draft.${key}`)?.text ?? "";
}

export function keepDraft(key, text) {
  if (text === "") remove(`threadline.draft.${key}`);
  else write(`threadline.draft.${key}`, { text, at: Date.now() });
}

export function keepUnconfirmed(key, item) {
  write(`threadline.unconfirmed.${key}.${item.client_id}`, item);
}

export function forgetUnconfirmed(key, item) {
  remove(`threadline.unconfirmed.${key}.${item.client_id}`);
}

/** The unconfirmed texts of one chat, oldest first. */
export function readUnconfirmed(key) {
  return keys(`threadline.unconfirmed.${key}.`).map(read).filter(Boolean)
    .sort((one, other) => one.at - other.at);
}

/** The ids of all chats for which this agent has unconfirmed texts. */
export function chatsWithUnconfirmed(agentId) {
  const found = keys(`threadline.unconfirmed.${agentId}.`).map((key) => Number(key.split(".")[3]));
  return [...new Set(found)];
}

export function forgetOld() {
  for (const key of keys("threadline.draft.").concat(keys("threadline.unconfirmed."))) {
    if (!(read(key)?.at > Date.now() - OLDEST)) remove(key);
  }
}

export const rememberTenant = (tenant) => write("threadline.tenant", tenant);
export const rememberedTenant = () => read("threadline.tenant") ?? "";

// Storage may be full or forbidden: then texts are kept for as long as the page lives.
const memory = new Map();

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? memory.get(key) ?? "null");
  } catch {
    return null;
  }
}

function write(key, value) {
  const text = JSON.stringify(value);
  try {
    localStorage.setItem(key, text);
  } catch {
    memory.set(key, text);
  }
}

function remove(key) {
  memory.delete(key);
  try {
    localStorage.removeItem(key);
  } catch {
    // Nothing was kept there.
  }
}

function keys(prefix) {
  try {
    const all = [...Object.keys(localStorage), ...memory.keys()];
    return all.filter((key) => key.startsWith(prefix));
  } catch {
    return [...memory.keys()].filter((key) => key.startsWith(prefix));
  }
}
