// Ready-made answers over the composer: opened by "/", a key or the button, found by what is typed,
// put in where the caret is. They never send, and what was typed without a choice is put back.

import { get } from "./api.js";
import { button, el, keyed, say, set, typeInto } from "./dom.js";
import { ACTIONS } from "./keys.js";
import { announce, language, plural } from "./words.js";

const LIST = "shortcuts";

/** `text`: the text area. Its `input` event tells the composer of what is put in; `touched()` of what
 * is done here before. */
export function shortcutsView(text, touched) {
  const search = el("input", {
    type: "text", id: "find-shortcut", role: "combobox", autocomplete: "off", "aria-autocomplete": "list",
    "aria-expanded": "false", "aria-controls": LIST, "aria-describedby": "shortcuts-note",
    oninput: searched, onkeydown: pressed,
  });
  const list = el("ul", { id: LIST, role: "listbox", "aria-label": "Shortcuts" });
  const note = el("p", { id: "shortcuts-note", class: "quiet" });
  const box = el("div", {
    id: "shortcuts-box", class: "shortcuts", role: "group", "aria-label": "Shortcuts", hidden: true,
    onfocusout: left, onkeydown: escaped,
  },
    el("label", { for: "find-shortcut" }, "Find a shortcut"),
    el("div", { class: "find" }, search, button(ACTIONS.cancel, "Close", () => close())), note, list);
  const opener = button(ACTIONS.shortcuts, "Shortcuts", toggle, "small plain");
  set(opener, "aria-controls", box.id);
  set(opener, "aria-expanded", "false");
  addEventListener("pointerdown", ({ target }) => {
    if (!box.contains(target) && !opener.contains(target)) close(false);
  });

  const known = new Map(); // by agent and chat, as they were fetched last
  let chat = null; // where something can be written
  let mine = null; // its key in `known`
  let place = null; // what a choice replaces: the "/" that opened the list, or nothing
  let found = [];
  let active = null; // a key
  let trouble = "";
  let early = false; // chosen before they are here: put in when they are

  function toggle() {
    if (box.hidden) open();
    else close();
  }

  /** At the caret, or behind what is selected; `slash`: the character before it opened the list. */
  function open(slash = false) {
    if (chat === null || !box.hidden) return;
    touched();
    const at = text.selectionEnd;
    place = { from: slash ? at - 1 : at, to: at, slash };
    search.value = "";
    active = null;
    early = false;
    box.hidden = false;
    set(opener, "aria-expanded", "true");
    render();
    search.focus();
    load(chat.id, mine);
  }

  async function load(chatId, key) {
    trouble = "";
    try {
      known.set(key, await get(`shortcuts?chat_id=${chatId}`));
    } catch (error) {
      if (error.status === undefined) throw error;
      trouble = error.message;
    }
    if (mine !== key || box.hidden) return;
    render();
    if (early) chooseActive();
  }

  function render() {
    const all = known.get(mine);
    found = matching(all ?? [], search.value);
    if (!found.some(({ key }) => key === active)) active = found[0]?.key ?? null;
    keyed(list, found.map((each) => ({ ...each, spoken: chat.lang })), ({ key }) => key, (shortcut) => option(shortcut, choose));
    list.hidden = found.length === 0;
    set(search, "aria-expanded", found.length > 0 ? "true" : "false");
    const words = all === undefined ? trouble || "Loading the shortcuts…"
      : all.length === 0 ? "There are no shortcuts yet. An administrator adds them."
      : found.length === 0 ? `No shortcut has “${search.value.trim()}” in it.` : "";
    if (all !== undefined || trouble) {
      const told = words || plural(found.length, "shortcut");
      if (told !== note.dataset.told) announce(told);
      note.dataset.told = told;
    }
    say(note, words);
    mark();
  }

  function mark() {
    for (const [index, row] of [...list.children].entries()) {
      const chosen = found[index].key === active;
      set(row, "aria-selected", String(chosen));
      if (chosen) row.scrollIntoView({ block: "nearest" });
    }
    set(search, "aria-activedescendant", active === null ? null : optionId(active));
  }

  function searched() {
    touched();
    // "5 / 6": a slash between words is no search.
    if (place.slash && /^\s/.test(search.value)) close();
    else {
      active = null; // the best of what is found now
      early = false;
      render();
    }
  }

  function pressed(event) {
    if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const emptied = event.key === "Backspace" && search.value === "" && place.slash;
    if (step && found.length > 0) {
      const at = found.findIndex(({ key }) => key === active);
      active = found[(at + step + found.length) % found.length].key;
      mark();
    } else if (event.key === "Tab" && event.shiftKey) close();
    else if (event.key === "Enter" || event.key === "Tab") {
      if (known.get(mine) === undefined && !trouble) early = true;
      else if (!chooseActive() && event.key === "Tab") close();
    } else if (emptied) {
      const { from, to } = place;
      close();
      typeInto(text, from, to, "");
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function escaped(event) {
    if (event.key !== "Escape" || event.isComposing) return;
    event.stopPropagation();
    close();
  }

  function chooseActive() {
    early = false;
    const chosen = found.find(({ key }) => key === active);
    if (chosen) choose(chosen);
    return chosen !== undefined;
  }

  function choose(shortcut) {
    const { from, to, slash } = place;
    hide();
    // Another tab may have gone on with the draft.
    const still = !slash || text.value.slice(from, to) === "/";
    typeInto(text, still ? from : to, to, shortcut.text);
    announce(`Put in: ${shortcut.keyword}. Not sent yet.`);
  }

  /** Without a choice; what was searched for behind a "/" was text, after all. */
  function close(focusBack = true) {
    if (box.hidden) return;
    const { to, slash } = place;
    const words = slash ? search.value : "";
    hide();
    if (words) {
      text.setRangeText(words, to, to, "end");
      text.dispatchEvent(new Event("input"));
    }
    if (focusBack) text.focus();
  }

  function hide() {
    box.hidden = true;
    delete note.dataset.told;
    set(opener, "aria-expanded", "false");
    set(search, "aria-expanded", "false");
  }

  function left({ relatedTarget }) {
    if (relatedTarget && !box.contains(relatedTarget) && !opener.contains(relatedTarget)) close(false);
  }

  return {
    box, opener, toggle, close,
    typed: ({ inputType, data }) => {
      const before = text.value.slice(0, text.selectionEnd);
      if (inputType === "insertText" && data === "/" && /(^|\s)\/$/.test(before)) open(true);
    },
    update(now, key, isOpen) {
      chat = isOpen ? now : null;
      mine = key;
      opener.hidden = !isOpen;
    },
  };
}

const optionId = (key) => `shortcut-${key}`;

/** Those that have every word of the search, in their keyword before others. */
export function matching(shortcuts, searched) {
  const words = plain(searched).split(/\s+/).filter(Boolean);
  const rank = ({ keyword, category, text }) => {
    const within = plain(`${keyword} ${category} ${text}`);
    if (!words.every((word) => within.includes(word))) return null;
    const [first = ""] = words;
    return plain(keyword).startsWith(first) ? 0 : plain(keyword).includes(first) ? 1
      : plain(category).includes(first) ? 2 : 3;
  };
  return shortcuts.map((each) => [rank(each), each]).filter(([of]) => of !== null)
    .sort(([one], [other]) => one - other).map(([, each]) => each);
}

const plain = (words) => words.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

function option(first, choose) {
  let latest = first;
  const keyword = el("strong");
  const about = el("span", { class: "quiet" });
  const words = el("span", { class: "words", dir: "auto" });
  const root = el("li", {
    id: optionId(first.key), role: "option",
    onpointerdown: (event) => event.preventDefault(), // the search keeps the focus
    onclick: () => choose(latest),
  }, keyword, about, words);
  return {
    root,
    update(now) {
      latest = now;
      const other = now.lang.split("-")[0] === now.spoken.split("-")[0] ? "" : `in ${language(now.lang)}`;
      say(keyword, now.keyword);
      say(about, [now.opt_in ? "◆ asks for consent" : "", now.category, other].filter(Boolean).join(" · "));
      say(words, now.text);
      set(words, "lang", now.lang);
    },
  };
}
