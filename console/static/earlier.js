// The consumer's earlier chats, whoever had them: a list, and one of them to read.

import { button, el, keyed, say, set } from "./dom.js";
import { ACTIONS } from "./keys.js";
import { threadView } from "./thread.js";
import { chatStatus, clockTime, dayName, plural, queueName } from "./words.js";

/** `acts`: `{read(chat), loadMore, loadTexts(reading), back, agentId}` */
export function earlierView(acts) {
  const count = el("span", { class: "count" });
  const chats = el("ul", { "aria-labelledby": "earlier-title" });
  const empty = el("p", { class: "quiet" });
  const more = button({}, "Show more", acts.loadMore, "small");
  const list = el("section", {}, el("h3", { id: "earlier-title" }, "Earlier chats ", count), chats, empty, more);

  const back = button(ACTIONS.cancel, "Back to the consumer", acts.back, "small");
  const facts = el("p", { class: "facts" });
  const trouble = el("p", { class: "trouble" });
  const again = button({}, "Try again", () => acts.loadTexts(reading), "small");
  const broken = el("div", { class: "broken" }, trouble, again);
  const log = el("div", { class: "thread" });
  const reader = el("div", { class: "reader" }, el("div", { class: "line" }, back, facts), broken, log);
  const thread = threadView(log, {
    agentId: acts.agentId, loadEarlier: () => acts.loadTexts(reading),
  }, "Texts of an earlier chat");
  let reading = null;

  function update(known) {
    say(count, known.total > 0 ? String(known.total) : "");
    keyed(chats, known.earlier ?? [], (chat) => chat.id, (chat) => row(chat, acts));
    chats.hidden = !known.earlier?.length;
    say(empty, known.earlier === null ? (known.trouble ? "Not loaded" : "Loading…") : "This is the first.");
    empty.hidden = Boolean(known.earlier?.length);
    more.hidden = (known.earlier?.length ?? 0) >= known.total;
    set(more, "disabled", known.fetching);
    const was = reading;
    reading = known.reading;
    reader.hidden = reading === null;
    if (reading) {
      say(facts, `${when(reading.chat)} · ${told(reading.chat)}. To read only.`);
      say(trouble, reading.thread.trouble);
      broken.hidden = reading.thread.trouble === "";
      thread.update(reading.chat, reading.thread);
    } else if (was) chats.querySelector(`[data-key="${was.chat.id}"] button`)?.focus();
  }
  return { list, reader, update, focus: () => back.focus() };
}

function row(chat, acts) {
  const title = el("strong");
  const facts = el("span", { class: "quiet" });
  let latest = chat;
  const root = el("li", {},
    el("button", { type: "button", onclick: () => acts.read(latest) }, title, facts));
  return {
    root,
    update(now) {
      latest = now;
      say(title, when(now));
      say(facts, `${told(now)} · ${plural(now.message_count ?? 0, "text")}`);
    },
  };
}

const when = (chat) => `${dayName(chat.created_at)}, ${clockTime(chat.created_at)}`;

// Queue, agent, and how it ended.
function told(chat) {
  const agent = chat.agent_info?.name ?? "no agent";
  return [queueName(chat), agent, chatStatus(chat)].join(" · ");
}
