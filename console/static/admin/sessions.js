// Who is logged in, and logging somebody out at once.

import * as api from "../api.js";
import { el } from "../dom.js";
import { announce, fullTime } from "../words.js";
import { paged } from "./history.js";
import { mayChange } from "./rights.js";

const BASE = "/admin/api/v1/sessions";

export const sessionsView = (ask) => (root) => paged(root, {
  title: "Sessions",
  intro: "Who is logged in, the newest first. Logging somebody out holds at once; what they typed stays in their browser.",
  path: "/sessions",
  empty: "Nobody is logged in.",
  line: (session) => lineOf(session, ask, () => sessionsView(ask)(root)),
});

function lineOf({ id, user, created_at, expires_at, address, current }, ask, again) {
  const note = el("p", { class: "note", role: "alert" });
  const end = el("button", { type: "button", "aria-label": `Log ${user.name} out…` }, "Log out…");
  end.addEventListener("click", async () => {
    const sure = await ask({
      title: `Log ${user.name} out?`,
      words: "Where they are logged in so is over at once. They may log in again with their password.",
      yes: "Log out", no: "Leave",
    });
    if (!sure) return;
    try {
      await api.remove(`${BASE}/${id}`);
      announce(`${user.name} is logged out`);
      await again();
    } catch (error) {
      if (error.status === undefined) throw error;
      note.textContent = error.message;
    }
  });
  return el("li", { class: "card entry" },
    el("p", {}, el("strong", {}, user.name), current ? " you, in this browser" : ""),
    el("p", { class: "quiet" }, `since ${fullTime(created_at)}${address ? ` from ${address}` : ""}; ends ${fullTime(expires_at)}`),
    current || !mayChange() ? null : el("p", { class: "actions" }, end), note);
}
