// What the console knows, and who hears of its changes. Views read `state` and never write it.

export const state = {
  phase: "starting", // starting | login | ready
  loginNote: "",
  agent: null,
  offers: null, // null until they are loaded
  chats: null, // my open chats by id; null until they are loaded
  dismissed: new Map(), // chats that I set aside, or that fell silent, by id
  ended: new Map(), // chats that ended while I was in them, until I close them
  leaving: new Map(), // chats that were mine just now, until the server has said what became of them
  consumers: new Map(), // chat id -> see consumer.js
  threads: new Map(), // chat id -> see emptyThread
  selected: null,
  line: { state: "connecting", retryAt: null },
  notice: "",
  trouble: {}, // what cannot be fetched at present: "offers" and "chats" with the reason in words
  busy: new Set(), // what is under way, such as "accept:12"
};

const listeners = new Set();
let scheduled = false;

export function subscribe(listener) {
  listeners.add(listener);
}

/** Tell the views, once for all changes of this turn. */
export function changed() {
  if (scheduled) return;
  scheduled = true;
  queueMicrotask(() => {
    scheduled = false;
    for (const listener of listeners) listener(state);
  });
}

/** Forget everything of the agent who was here. */
export function reset() {
  Object.assign(state, {
    agent: null, offers: null, chats: null, dismissed: new Map(), ended: new Map(), leaving: new Map(), threads: new Map(),
    consumers: new Map(), selected: null, notice: "", trouble: {}, busy: new Set(), line: { state: "connecting", retryAt: null },
  });
}

export function chatOf(id) {
  return state.chats?.get(id) ?? state.dismissed.get(id) ?? state.ended.get(id) ?? null;
}

export function threadOf(id) {
  if (!state.threads.has(id)) {
    state.threads.set(id, emptyThread());
  }
  return state.threads.get(id);
}

/** `upto`: no text is missing up to this number; an answer to a reply may lie behind one that is.
 * `seen`: the last text that was on the screen; `mark`: what it was when the agent came back. */
export const emptyThread = () => ({
  messages: new Map(), loaded: false, upto: 0, trouble: "", fetching: false, seen: 0, mark: 0,
});

/** The number of the first text that is here; there are earlier ones while it is above 1. */
export function firstSeq(thread) {
  let first = Infinity;
  for (const { seq } of thread.messages.values()) first = Math.min(first, seq);
  return first === Infinity ? 0 : first;
}

export function lastSeq(thread) {
  let last = 0;
  for (const { seq } of thread.messages.values()) last = Math.max(last, seq);
  return last;
}

export function inOrder(thread) {
  return [...thread.messages.values()].sort((one, other) => one.seq - other.seq);
}

/** How many chats I am in: those on the screen, so that no question speaks of others. */
export function chatCount() {
  return state.chats?.size ?? state.agent.concurrency.current;
}

/** How many texts of the consumer the agent has neither looked at nor answered. */
export function unread(id) {
  const chat = chatOf(id);
  if (!chat || (state.threads.get(id)?.seen ?? 0) >= chat.seq) return 0;
  return chat.unread;
}

/** My chat whose consumer has waited longest for an answer; null if nobody waits. */
export function longestWait() {
  const waiting = [...(state.chats?.values() ?? [])].filter((chat) => chat.waiting_since);
  waiting.sort((one, other) => Date.parse(one.waiting_since) - Date.parse(other.waiting_since));
  return waiting[0]?.id ?? null;
}

/** How many things want the agent: offers, and chats with unread texts. */
export function wanting() {
  const chats = [...(state.chats?.keys() ?? [])].filter((id) => unread(id) > 0);
  return (state.offers?.length ?? 0) + chats.length;
}
