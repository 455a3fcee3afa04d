// Wording and formats: numbers, times, and statuses, each said by a word and a shape.

import { now } from "./api.js";

export const agentMax = Number(document.documentElement.dataset.agentMax);
export const chosenStatuses = document.documentElement.dataset.statuses.split("|");

/** Say it to those who listen to the screen; the same words twice are said twice. */
export function announce(text) {
  const place = document.getElementById("announce");
  place.textContent = place.textContent === text ? `${text}\u00a0` : text;
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

const languages = new Intl.DisplayNames(undefined, { type: "language" });

/** `English` for `en`. */
export function language(code) {
  try {
    return code ? languages.of(code) : "";
  } catch {
    return code;
  }
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

/** `● Connected`, `◐ Dismissed`, `■ Ended`: the state by a shape and a word. */
export const standing = (chat, open) =>
  `${open ? "●" : chat.status === "dismissed" ? "◐" : "■"} ${chatStatus(chat)}`;

/** Whether nothing more happens in the chat, whoever has it. */
export const isOver = (chat) => ["finished", "canceled", "failed"].includes(chat.status);

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
    unknown: ["?", "nobody knows whether it arrived"],
  }[status] ?? ["·", status];
}

export const troubled = (status) =>
  ["undelivered", "failed", "expired", "blocked"].includes(status);

/** `0:42`, `12:05`, `3 h 04`. */
export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  if (hours > 0) return `${hours} h ${String(minutes).padStart(2, "0")}`;
  return `${minutes}:${String(whole % 60).padStart(2, "0")}`;
}

export const since = (iso) => duration((now() - Date.parse(iso)) / 1000);

export const left = (iso) => duration((Date.parse(iso) - now()) / 1000);

/** `at 14:05, in 3 h 20`; `tomorrow at 14:05, in 23 h 59` */
export function until(iso) {
  const name = dayName(iso);
  const on = { Today: "", Tomorrow: "tomorrow " }[name] ?? `${name} `;
  return `${on}at ${clockTime(iso)}, in ${left(iso)}`;
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });

const dayOfYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

export const clockTime = (iso) => clock.format(new Date(iso));
export const fullTime = (iso) => full.format(new Date(iso));

export function dayName(iso) {
  const date = new Date(iso);
  const today = new Date();
  for (const [name, days] of [["Today", 0], ["Yesterday", -1], ["Tomorrow", 1]]) {
    const then = new Date(today);
    then.setDate(today.getDate() + days);
    if (date.toDateString() === then.toDateString()) return name;
  }
  return (date.getFullYear() === today.getFullYear() ? day : dayOfYear).format(date);
}

const MEDIA = {
  "image/jpeg": "Picture (JPEG)", "image/png": "Picture (PNG)", "image/gif": "Picture (GIF)",
  "application/pdf": "Document (PDF)", "text/vcard": "Contact card", "text/x-vcard": "Contact card",
};
const MEDIA_KINDS = { image: "Picture", video: "Video", audio: "Sound", text: "Document" };

/** `Picture (JPEG)`, `Video`, `Sound`, or what the carrier calls it. */
export function mediaName(type) {
  if (!type) return "Attachment";
  const [kind, form] = type.toLowerCase().split(/[/;]/);
  return MEDIA[`${kind}/${form}`] ?? (MEDIA_KINDS[kind] ? `${MEDIA_KINDS[kind]} (${form})` : type);
}

export const plural = (number, one, many = `${one}s`) =>
  `${number.toLocaleString()} ${number === 1 ? one : many}`;

/** What going Offline does to an agent's chats. */
export const givenBack = (chats) => (chats === 1
  ? "Your chat goes back to its queue, and others are asked."
  : `Your ${chats} chats go back to their queues, and others are asked.`);
