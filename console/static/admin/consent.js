// Consent: who asks in free words to be left alone, the evidence of one number, and texts that belong
// to no chat. A number is never part of an address: it is sent as a body, and downloaded from what the page already has.

import * as api from "../api.js";
import { el, fill } from "../dom.js";
import { announce, fullTime, mediaName, plural } from "../words.js";
import { paged } from "./history.js";

const BASE = "/admin/api/v1/consent";
/** Why a text has no chat, the commands included. */
const WHY = {
  opted_out: "opted out", no_queue: "our number leads to no queue", not_verified: "our number is not verified",
  sms_off: "SMS is off", exit: "leaves before a chat began", own_number: "came from a number of ours",
  opt_out: "asks to opt out", opt_in: "opts in", help: "asks for help",
};
const STANDS = { opted_in: "✓ opted in", opted_out: "⊘ opted out" };

export const consentView = (ask) => async (root) => {
  const note = el("p", { class: "note", role: "alert" });
  const waiting = el("div", {});
  const number = el("input", { id: "consent-number", type: "tel", maxlength: 50, required: true, autocomplete: "off" });
  const form = el("form", { class: "card add" }, el("label", { for: number.id }, "The consumer's number"), number,
    el("button", { type: "submit" }, "Show the evidence"));
  const found = el("div", {});
  const kept = el("section", {});
  fill(root,
    note, waiting, el("h2", {}, "Evidence"),
    el("p", { class: "quiet" }, "All that the ledger says of a number. It is only added to, never changed."),
    form, found, kept,
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    act(async () => evidence(await api.post(`${BASE}/export`, { number: number.value.trim() })));
  });

  async function act(verb) {
    note.textContent = "";
    try {
      await verb();
    } catch (error) {
      if (error.status === undefined) throw error;
      note.textContent = error.message;
    }
  }

  const load = () => paged(waiting, {
    title: "Consent",
    intro: "Texts that ask in words of their own to get no more. Nothing is done on them alone: somebody decides.",
    path: "/consent/requests",
    empty: "Nobody waits for a decision.",
    line: request,
  });

  function request(one) {
    const where = one.chat_id ? `in chat ${one.chat_id}` : "in no chat";
    const optOut = async () => {
      const sure = await ask({
        title: `Opt ${one.number} out?`, words: "The chats end, nothing more is sent, and it is confirmed once.",
        yes: "Opt out", no: "Not yet",
      });
      if (sure) await decide(one, "opt_out", "Opted out");
    };
    return el("li", { class: "card entry" },
      el("p", {}, "“", el("bdi", {}, one.text), "”"),
      el("p", { class: "quiet" }, `${one.number} to ${one.our_number}, ${where}, ${fullTime(one.at)}`),
      el("p", { class: "actions" },
        el("button", { type: "button", onclick: optOut }, "Opt out…"),
        el("button", { type: "button", onclick: () => decide(one, "dismiss", "Decided: no request") }, "Not a request")));
  }

  const decide = (one, how, words) => act(async () => {
    await api.post(`${BASE}/requests/${one.message_id}/${how}`);
    announce(words);
    await load();
  });

  function evidence(proof) {
    const stands = proof.standing.map(({ our_number: ours, status }) =>
      el("li", {}, `${ours}: ${STANDS[status] ?? "○ nothing said"}`));
    const name = `consent-${proof.number.replace(/\D/g, "")}.json`;
    const file = URL.createObjectURL(new Blob([JSON.stringify(proof, null, 2)], { type: "application/json" }));
    fill(found,
      el("h3", {}, `${proof.number}: ${plural(proof.entries.length, "entry", "entries")}`),
      el("p", {}, el("a", { href: file, download: name }, "Download all of it (JSON)")),
      el("p", { class: "quiet" }, "What holds now, by number of ours:"), el("ul", {}, ...stands),
      el("ol", { class: "entries" }, ...proof.entries.map(entry)),
      ...dismissals(proof.dismissed_requests));
    announce(`${plural(proof.entries.length, "entry", "entries")} found`);
  }

  await Promise.all([load(), paged(kept, {
    title: "Texts in no chat",
    intro: "Kept and routed to nobody; commands among them are obeyed.",
    path: "/messages/kept",
    empty: "Every text stands in a chat.",
    line: keptText,
  })]);
};

function entry(one) {
  const by = one.actor_name ?? one.source;
  return el("li", { class: "card entry" },
    el("p", {}, el("strong", {}, STANDS[one.status]), ` for ${one.reaches}, by ${by}`),
    el("p", {}, "“", el("bdi", {}, one.evidence), "”"),
    el("p", { class: "quiet" }, [fullTime(one.at), one.our_number && `to ${one.our_number}`,
      one.message_id && `message ${one.message_id}`, one.carrier_id].filter(Boolean).join(" · ")));
}

/** Texts that somebody found to be no request to stop. */
function dismissals(requests) {
  if (!requests.length) return [];
  return [el("p", { class: "quiet" }, "Decided to be no request to stop:"),
    el("ul", { class: "entries" }, ...requests.map((one) => el("li", { class: "card entry" },
      el("p", {}, "“", el("bdi", {}, one.text), "”"),
      el("p", { class: "quiet" }, [one.at ? `${one.actor_name}, ${fullTime(one.at)}` : "by whom was not noted then",
        `to ${one.our_number}`, `message ${one.message_id}`].join(" · ")))))];
}

function keptText(one) {
  return el("li", { class: "card entry" },
    one.text ? el("p", {}, "“", el("bdi", {}, one.text), "”") : null,
    one.media.length ? el("p", {}, one.media.map(mediaName).join(", ")) : null,
    el("p", { class: "quiet" }, [`${one.number} to ${one.our_number}`, WHY[one.why], fullTime(one.at)].filter(Boolean).join(" · ")));
}
