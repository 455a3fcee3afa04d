// Wording and formats: numbers, times, and statuses, each said by a word and a shape.

import { now } from "./api.js";

export const agentMax = Number(document.documentElement.dataset.agentMax);
export const chosenStatuses = document.documentElement.dataset.statuses.split("|");

/** Say it to those who listen to the screen. */
export function announce(text) {
  document.getElementById("announce").textContent = text;
}

/** The consumer's number: +1 numbers in groups, others as they are. */
export function phone(chat) {
  const number = chat?.end_user?.number ?? chat?.end_user_number ?? chat?.end_user?.identifier;
  return number ? grouped(number) : `Consumer ${chat?.end_user?.id ?? ""}`.trim();
}

export function grouped(number) {
  const parts = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number);
  return parts ? `+1 ${parts[1]} ${parts[2]} ${parts[3]}` : number;
}

export function queueName(chat) {
  const queue = chat.queue ?? chat.selected_menu;
  return (typeof queue === "object" ? queue?.name : queue) ?? "No queue yet";
}

const CHAT_STATUS = {
  selecting: "In the menu", queued: "Waiting", assigned: "Connected", dismissed: "Dismissed",
  finished: "Ended", canceled: "Left by the consumer", failed: "Failed", left: "No longer yours",
};
const ENDED_BY = {
  disconnected_by_agent: "Ended by an agent", disconnected_by_end_user: "Ended by the consumer",
  disconnected_by_timeout: "Ended: nobody wrote any more",
  disconnected_by_system: "Ended by the system",
};

export function chatStatus(chat) {
  if (chat.fail_reason === "end_user_opt_out") return "Ended: consumer opted out";
  if (chat.status === "finished") return ENDED_BY[chat.disconnected_by] ?? CHAT_STATUS.finished;
  return CHAT_STATUS[chat.status] ?? chat.status;
}

/** `[shape, word]` of an outbound message. */
export function ticks(status) {
  return {
    queued: ["◷", "queued"],
    sending: ["◷", "sending…"],
    sent: ["✓", "sent"],
    delivered: ["✓✓", "delivered"],
    undelivered: ["✕", "not delivered"],
    failed: ["✕", "failed"],
    expired: ["✕", "expired"],
    blocked: ["⊘", "blocked"],
    unknown: ["?", "unknown: the carrier never answered, it may have arrived"],
  }[status] ?? ["·", status];
}

export const troubled = (status) =>
  ["undelivered", "failed", "expired", "blocked"].includes(status);

const REASONS = {
  opted_out: "the consumer opted out",
  chat_ended: "the chat ended first",
  21610: "the consumer opted out at the carrier",
  21614: "not a mobile number",
  30003: "the phone cannot be reached",
  30004: "blocked by the carrier",
  30005: "unknown number",
  30006: "a landline, or out of the carrier's reach",
  30007: "filtered by the carrier",
  30008: "the carrier gives no reason",
};

export const reason = (error) => REASONS[error] ?? `the carrier says ${error}`;

/** `0:42`, `12:05`, `3 h 04`. */
export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  if (hours > 0) return `${hours} h ${String(minutes).padStart(2, "0")}`;
  return `${minutes}:${String(whole % 60).padStart(2, "0")}`;
}

export const since = (iso) => duration((now() - Date.parse(iso)) / 1000);

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });

export const clockTime = (iso) => clock.format(new Date(iso));
export const dayName = (iso) =>
  new Date(iso).toDateString() === new Date().toDateString() ? "Today" : day.format(new Date(iso));

export const plural = (number, one, many = `${one}s`) =>
  `${number.toLocaleString()} ${number === 1 ? one : many}`;

/** What going Offline does to an agent's chats. */
export const givenBack = (chats) => (chats === 1
  ? "Your chat goes back to its queue, and others are asked."
  : `Your ${chats} chats go back to their queues, and others are asked.`);
