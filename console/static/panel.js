// The consumer behind the open chat: number, consent, how the chat stands, and earlier chats.
// Beside the thread where there is room; else over it, with a way back.

import { consentView } from "./consent.js";
import { earlierView } from "./earlier.js";
import { consumerOf, loadMoreChats, loadTexts, readEarlier, refreshConsumer, stopReading } from "./consumer.js";
import { button, el, say, set, tick, webAddress } from "./dom.js";
import { read, write } from "./kept.js";
import { ACTIONS } from "./keys.js";
import { changed } from "./store.js";
import { clockTime, dayName, duration, grouped, isOver, language, phone, queueName, since, standing, until } from "./words.js";

const KEPT = "threadline.panel"; // "hidden" where the agent does not want it beside the thread
const room = matchMedia("(min-width: 75rem)");

/** `acts`: `{optOut, back, agentId}`; `back()` takes the focus when the panel goes. */
export function panelView(root, acts) {
  const title = el("h2", { tabindex: "-1" });
  const hide = button(ACTIONS.panel, "Hide", toggle, "small");
  const number = el("p", { class: "number" });
  const consent = consentView(acts);
  const facts = factsView();
  const past = earlierView({
    ...acts,
    read: (earlier) => {
      readEarlier(chat.id, earlier);
      queueMicrotask(past.focus);
    },
    loadMore: () => loadMoreChats(chat.id),
    loadTexts,
    back: () => stopReading(chat.id),
  });
  const trouble = el("p", { class: "trouble" });
  const again = button({}, "Try again", () => refreshConsumer(chat.id), "small");
  const broken = el("div", { class: "broken" }, trouble, again);
  const about = el("div", { class: "about" }, number, broken, consent.root, facts.root, past.list);
  root.append(el("header", {}, title, hide), about, past.reader);
  let chat = null;
  let over = false; // opened over the thread
  let loaded = ""; // what the consumer was loaded for

  room.addEventListener("change", changed);

  function place() {
    if (over && room.matches) over = false;
    if (room.matches) return read(KEPT) === "hidden" ? "none" : "beside";
    return over ? "over" : "none";
  }

  function toggle() {
    const shown = place() !== "none";
    if (room.matches) write(KEPT, shown ? "hidden" : "shown");
    else over = !shown;
    changed();
    queueMicrotask(() => (shown ? acts.back() : title.focus()));
  }

  /** Out of the way of what lies under it; whether it was in the way. */
  function close() {
    if (!over) return false;
    over = false;
    changed();
    return true;
  }

  function cancel() {
    if (chat && consumerOf(chat.id).reading && place() !== "none") stopReading(chat.id);
    else if (over) toggle();
    else return false;
    return true;
  }

  function update(latest, open, state) {
    chat = latest;
    facts.update(chat, open); // also unseen: a key opens its link
    if (root.hidden) return;
    const known = consumerOf(chat.id);
    // Anew for each chat, when it ends, and after a time without a line.
    const wanted = `${chat.id} ${chat.status}`;
    if (loaded !== wanted && state.line.state === "live") {
      loaded = wanted;
      refreshConsumer(chat.id);
    }
    say(title, known.reading ? "Earlier chat" : "Consumer");
    say(hide.firstChild, room.matches ? "Hide" : "Back to the chat");
    about.hidden = known.reading !== null;
    say(number, phone(chat));
    say(trouble, known.trouble);
    broken.hidden = known.trouble === "";
    consent.update(known, open, state.busy.has(`chat:${chat.id}`));
    past.update(known);
  }
  return {
    update, place, toggle, close, cancel,
  };
}

function factsView() {
  const link = el("a", { target: "_blank", rel: "noopener", "aria-keyshortcuts": ACTIONS.temporal.aria },
    "Open in Temporal UI");
  const list = el("dl");
  const fields = {};
  for (const [name, title] of Object.entries({
    status: "Status", waits: "Waits because", queue: "Queue", lang: "Language", number: "Our number",
    began: "Began", waited: "Waited", time: "In chat", dismisses: "Dismissed", ends: "Will end",
  })) {
    fields[name] = el("dd", { dir: "auto" });
    list.append(el("div", { class: name }, el("dt", {}, title), fields[name]));
  }
  const root = el("section", {}, el("h3", {}, "This chat"), list,
    el("p", {}, link, " ", el("kbd", { "aria-hidden": "true" }, ACTIONS.temporal.hint)));

  function update(chat, open) {
    say(fields.status, standing(chat, open));
    say(fields.waits, chat.waiting_because ?? "");
    say(fields.queue, chat.menu_path?.name ?? queueName(chat));
    say(fields.lang, language(chat.lang));
    say(fields.number, grouped(chat.outbound_number ?? ""));
    say(fields.began, `${dayName(chat.created_at)}, ${clockTime(chat.created_at)}`);
    say(fields.waited, duration(chat.queue_duration ?? chat.wait_duration ?? 0));
    tick(fields.time, () => (open ? since(chat.assigned_at ?? chat.created_at) : duration(chat.chat_duration ?? 0)));
    tick(fields.dismisses, () => (open && chat.dismisses_at ? `${until(chat.dismisses_at)}, unless somebody writes` : ""));
    tick(fields.ends, () => ending(chat));
    for (const field of Object.values(fields)) field.parentElement.hidden = field.textContent === "";
    const address = webAddress(chat.temporal_url);
    set(link, "href", address);
    link.parentElement.hidden = address === null;
  }
  return { root, update };
}

// An agent's chat, or a dismissed one, ends when the consumer is silent, a waiting one when nobody
// answers.
function ending(chat) {
  if (!chat.deadline_at || isOver(chat)) return "";
  return `${until(chat.deadline_at)}, unless ${["assigned", "dismissed"].includes(chat.status) ? "the consumer writes" : "somebody answers"}`;
}
