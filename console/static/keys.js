// Every action and its key. A key works anywhere, also while writing: hence the modifier.

const MAC = /Mac/.test(navigator.platform);
// On a Mac, Option writes letters: there it is Control and Shift.
const MODIFIER = MAC ? "⌃⇧" : "Alt+";
const ARIA = MAC ? "Control+Shift+" : "Alt+";

const key = (letter, label, code = `Key${letter}`) => ({
  label, code, hint: MODIFIER + letter, aria: ARIA + letter,
});

/** As the help lists them. */
export const GROUPS = {
  "Offers and you": {
    accept: key("A", "Accept the offer that waits longest"),
    decline: key("X", "Decline the offer that waits longest"),
    available: key("G", "Go Available"),
    status: key("U", "Choose a status"),
    settings: key("S", "Settings: sound, light or dark, password, log out"),
    logout: key("Z", "Log out"),
  },
  Chats: {
    waiting: key("M", "Go to the consumer who waits longest for an answer"),
    next: key("J", "Next chat"),
    previous: key("K", "Previous chat"),
    lists: key("L", "Go to offers and chats"),
    end: key("Q", "End the chat"),
    setAside: key("D", "Dismiss a silent chat: it comes back when the consumer writes"),
    takeUp: key("R", "Resume a dismissed chat"),
    close: key("C", "Close an ended chat"),
    optOut: key("O", "Opt the consumer out"),
    denyStop: key(".", "The consumer did not ask for no more texts", "Period"),
  },
  Writing: {
    write: key("W", "Write in the open chat"),
    shortcuts: key("/", "Put a shortcut into the text (or / in it)", "Slash"),
    send: { label: "Send", hint: "Enter", aria: "Enter" },
    newline: { label: "New line in a text", hint: "Shift+Enter" },
    plain: key("P", "Replace what makes the text UCS-2"),
    find: key("F", "Show the next character that makes it UCS-2"),
    retry: key("Y", "Try again with a text that was not sent, or with the connection"),
    putBack: key("B", "Write a text that failed again"),
    copy: key("V", "Copy a text that was not sent"),
  },
  Reading: {
    newest: key("N", "Go to the newest text"),
    earlier: key("E", "Load earlier texts"),
    panel: key("I", "Show or hide the consumer"),
    temporal: key("T", "Open the chat in the Temporal UI"),
  },
  Else: {
    help: key("H", "Keys (or ? outside a text)"),
    cancel: { label: "Close a question, a notice, an earlier chat, this help", hint: "Esc", aria: "Escape" },
  },
};

export const ACTIONS = Object.assign({}, ...Object.values(GROUPS));

const handlers = new Map();

/** What an action does; `run` is called only while its view is there. */
export function on(name, run) {
  handlers.set(ACTIONS[name].code, run);
}

addEventListener("keydown", (event) => {
  if (event.isComposing || event.repeat) return;
  if (event.key === "?" && !writing(event.target)) return take(event, "KeyH");
  const held = MAC
    ? event.ctrlKey && event.shiftKey && !event.altKey && !event.metaKey
    : event.altKey && !event.ctrlKey && !event.shiftKey && !event.metaKey;
  // AltGr writes characters such as @ and €.
  if (held && !event.getModifierState("AltGraph")) take(event, event.code);
});

function take(event, code) {
  // What lies under an open dialog is out of reach, by keys too.
  if (document.querySelector("dialog:modal") && code !== ACTIONS.help.code) return;
  const run = handlers.get(code);
  if (!run) return;
  event.preventDefault();
  run();
}

const writing = (target) =>
  target instanceof HTMLElement && target.closest("input, textarea, select") !== null;
