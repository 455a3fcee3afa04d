// One open chat: its head with the facts and actions, the thread, and the composer.

import { composerView } from "./composer.js";
import { button, el, say, set, tick, webAddress } from "./dom.js";
import { ACTIONS } from "./keys.js";
import { unconfirmed } from "./outbox.js";
import { chatOf, threadOf } from "./store.js";
import { threadView } from "./thread.js";
import { chatStatus, duration, grouped, phone, plural, queueName, since } from "./words.js";

/** `acts`: `{end, optOut, close, showLists, send, retry, putBack, agentId}` */
export function chatView(root, acts) {
  const none = el("p", { class: "empty none" });
  const head = headView(acts, () => composer.draft(), () => composer.focus());
  const log = el("div", { class: "thread" });
  const form = el("div", { class: "composer", role: "group", "aria-label": "Write" });
  root.append(none, head.root, log, form);
  const composer = composerView(form, { send: (text) => acts.send(text) });
  const thread = threadView(log, {
    retry: acts.retry,
    agentId: acts.agentId,
    putBack: (item) => { acts.putBack(item); composer.putBack(item.text); },
    writeAgain: (text) => composer.putBack(text),
  });

  function update(state) {
    const chat = chatOf(state.selected);
    for (const part of [head.root, log, form]) part.hidden = chat === null;
    none.hidden = chat !== null;
    say(none, state.chats === null ? "" : state.chats.size > 0 ? "Choose a chat." : "Accept an offer, and the chat opens here.");
    if (chat === null) return;
    const open = state.chats.has(chat.id);
    head.update(chat, open, state);
    thread.update(chat, threadOf(chat.id));
    composer.update(chat, state.agent.id, open);
    form.hidden = !open && composer.draft() === "";
  }
  return { update, composer, thread, ask: head.ask, cancel: head.cancel };
}

function headView(acts, draft, focusBack) {
  const number = el("h2", { tabindex: "-1" });
  const facts = el("dl");
  const link = el("a", { target: "_blank", rel: "noopener", "aria-keyshortcuts": ACTIONS.temporal.aria },
    "Open in Temporal UI");
  const tools = el("div", { class: "actions" });
  const question = el("div", { class: "question", role: "group", "aria-label": "Question", hidden: true });
  const list = button(ACTIONS.lists, "Chats", acts.showLists, "to-lists");
  const offered = el("span", { class: "badge" }); // on a small screen the offers are out of sight
  list.append(offered);
  const root = el("header", { class: "head" },
    el("div", { class: "line" }, list, number, tools), el("div", { class: "line" }, facts, link), question);
  const end = button(ACTIONS.end, "End chat", () => ask("end"));
  const optOut = button(ACTIONS.optOut, "Opt out", () => ask("optOut"));
  const close = button(ACTIONS.close, "Close", () => acts.close(chat.id), "primary");
  tools.append(optOut, end, close);
  const fields = {};
  for (const [name, title] of Object.entries({
    status: "Status", queue: "Queue", waited: "Waited", time: "In chat", number: "Our number", lang: "Language",
  })) {
    fields[name] = el("dd", { dir: "auto" });
    facts.append(el("div", { class: name }, el("dt", {}, title), fields[name]));
  }
  let chat = null;
  let over = false;

  const QUESTIONS = {
    end: () => ({
      words: "End this chat? The consumer is told that it has ended." + left(),
      yes: "End chat", no: "Keep it open", run: () => acts.end(chat.id),
    }),
    optOut: () => ({
      words: `Opt ${phone(chat)} out? They get one confirmation and then nothing more from us, and the chat ends.` + left(),
      yes: "Opt out", no: "Do not opt out", run: () => acts.optOut(chat.id),
    }),
  };

  function left() {
    if (draft() !== "") return " Your half-written text is not sent.";
    return unconfirmed(chat.id).length > 0 ? " A text of yours is not sent yet." : "";
  }

  function ask(name) {
    if (!chat || over) return;
    const { words, yes, no, run } = QUESTIONS[name]();
    const sure = button({}, yes, () => { cancel(); run(); }, "danger");
    question.replaceChildren(el("p", {}, words), sure, button(ACTIONS.cancel, no, cancel));
    question.hidden = false;
    sure.focus();
  }

  function cancel() {
    if (question.hidden) return false;
    question.hidden = true;
    question.replaceChildren();
    focusBack();
    return true;
  }

  function update(latest, open, { busy, offers }) {
    say(offered, offers?.length ? plural(offers.length, "offer") : "");
    if (chat?.id !== latest.id || !open) {
      question.hidden = true;
      question.replaceChildren();
    }
    chat = latest;
    over = !open;
    say(number, phone(chat));
    say(fields.status, (open ? "● " : "■ ") + chatStatus(chat));
    say(fields.queue, queueName(chat));
    say(fields.waited, duration(chat.wait_duration ?? 0));
    tick(fields.time, () => (over ? duration(chat.chat_duration ?? 0) : since(chat.assigned_at ?? chat.created_at)));
    say(fields.number, grouped(chat.outbound_number ?? ""));
    say(fields.lang, chat.lang ?? "");
    for (const field of Object.values(fields)) field.parentElement.hidden = field.textContent === "";
    const address = webAddress(chat.temporal_url);
    set(link, "href", address);
    link.hidden = address === null;
    end.hidden = optOut.hidden = over;
    end.disabled = optOut.disabled = busy.has(`chat:${chat.id}`);
    close.hidden = !over;
  }
  return { root, update, ask, cancel };
}
