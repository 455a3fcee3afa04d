// The head of the page: the status and its menu, who is logged in, and the settings.

import { el, say, set, tick } from "./dom.js";
import { ACTIONS } from "./keys.js";
import { menuView } from "./menu.js";
import { soundBlocked, soundOn } from "./sound.js";
import { chatCount } from "./store.js";
import { theme } from "./theme.js";
import { chosenStatuses, givenBack, since } from "./words.js";

const TAKING = ["Available", "In-chat"];
const { simulator, temporal } = document.body.dataset;

/** `acts`: `{setStatus, toggleSound, chooseTheme, help, changePassword, logout}` */
export function topView(root, acts) {
  const status = statusView(acts);
  const settings = settingsView(acts);
  root.append(status.root, settings.root);
  return {
    status: status.open, settings: settings.open,
    update(state) {
      if (!state.agent) return;
      status.update(state);
      settings.update(state);
    },
  };
}

function statusView(acts) {
  const mark = el("span", { class: "mark", "aria-hidden": "true" });
  const word = el("span");
  const time = el("span", { class: "time", title: "Time in this status" });
  let agent = null;
  const menu = menuView({
    kind: "status", label: "Statuses", action: ACTIONS.status, face: [mark, word, time, fold()],
    entries: () => chosenStatuses.map((each, index) => ({
      key: each, label: each, digit: String(index + 1), about: meaning(each, chatCount()),
      // In-chat is what the engine makes of Available.
      checked: each === agent.status || (each === "Available" && agent.status === "In-chat"),
      run: () => acts.setStatus(each),
    })),
  });

  function update(state) {
    agent = state.agent;
    const wanted = [...state.busy].find((each) => each.startsWith("status:"))?.slice(7);
    const shown = wanted ?? agent.status;
    say(word, shown);
    set(menu.button, "aria-label", `Your status: ${shown}`);
    set(menu.button, "aria-busy", wanted !== undefined && "true");
    say(mark, TAKING.includes(shown) ? "●" : "○");
    set(mark, "data-taking", TAKING.includes(shown));
    tick(time, () => since(agent.status_since));
    menu.update();
  }
  return { root: menu.root, open: menu.open, update };
}

function meaning(status, chats) {
  if (status === "Available") return "Chats are offered to you.";
  if (status !== "Offline") return "Nothing new is offered; you keep your chats.";
  return chats > 0 ? givenBack(chats) : "You are not at work.";
}

function settingsView(acts) {
  const name = el("bdi", { class: "name" });
  const load = el("span");
  const muted = el("span", { class: "quiet" });
  const menu = menuView({
    kind: "me", label: "Settings", action: ACTIONS.settings,
    face: [name, el("span", { class: "load" }, load, el("span", { class: "more" }, " chats")), muted, fold()],
    entries: () => settings(acts),
  });
  return {
    root: menu.root, open: menu.open,
    update({ agent }) {
      const { current, limit } = agent.concurrency;
      say(name, agent.name);
      say(load, `${current} / ${limit}`);
      say(muted, soundOn() ? "" : "muted");
      set(menu.button, "aria-label", `${agent.name}, ${current} of ${limit} chats. Settings`);
      menu.update();
    },
  };
}

function settings(acts) {
  const about = !soundOn() ? "Off" : soundBlocked() ? "On, once you have clicked or typed here" : "On";
  const entries = [
    { key: "sound", label: "Sound", about, toggle: true, checked: soundOn(), run: acts.toggleSound },
    { key: "line-1", separator: true },
    ...Object.entries({ system: "As light as the system", light: "Light", dark: "Dark" }).map(([choice, label]) => ({
      key: choice, label, checked: theme() === choice, run: () => acts.chooseTheme(choice),
    })),
    { key: "line-2", separator: true },
    simulator && { key: "phones", label: "Phones (simulator)", href: simulator },
    temporal && { key: "temporal", label: "Temporal UI", href: temporal },
    { key: "help", label: "Keys", run: acts.help },
    { key: "password", label: "Change password…", run: acts.changePassword },
    { key: "logout", label: "Log out", run: acts.logout },
  ].filter(Boolean);
  entries.filter((entry) => !entry.separator).forEach((entry, index) => { entry.digit = String(index + 1); });
  return entries;
}

const fold = () => el("span", { class: "fold", "aria-hidden": "true" }, "▾");
