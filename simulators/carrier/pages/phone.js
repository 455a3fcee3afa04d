// One phone: its two numbers, its thread, and what it can send.

import { messages, sendText } from "./api.js";
import { element } from "./dom.js";

const QUICK = ["Hi", "1", "2", "3", "pay", "BACK", "EXIT", "STOP", "START", "HELP"];
const MARKS = { sent: "✓", delivered: "✓✓", refused: "✕" };
const NUMBER = /^(\+[1-9][0-9]{6,14}|[0-9]{3,8})$/;

export class Phone {
  #shown = "";
  #files = [];

  constructor({ phone, support }, { changed, closed }) {
    this.phone = numberField("This phone", phone, "phone-numbers", () => {
      this.#shown = "";
      changed();
      this.refresh().catch(() => {});
    });
    this.support = numberField("Texts to", support, "support-numbers", () => {
      this.#shown = "";
      changed();
      this.refresh().catch(() => {});
    });
    this.thread = element("ol", { class: "thread", tabIndex: 0, "aria-label": "Messages" });
    this.note = element("p", { class: "note", role: "status" });
    this.card = element(
      "article",
      { class: "phone", "aria-label": `Phone ${phone}` },
      element(
        "div",
        { class: "numbers" },
        this.phone.label,
        this.support.label,
        element("button", {
          type: "button",
          class: "close",
          textContent: "×",
          "aria-label": "Put this phone away",
          onclick: closed,
        }),
      ),
      this.thread,
      this.note,
      this.#quickButtons(),
      this.#composer(),
    );
  }

  numbers() {
    return { phone: this.phone.input.value.trim(), support: this.support.input.value.trim() };
  }

  focus() {
    this.text.focus();
  }

  async refresh() {
    const { phone, support } = this.numbers();
    if (!NUMBER.test(phone)) return;
    this.card.setAttribute("aria-label", `Phone ${phone}`);
    const all = await messages(phone);
    if (phone !== this.numbers().phone) return;
    const thread = all.filter((one) => one.from === support || one.to === support);
    const shown = JSON.stringify(thread.map((one) => [one.id, one.status]));
    if (shown === this.#shown) return;
    this.#shown = shown;
    const list = this.thread;
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
    list.replaceChildren(...thread.map(bubble));
    if (atEnd) list.scrollTop = list.scrollHeight;
  }

  #quickButtons() {
    const buttons = QUICK.map((text) =>
      element("button", { type: "button", textContent: text, onclick: () => this.#send(text, []) }),
    );
    return element("div", { class: "quick", role: "group", "aria-label": "Quick texts" }, ...buttons);
  }

  #composer() {
    this.text = element("textarea", {
      rows: 2,
      placeholder: "Text message",
      "aria-label": "Text message",
      onkeydown: (event) => {
        if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        form.requestSubmit();
      },
    });
    const chosen = element("span", { class: "chosen" });
    const picker = element("input", {
      type: "file",
      multiple: true,
      accept: "image/*,video/*",
      "aria-label": "Pictures and videos",
      onchange: () => {
        this.#files = [...picker.files];
        chosen.textContent = this.#files.map((file) => file.name).join(", ");
      },
    });
    const submit = async (event) => {
      event.preventDefault();
      const text = this.text.value;
      if (text === "" && this.#files.length === 0) return;
      if (!(await this.#send(text, this.#files))) return;
      if (this.text.value === text) this.text.value = "";
      this.#files = [];
      picker.value = chosen.textContent = "";
    };
    const form = element(
      "form",
      { class: "composer", onsubmit: submit },
      this.text,
      element("label", { class: "attach" }, picker, element("span", { textContent: "Picture" })),
      element("button", { type: "submit", textContent: "Send" }),
      chosen,
    );
    return form;
  }

  async #send(text, files) {
    const { phone, support } = this.numbers();
    try {
      const media = await Promise.all(files.map(asMedia));
      await sendText({ from: phone, to: support, text, media });
      this.note.textContent = "";
      this.thread.scrollTop = this.thread.scrollHeight;
      await this.refresh();
      return true;
    } catch (error) {
      this.note.textContent = error.message;
      return false;
    }
  }
}

function numberField(title, value, list, changed) {
  const input = element("input", {
    type: "tel",
    value,
    list,
    autocomplete: "off",
    spellcheck: false,
    pattern: NUMBER.source,
    onchange: changed,
  });
  return { input, label: element("label", {}, element("span", { textContent: title }), input) };
}

function bubble(message) {
  const own = message.direction === "from_phone";
  const time = new Date(message.at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const parts = [time];
  if (message.segments > 1) parts.push(`${message.segments} segments`);
  if (own) parts.push(`${MARKS[message.status] ?? ""} ${message.status}`);
  return element(
    "li",
    { class: own ? "own" : "theirs" },
    ...message.media.map(picture),
    element("p", { textContent: message.text }),
    element("small", { textContent: parts.join(" · ") }),
  );
}

function picture({ id, content_type: type }) {
  const url = `/carrier/v1/media/${encodeURIComponent(id)}`;
  if (type.startsWith("image/")) return element("img", { src: url, alt: "Picture", loading: "lazy" });
  if (type.startsWith("video/")) return element("video", { src: url, controls: true });
  return element("a", { href: url, textContent: type });
}

async function asMedia(file) {
  const url = await new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(new Error(`${file.name} cannot be read.`));
    reader.readAsDataURL(file);
  });
  return {
    content_type: file.type || "application/octet-stream",
    base64: url.slice(url.indexOf(",") + 1),
  };
}
