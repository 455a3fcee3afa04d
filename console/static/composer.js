// Where the agent writes: the draft is kept at every key, and its size is shown before it is sent.

import { chatKey, keepDraft, readDraft } from "./drafts.js";
import { button, el, say, set } from "./dom.js";
import { ACTIONS } from "./keys.js";
import { characterName, count } from "./segments.js";
import { agentMax, announce, plural } from "./words.js";

/** `acts`: `{send(text)}` */
export function composerView(root, acts) {
  const text = el("textarea", {
    id: "text", rows: "2", dir: "auto", "aria-describedby": "size why-not",
    "aria-keyshortcuts": ACTIONS.write.aria, oninput: () => { keep(); size(); },
    onkeydown: pressed,
  });
  const counter = el("span", { id: "size" });
  const why = el("span", { id: "why-not", class: "why" });
  const submit = button(ACTIONS.send, "Send", submitText, "primary");
  const label = el("label", { for: "text" },
    el("span", {}, "Your text"), el("kbd", { "aria-hidden": "true" }, ACTIONS.write.hint));
  root.append(label, text, el("p", { class: "size" }, counter, why), submit);

  let key = null;
  let over = false;
  let open = true;

  function keep() {
    if (key) keepDraft(key, text.value);
  }

  function size() {
    const found = count(text.value);
    const excess = found.characters - agentMax;
    say(counter, `${found.characters.toLocaleString()} / ${agentMax} · ` +
      `${plural(found.segments, "segment")} · ${found.encoding}`);
    say(why, [
      excess > 0 ? `${plural(excess, "character")} too many to send` : "",
      found.firstUcs2 ? `UCS-2 because of ${characterName(found.firstUcs2.character)}` +
        ` at character ${found.firstUcs2.index + 1}` : "",
    ].filter(Boolean).join(" · "));
    set(root, "data-over", excess > 0);
    if (excess > 0 && !over) announce(`${plural(excess, "character")} too many to send`);
    over = excess > 0;
    submit.disabled = !open || over || text.value.trim() === "";
  }

  function pressed(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submitText();
  }

  function submitText() {
    if (submit.disabled) return;
    acts.send(text.value);
    put("");
    text.focus();
  }

  function put(words) {
    text.value = words;
    keep();
    size();
  }

  /** Words that come back stand before what has been written since. */
  function putBack(words) {
    put([words, text.value].filter(Boolean).join("\n"));
    text.focus();
  }

  function update(chat, agentId, isOpen) {
    const wanted = chatKey(agentId, chat);
    if (wanted !== key) {
      key = wanted;
      text.value = readDraft(key);
    }
    open = isOpen;
    text.readOnly = !open;
    set(text, "placeholder", open ? "" : "This chat is over.");
    size();
  }
  return { update, putBack, focus: () => text.focus(), draft: () => text.value.trim() };
}
