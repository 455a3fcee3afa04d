// Whether the consumer may be texted, why, and the one click that ends it.

import { button, el, keyed, say } from "./dom.js";
import { ACTIONS } from "./keys.js";
import { fullTime } from "./words.js";

const STATES = {
  opted_in: ["✓", "Opted in: may be texted"],
  opted_out: ["⊘", "Opted out: nothing may be sent"],
};
const SOURCES = { consumer: "by text", agent: "by an agent", carrier: "by the carrier", import: "from a list" };

/** `acts`: `{optOut}` */
export function consentView(acts) {
  const state = el("p", { class: "state" });
  const optOut = button(ACTIONS.optOut, "Opt out", acts.optOut);
  const list = el("ol", { class: "history" });
  const summary = el("summary");
  const details = el("details", {}, summary, list);
  const root = el("section", {}, el("h3", {}, "Consent"),
    el("div", { class: "line" }, state, optOut), details);

  /** `consent` is null until it is loaded; `open`: the chat is mine and goes on. */
  function update({ consent, trouble }, open, busy) {
    const [shape, words] = STATES[consent?.status] ?? ["○", "No opt-out known: may be texted"];
    say(state, consent ? `${shape} ${words}` : trouble ? "Not loaded" : "Loading…");
    state.dataset.state = consent?.status ?? "";
    optOut.hidden = !open || consent?.status === "opted_out";
    optOut.disabled = busy;
    const history = consent?.history ?? [];
    details.hidden = history.length === 0;
    say(summary, `History (${history.length})`);
    keyed(list, history, (entry) => `${entry.at} ${entry.status}`, entryView);
  }
  return { root, update };
}

function entryView(entry) {
  const by = entry.actor_name ?? SOURCES[entry.source] ?? entry.source;
  const what = entry.status === "opted_out" ? "⊘ Opted out" : "✓ Opted in";
  const evidence = entry.source === "agent" ? entry.evidence : `“${entry.evidence}”`;
  return {
    root: el("li", {}, el("p", {}, `${what}, ${by}`),
      el("p", { class: "quiet" }, `${fullTime(entry.at)} · `, el("bdi", {}, evidence))),
    update() {},
  };
}
