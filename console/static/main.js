// The console as a whole: its phases, its live line, its keys.

import * as acts from "./acts.js";
import * as api from "./api.js";
import { askView } from "./ask.js";
import { showWanting } from "./badge.js";
import { bannerView, noticeView } from "./banner.js";
import { chatView } from "./chat.js";
import { forgetOld } from "./drafts.js";
import { helpView } from "./help.js";
import { on } from "./keys.js";
import { listsView } from "./lists.js";
import { openLive } from "./live.js";
import { loginView } from "./login.js";
import { forgetAll, resumeAll, unconfirmed, whenSent } from "./outbox.js";
import { passwordView } from "./password.js";
import { comeBack, look } from "./reading.js";
import { ringWhile, setSound, soundOn, whenSoundChanges } from "./sound.js";
import { changed, chatCount, chatOf, reset, state, subscribe, wanting } from "./store.js";
import { hear, keepMessage, refreshAll } from "./sync.js";
import { chooseTheme } from "./theme.js";
import { topView } from "./top.js";
import { announce, givenBack } from "./words.js";

const find = (id) => document.getElementById(id);
const tabs = new BroadcastChannel("threadline"); // who is logged in is one for all tabs
let live = null;
let late = false; // the chats could not be fetched with the rest

const help = helpView(find("help"));
const ask = askView(find("ask"));
const password = passwordView(find("password"));
const login = loginView(find("login"), (agent) => {
  tabs.postMessage({ agent: agent.id });
  enter(agent);
  queueMicrotask(() => find("desk").focus()); // what had it, the form, is gone
});
const chat = chatView(find("chat"), {
  ...acts, send: acts.sendText, retry: acts.retryText, putBack: acts.discardText,
  showLists: () => show("lists"),
});
const top = topView(find("me"), {
  setStatus,
  toggleSound() {
    setSound(!soundOn());
    announce(soundOn() ? "Sound is on" : "Sound is off");
    changed();
  },
  chooseTheme, logout, help, changePassword: () => password(state.agent.email),
});
const parts = [
  top.update,
  bannerView(find("banner"), { reconnect: () => live?.now() }),
  noticeView(find("notice"), acts),
  listsView(find("lists"), { ...acts, select: open, accept, goAvailable: () => acts.setStatus("Available") }),
  chat.update,
];

subscribe(() => {
  for (const phase of ["starting", "login"]) find(phase).hidden = state.phase !== phase;
  find("app").hidden = state.phase !== "ready";
  look();
  if (late && state.chats !== null) {
    late = false;
    openFirst();
  }
  showWanting(wanting());
  if (state.phase === "ready") for (const update of parts) update(state);
});

function enter(agent) {
  state.agent = agent;
  state.phase = "ready";
  const [, hash] = /^#chat-(\d+)$/.exec(location.hash) ?? [];
  if (hash) acts.select(Number(hash));
  live = openLive(agent.id, (message) => {
    if (message.type === "event") hear(message.event);
    else lineChanged(message);
  });
  changed();
}

async function lineChanged({ state: line, retryAt }) {
  state.line = { state: line, retryAt };
  changed();
  if (line === "denied") loggedOut("You have been logged out. What you were writing is kept.");
  if (line !== "live") return;
  // Whatever happened while the line was down is in what is fetched now.
  await refreshAll();
  resumeAll();
  late = state.chats === null;
  openFirst();
}

function openFirst() {
  if (state.chats === null || chatOf(state.selected) !== null) return;
  acts.select([...state.chats.keys()][0] ?? null);
}

function loggedOut(words) {
  if (state.phase === "login") return;
  const note = state.phase === "ready" ? words : "";
  live?.close();
  live = null;
  ringWhile(false);
  find("password").close(); // the login lies below
  forgetAll();
  reset();
  state.phase = "login";
  changed();
  queueMicrotask(() => login.show(note));
}

async function setStatus(status) {
  const current = chatCount();
  const sure = status !== "Offline" || current === 0 || await ask({
    title: "Go Offline?",
    words: givenBack(current),
    yes: "Go Offline", no: "Stay",
  });
  if (sure) await acts.setStatus(status);
}

// Who is away is asked nothing: offers would wait for nobody.
async function logout() {
  const { status } = state.agent;
  const current = chatCount();
  const sure = current === 0 || status === "Offline" || await ask({
    title: "Log out?",
    words: `You go Offline. ${givenBack(current)}`,
    yes: "Log out", no: "Stay",
  });
  if (!sure) return;
  if (status !== "Offline") await acts.setStatus("Offline");
  const over = await api.post("logout").then((answer) => answer === null, ({ status }) => status === 401);
  if (over) {
    tabs.postMessage({ agent: null });
    loggedOut("");
  } else if (state.phase === "ready") {
    state.notice = "You are still logged in: no answer from the server. Try again.";
    changed();
  }
}

tabs.addEventListener("message", ({ data }) => {
  if (data.agent !== (state.agent?.id ?? null)) location.reload();
});
api.whenLoggedOut(() => loggedOut("You have been logged out. What you were writing is kept."));
api.whenUnanswered(() => live?.doubt());
whenSent(keepMessage);
whenSoundChanges(changed);

function show(pane) {
  find("desk").dataset.pane = pane;
  if (pane === "lists") find("lists").querySelector("[aria-current], .card button, .card, button")?.focus();
}

function open(chatId) {
  acts.select(chatId);
  show("chat");
  // As soon as it is drawn, and no frame later: what is typed meanwhile would be lost.
  queueMicrotask(() => chat.composer.focus());
}

// Who wrote on, or went elsewhere, before the answer came stays there: the rest of a sentence must
// not go to another consumer.
async function accept(chatId) {
  const before = chat.composer.typed();
  const { selected } = state;
  await acts.accept(chatId, () => state.selected === selected && chat.composer.typed() === before);
  if (state.selected === chatId) open(chatId);
}

const oldestOffer = () => state.offers?.[0]?.chat_id;
const refused = () => unconfirmed(state.selected).find((item) => item.state !== "sending");
const when = (thing, run) => { if (thing !== undefined && thing !== null) run(thing); };

const key = (name, run) => on(name, () => { if (state.phase === "ready") run(); });

key("accept", () => when(oldestOffer(), accept));
key("decline", () => when(oldestOffer(), acts.decline));
key("available", () => acts.setStatus("Available"));
key("status", top.status);
key("settings", top.settings);
key("waiting", () => { acts.toLongestWait(); show("chat"); });
key("next", () => { acts.step(1); show("chat"); });
key("previous", () => { acts.step(-1); show("chat"); });
key("lists", () => show("lists"));
key("write", () => { show("chat"); chat.composer.focus(); });
key("retry", () => {
  live?.now();
  when(refused(), acts.retryText);
});
key("putBack", () => [...find("chat").querySelectorAll(".talk .bubble .foot button:last-child:not([hidden])")].at(-1)?.click());
key("newest", () => chat.thread.toEnd());
key("earlier", () => when(state.selected, acts.loadEarlier));
key("shortcuts", () => { show("chat"); chat.composer.shortcuts(); });
key("plain", () => chat.composer.makePlain());
key("find", () => chat.composer.findOdd());
key("copy", () => chat.composer.copy());
key("panel", () => { show("chat"); chat.panel.toggle(); });
key("setAside", () => {
  if (!acts.isMine(state.selected)) return;
  if (chatOf(state.selected).waiting_since) announce("Not dismissed: the consumer waits for an answer.");
  else acts.setAside(state.selected);
});
key("takeUp", () => { if (state.dismissed.has(state.selected)) acts.takeUp(state.selected); });
key("end", () => { show("chat"); chat.ask("end"); });
key("optOut", () => { show("chat"); chat.ask("optOut"); });
key("denyStop", () => { if (chatOf(state.selected)?.stop_asked) acts.denyStop(state.selected); });
key("close", () => {
  if (!state.ended.has(state.selected)) when([...state.ended.keys()][0], acts.select);
  show("chat");
  queueMicrotask(() => chat.ask("close"));
});
key("temporal", () => find("chat").querySelector(".panel a[href]")?.click());
key("logout", logout);
key("help", help);
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !chat.cancel()) acts.dismiss();
});
document.addEventListener("visibilitychange", comeBack);
addEventListener("focus", comeBack);
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

async function begin() {
  forgetOld();
  try {
    enter(await api.me());
  } catch (error) {
    if (error.status === undefined) throw error;
    if (error.status === 401 || error.status === 403) return loggedOut("");
    find("starting").querySelector("p").textContent = `${error.message} Trying again…`;
    setTimeout(begin, 2000);
  }
}
begin();
