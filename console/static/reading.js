// What the agent has read: shown at once, and told to the server, so that every browser of the
// agent shows the same.

import * as api from "./api.js";
import { atScreen } from "./dom.js";
import { refresher } from "./refresh.js";
import { changed, chatOf, lastSeq, state, threadOf } from "./store.js";

const tellers = new Map();

/** What is on the screen before the agent's eyes has been read. */
export function look() {
  const thread = state.threads.get(state.selected);
  if (!thread || !atScreen() || thread.seen >= lastSeq(thread)) return;
  thread.seen = lastSeq(thread);
  tell(state.selected);
  changed();
}

/** From here on texts are new to the agent, who looks at the chat again. */
export function comeTo(chatId) {
  const thread = state.threads.get(chatId);
  if (thread) thread.mark = thread.seen;
}

/** The agent is back at the screen. */
export function comeBack() {
  if (atScreen()) comeTo(state.selected);
  look();
}

/** A chat came from the server, with what the agent has read of it, here or in another browser. */
export function adoptMark({ id, read_seq: seq }) {
  const known = state.threads.has(id);
  const thread = threadOf(id);
  thread.seen = Math.max(thread.seen, seq);
  if (!known) thread.mark = seq;
}

// Of several marks only the last is told.
function tell(id) {
  if (!tellers.has(id)) tellers.set(id, refresher(() => mark(id)));
  tellers.get(id)();
}

async function mark(id) {
  const { seen } = threadOf(id);
  if (chatOf(id)?.read_seq < seen) await api.put(`chats/${id}/read`, { seq: seen });
}
