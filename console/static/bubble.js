// One text of a thread: who wrote it, its way to the phone, and why it did not get there.

import { button, el, keyed, say, set, webAddress } from "./dom.js";
import { ACTIONS } from "./keys.js";
import { sayLinked } from "./links.js";
import { clockTime, fullTime, mediaName, plural, ticks, troubled } from "./words.js";

/** A message of the server. `acts`: `{agentId, writeAgain}`; without `writeAgain` it is read only. */
export function bubble(acts) {
  const author = el("span", { class: "author", dir: "auto" });
  const text = el("p", { class: "words", dir: "auto" });
  const media = el("ul", { class: "media" });
  const why = el("div", { class: "why" });
  const time = el("time");
  const facts = el("span", { class: "facts" });
  const again = button(ACTIONS.putBack, "Write it again", () => acts.writeAgain(latest.text), "small");
  const root = el("li", {}, author, text, media, why, el("p", { class: "foot" }, time, facts, again));
  let latest = null;
  return {
    root,
    update({ message, follows, lang }) {
      latest = message;
      set(text, "lang", lang); // how it is read aloud
      const inbound = message.direction === "inbound";
      const bad = troubled(message.status);
      root.className = `bubble ${inbound ? "theirs" : "ours"} ${message.author.type}${bad ? " bad" : ""}`
        + (message.status === "unknown" ? " doubtful" : "") + (follows ? " follows" : "");
      say(author, authorName(message, acts.agentId()));
      author.classList.toggle("unseen", follows); // still read aloud with each text
      sayLinked(text, message.text);
      text.hidden = message.text === "";
      const files = [...(message.media ?? []), ...(message.not_stored ?? []).map(notStored)];
      keyed(media, files, (file) => file.id ?? file.url, attachment);
      media.hidden = files.length === 0;
      say(time, clockTime(message.created_at));
      set(time, "datetime", message.created_at);
      set(time, "title", inbound ? fullTime(message.created_at) : way(message));
      say(facts, inbound ? "" : progress(message));
      set(facts, "data-status", message.status);
      explain(why, message);
      again.hidden = !acts.writeAgain || !(bad || message.status === "unknown")
        || message.author.type !== "agent";
    },
  };
}

/** Who wrote it: `Consumer`, `You`, an agent's name, or what wrote by itself. */
export function authorName({ author, author_name: name }, me) {
  if (author.type === "end_user") return "Consumer";
  if (author.type === "agent") return author.id === me ? "You" : (name ?? "Another agent");
  return author.type === "api" ? "Sent by the API" : "Automatic";
}

function progress(message) {
  const [shape, word] = ticks(message.status);
  const size = message.segments > 1 ? `${plural(message.segments, "segment")} · ` : "";
  return `${size}${shape} ${word}`;
}

// When it was written, sent and delivered.
function way(message) {
  return [["Written", message.created_at], ["sent", message.sent_at], ["delivered", message.delivered_at]]
    .filter(([, at]) => at).map(([word, at]) => `${word} ${fullTime(at)}`).join(", ");
}

function explain(root, { reason, status }) {
  root.hidden = !reason || !(troubled(status) || status === "unknown");
  if (root.hidden) return;
  const said = reason.carrier_says ? [el("q", { dir: "auto" }, reason.carrier_says)] : [];
  const words = [
    el("p", {}, reason.what),
    ...(said.length ? [el("p", { class: "said" }, "The carrier says: ", ...said)] : []),
    el("p", { class: "advice" }, reason.advice),
  ];
  const told = words.map((each) => each.textContent).join("\n");
  if (root.dataset.told === told) return;
  root.dataset.told = told;
  root.replaceChildren(...words);
}

// What is neither picture nor video is named, and not kept.
function notStored(type, place) {
  return { id: `not-stored-${place}`, type };
}

function attachment() {
  const link = el("a", { target: "_blank", rel: "noopener noreferrer" });
  const root = el("li", {}, link);
  return {
    root,
    update(file) {
      if (file.type) {
        say(root, `Not stored: ${file.type}`);
        return;
      }
      const size = file.size ? `, ${Math.ceil(file.size / 1024).toLocaleString()} kB` : "";
      say(link, `${mediaName(file.content_type)}${size}`);
      set(link, "title", file.content_type ?? null);
      set(link, "href", file.url?.startsWith("/") ? file.url : webAddress(file.url));
    },
  };
}

/** A text of mine that the server has not confirmed. `acts`: `{retry, putBack}` */
export function ownBubble(acts) {
  const text = el("p", { class: "words", dir: "auto" });
  const facts = el("span", { class: "facts" });
  let latest = null;
  const retry = button(ACTIONS.retry, "Try again", () => acts.retry(latest), "small");
  const back = button(ACTIONS.putBack, "Take back", () => acts.putBack(latest), "small");
  const root = el("li", {}, el("span", { class: "author" }, "You"), text,
    el("p", { class: "foot" }, facts, retry, back));
  return {
    root,
    update({ item }) {
      latest = item;
      const refused = item.state === "refused";
      root.className = `bubble ours agent pending${refused ? " bad" : ""}`;
      sayLinked(text, item.text);
      say(facts, {
        sending: "◌ sending…",
        waiting: `◌ not sent yet: ${item.reason} It is tried again by itself.`,
        refused: `✕ not sent: ${item.reason}`,
      }[item.state]);
      set(facts, "data-status", item.state);
      retry.hidden = back.hidden = item.state === "sending";
    },
  };
}
