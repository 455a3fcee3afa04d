// What is known of the consumer behind a chat: consent from the ledger, and earlier chats.

import * as api from "./api.js";
import { refresher } from "./refresh.js";
import { changed, emptyThread, firstSeq, state } from "./store.js";

const PAGE = 20; // chats
const TEXTS = 50;

const refreshers = new Map();

/**
 * `{consent, earlier, total, trouble, fetching, reading}`: `consent` and `earlier` are null until
 * they are loaded; `reading` is an earlier chat that is open, as `{chat, thread}`.
 */
export function consumerOf(chatId) {
  if (!state.consumers.has(chatId)) {
    state.consumers.set(chatId, {
      consent: null, earlier: null, total: 0, trouble: "", fetching: false, reading: null,
    });
  }
  return state.consumers.get(chatId);
}

export function refreshConsumer(chatId) {
  if (!refreshers.has(chatId)) {
    refreshers.set(chatId, refresher(() => load(chatId), (error) => {
      consumerOf(chatId).trouble = error.message;
      changed();
    }));
  }
  return refreshers.get(chatId)();
}

async function load(chatId) {
  const known = consumerOf(chatId);
  const [consent, page] = await Promise.all([
    api.get(`chats/${chatId}/consent`), api.getCounted(`chats/${chatId}/earlier?per=${PAGE}`),
  ]);
  const older = (known.earlier ?? []).filter(({ id }) => id < (page.items.at(-1)?.id ?? 0));
  Object.assign(known, {
    consent, earlier: [...page.items, ...older], total: page.total, trouble: "",
  });
  changed();
}

/** The next page of earlier chats. */
export async function loadMoreChats(chatId) {
  const known = consumerOf(chatId);
  const last = known.earlier?.at(-1)?.id;
  if (known.fetching || last === undefined) return;
  await fetching(known, async () => {
    const { items, total } = await api.getCounted(`chats/${chatId}/earlier?per=${PAGE}&before=${last}`);
    Object.assign(known, { earlier: [...known.earlier, ...items], total });
  });
}

/** Open an earlier chat, to read. */
export async function readEarlier(chatId, chat) {
  const known = consumerOf(chatId);
  const reading = { chat, thread: emptyThread() };
  known.reading = reading;
  changed();
  await loadTexts(reading);
}

export function stopReading(chatId) {
  consumerOf(chatId).reading = null;
  changed();
}

/** The newest texts of the earlier chat that is open, or those before the ones that are here. */
export async function loadTexts({ chat, thread }) {
  if (thread.fetching) return;
  const before = thread.loaded ? `&before=${firstSeq(thread)}` : "";
  await fetching(thread, async () => {
    for (const message of await api.get(`chats/${chat.id}/messages?last=${TEXTS}${before}`)) {
      thread.messages.set(message.id, message);
    }
    thread.loaded = true;
  });
}

// `of` says that something is being fetched for it, and what went wrong.
async function fetching(of, call) {
  Object.assign(of, { fetching: true, trouble: "" });
  changed();
  try {
    await call();
  } catch (error) {
    if (error.status === undefined) throw error;
    of.trouble = error.message;
  } finally {
    of.fetching = false;
    changed();
  }
}
