// Where the agent writes: the draft is kept at every key, and its size is shown before it is sent.

import { chatKey, keepDraft, readDraft, whenDraftsChange } from "./drafts.js";
import { button, el, say, set } from "./dom.js";
import { ACTIONS } from "./keys.js";
import { oddView } from "./odd.js";
import { count } from "./segments.js";
import { shortcutsView } from "./shortcuts.js";
import { agentMax, announce, chatStatus, plural } from "./words.js";

const SOON = 100; // characters left from which on they are counted down

/** `acts`: `{send(text)}` */
export function composerView(root, acts) {
  const text = el("textarea", {
    id: "text", rows: "2", dir: "auto", "aria-describedby": "size why-not still",
    "aria-keyshortcuts": ACTIONS.write.aria, onkeydown: pressed,
    oninput: (event) => { touched(); keep(); size(); shortcuts.typed(event); },
  });
  const counter = el("span", { id: "size" });
  const room = el("span", { id: "why-not", class: "why" });
  const still = el("p", { id: "still", class: "still" });
  const odd = oddView(text);
  const shortcuts = shortcutsView(text, touched);
  const submit = button(ACTIONS.send, "Send", submitText, "primary");
  const copy = button(ACTIONS.copy, "Copy the text", copyText);
  const discard = button({}, "Throw it away", () => put(""));
  const label = el("label", { for: "text" },
    el("span", {}, "Your text"), el("kbd", { "aria-hidden": "true" }, ACTIONS.write.hint));
  const last = el("p", { class: "size" }, counter, room);
  const left = el("p", { class: "left" }, copy, discard);
  root.append(label, shortcuts.opener, shortcuts.box, text, still, odd.root, last, submit, left);

  let key = null;
  let over = 0;
  let open = true;
  let typed = 0; // grows with each change by the agent, and with each search of a shortcut

  function touched() { typed += 1; }
  const keep = () => { if (key) keepDraft(key, text.value); };

  // The draft is what the browser keeps: another tab of mine may have gone on with it.
  whenDraftsChange((changed) => {
    if (changed === key && readDraft(key) !== text.value) {
      text.value = readDraft(key);
      size();
    }
  });

  function size() {
    const found = count(text.value);
    const free = agentMax - found.characters;
    say(counter, `${found.characters.toLocaleString()} / ${agentMax} · ` +
      `${plural(found.segments, "segment")} · ${found.encoding}`);
    say(room, free < 0 ? `${plural(-free, "character")} too many to send`
      : free <= SOON ? `${plural(free, "character")} left` : "");
    set(root, "data-over", free < 0);
    if (free < 0 && over === 0) announce(`${plural(-free, "character")} too many to send`);
    over = Math.max(0, -free);
    odd.update(open && found.firstUcs2 ? text.value : "", found);
    // Not `disabled`: a second click on it would take the focus out of the text.
    set(submit, "aria-disabled", !open || over > 0 || text.value.trim() === "" ? "true" : null);
  }

  function pressed(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (!event.repeat) submitText();
  }

  function submitText() {
    if (open && over > 0) announce(`Not sent: ${plural(over, "character")} too many.`);
    text.focus();
    if (submit.hasAttribute("aria-disabled")) return;
    acts.send(text.value);
    put("");
  }

  async function copyText() {
    text.focus();
    text.select();
    // Pages without TLS have no clipboard of their own, but may still copy what is selected.
    const copied = await navigator.clipboard?.writeText(text.value).then(() => true, () => false);
    announce(copied || document.execCommand("copy") ? "Copied" : "Not copied: press the keys for it.");
  }

  function put(words) {
    text.value = words;
    keep();
    size();
  }

  /** Words that come back stand before what has been written since. */
  function putBack(words) {
    put([words, text.value].filter(Boolean).join("\n"));
    root.hidden = false;
    text.focus();
  }

  function update(chat, { agent, line }, isOpen) {
    const wanted = chatKey(agent.id, chat);
    open = isOpen;
    if (wanted !== key || !open) shortcuts.close(false);
    if (wanted !== key) {
      key = wanted;
      text.value = readDraft(key);
      over = 0;
    }
    shortcuts.update(chat, key, open);
    set(text, "lang", chat.lang); // how it is spell-checked and read aloud
    const words = text.value.trim() !== "";
    root.hidden = !open && !words;
    text.readOnly = !open;
    say(label.firstChild, open ? "Your text" : "What you wrote, not sent");
    say(still, !open && chat.status === "dismissed" ? `Dismissed. What you wrote is kept here: resume the chat to send it.`
      : !open ? `${chatStatus(chat)}. What you wrote is kept here until you throw it away.`
      : line.state === "lost" ? "○ No connection: what you send now waits here, and goes out when it is back." : "");
    last.hidden = submit.hidden = !open;
    left.hidden = open;
    size();
  }
  return {
    update, putBack, focus: () => text.focus(), draft: () => text.value.trim(), typed: () => typed,
    makePlain: odd.makePlain, findOdd: odd.find, copy: () => { if (!open) copyText(); },
    shortcuts: shortcuts.toggle,
  };
}
