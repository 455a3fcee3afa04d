// The head of an open chat: whom it is with, how it stands, and the questions before what cannot
// be undone.

import { button, el, say, set, tick } from "./dom.js";
import { flagView } from "./flag.js";
import { ACTIONS } from "./keys.js";
import { unconfirmed } from "./outbox.js";
import { phone, plural, queueName, since, standing } from "./words.js";

/**
 * `acts`: `{end, optOut, denyStop, setAside, takeUp, close, showLists, togglePanel}`; `draft()`: what is half-written;
 * `focusBack()`: where the focus goes when a question is closed.
 */
export function headView(acts, draft, focusBack) {
  const number = el("h2", { tabindex: "-1" });
  const list = button(ACTIONS.lists, "Chats", acts.showLists, "to-lists");
  const offered = el("span", { class: "badge" }); // on a small screen the offers are out of sight
  list.append(offered);
  const panel = button(ACTIONS.panel, "Consumer", acts.togglePanel, "to-panel");
  const end = button(ACTIONS.end, "End chat", () => ask("end"));
  const aside = button(ACTIONS.setAside, "Dismiss", () => acts.setAside(chat.id));
  const resume = button(ACTIONS.takeUp, "Resume", () => acts.takeUp(chat.id), "primary");
  const close = button(ACTIONS.close, "Close", () => ask("close"), "primary");
  const flag = flagView(acts);
  const question = el("div", { class: "question", role: "group", "aria-label": "Question", hidden: true });
  const [status, queue, time] = ["status", "queue", "time"].map((name) => el("span", { class: name, dir: "auto" }));
  const root = el("header", { class: "head" },
    el("div", { class: "line" }, list, number, panel,
      el("p", { class: "facts" }, status, queue, time),
      el("div", { class: "actions" }, aside, end, resume, close)), flag.root, question);
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
    discard: () => ({
      words: `What you wrote here was not sent.${left()} Close the chat and throw it away?`,
      yes: "Throw away and close", no: "Keep it", run: () => acts.close(chat.id),
    }),
  };

  function left() {
    if (over) return "";
    if (draft() !== "") return " Your half-written text is not sent, and is kept here.";
    return unconfirmed(chat.id).length > 0 ? " A text of yours is not sent yet." : "";
  }

  function ask(name) {
    if (name === "optOut" && flag.optOut()) return;
    if (!chat || (name === "close") !== over || chat.status === "dismissed") return;
    if (name === "close" && draft() === "" && unconfirmed(chat.id).length === 0) return acts.close(chat.id);
    const { words, yes, no, run } = QUESTIONS[name === "close" ? "discard" : name]();
    const sure = button({}, yes, () => { cancel(); run(); }, "danger");
    question.replaceChildren(el("p", {}, words), sure, button(ACTIONS.cancel, no, cancel));
    question.hidden = false;
    sure.focus();
  }

  function cancel() {
    if (question.hidden) return false;
    forget();
    focusBack();
    return true;
  }

  function forget() {
    question.hidden = true;
    question.replaceChildren();
  }

  function update(latest, open, { busy, offers }, panelShown) {
    say(offered, offers?.length ? plural(offers.length, "offer") : "");
    if (chat?.id !== latest.id || open === over) forget();
    chat = latest;
    over = !open;
    say(number, phone(chat));
    const dismissed = chat.status === "dismissed";
    say(status, standing(chat, open));
    say(queue, queueName(chat));
    tick(time, () => (over ? "" : since(chat.assigned_at ?? chat.created_at)));
    set(panel, "aria-expanded", String(panelShown));
    end.hidden = over;
    close.hidden = !over || dismissed;
    resume.hidden = !dismissed;
    // A consumer who waits for an answer is not set aside.
    aside.hidden = over || Boolean(chat.waiting_since);
    flag.update(chat, open, busy.has(`chat:${chat.id}`));
    for (const each of [end, aside, resume]) each.disabled = busy.has(`chat:${chat.id}`);
  }
  return { root, update, ask, cancel, toPanel: () => panel.focus() };
}
