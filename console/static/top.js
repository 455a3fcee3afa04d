// The head of the page: who is logged in, the status, the load; and the banner of a lost line.

import { button, el, say, set, tick } from "./dom.js";
import { ACTIONS } from "./keys.js";
import { announce, chosenStatuses, since } from "./words.js";

const TAKING = ["Available", "In-chat"];

/** `acts`: `{setStatus, logout, help}` */
export function topView(root, acts) {
  const name = el("span", { class: "name" });
  const load = el("span");
  const mark = el("span", { class: "mark", "aria-hidden": "true" });
  const select = el("select", {
    "aria-label": "Your status", "aria-keyshortcuts": ACTIONS.status.aria,
    title: `${ACTIONS.status.label} (${ACTIONS.status.hint})`,
    onchange: () => acts.setStatus(select.value),
  });
  const time = el("span", { class: "quiet time", title: "Time in this status" });
  root.append(
    name, el("span", { class: "load" }, load, el("span", { class: "more" }, " chats")),
    el("span", { class: "status" }, mark, select, time),
    el("span", {},
      button({ ...ACTIONS.help, hint: "?" }, "Keys", acts.help, "plain"),
      button(ACTIONS.logout, "Log out", acts.logout, "plain")),
  );

  let options = "";
  return ({ agent, busy }) => {
    if (!agent) return;
    say(name, agent.name);
    say(load, `${agent.concurrency.current} / ${agent.concurrency.limit}`);
    const known = chosenStatuses.includes(agent.status)
      ? chosenStatuses : [agent.status, ...chosenStatuses];
    if (known.join() !== options) {
      options = known.join();
      select.replaceChildren(...known.map((status) => el("option", { value: status }, status)));
    }
    const wanted = [...busy].find((each) => each.startsWith("status:"))?.slice(7);
    if (document.activeElement !== select || wanted === undefined) select.value = wanted ?? agent.status;
    select.disabled = wanted !== undefined;
    say(mark, TAKING.includes(agent.status) ? "●" : "○");
    set(mark, "data-taking", TAKING.includes(agent.status));
    tick(time, () => since(agent.status_since));
  };
}

/** What was refused, in words, until it is read or the next thing is done. `acts`: `{dismiss}` */
export function noticeView(root, acts) {
  const text = el("p");
  const seen = button(ACTIONS.cancel, "OK", acts.dismiss, "small");
  return ({ notice }) => {
    if (notice === "") root.replaceChildren();
    else if (!text.isConnected) root.replaceChildren(text, seen);
    say(text, notice);
  };
}

const PATIENCE = 1200; // ms: a deploy or a blip is no news

/** `acts`: `{reconnect}` */
export function bannerView(root, acts) {
  let timer = null;
  let shown = false;
  const wait = el("span", { class: "wait", "aria-hidden": "true" });
  const text = el("p", {},
    el("strong", {}, "No connection."),
    " What you write is kept here, and sent when it is back. ", wait);
  const now = button(ACTIONS.reconnect, "Try now", acts.reconnect);

  const show = () => {
    shown = true;
    root.replaceChildren(text, now);
  };
  const hide = () => {
    clearTimeout(timer);
    timer = null;
    if (shown) announce("Connected again. Everything is up to date.");
    shown = false;
    root.replaceChildren();
  };

  return ({ line }) => {
    if (line.state !== "lost") return hide();
    timer ??= setTimeout(show, PATIENCE);
    tick(wait, () => {
      const seconds = Math.ceil((line.retryAt - Date.now()) / 1000);
      return seconds > 0 ? `Trying again in ${seconds} s.` : "Trying again…";
    });
  };
}
