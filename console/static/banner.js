// What is wrong, in words: a call that was refused, a line that is lost.

import { button, el, say, tick } from "./dom.js";
import { ACTIONS } from "./keys.js";
import { announce } from "./words.js";

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
  const now = button(ACTIONS.retry, "Try now", acts.reconnect);

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
