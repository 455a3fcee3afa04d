// Before anything is applied: what would change, what it means for running chats, what is wrong.

import * as api from "../api.js";
import { el } from "../dom.js";
import { refresher } from "../refresh.js";
import { announce } from "../words.js";
import { draft, isDirty, rebase, replace, same } from "./draft.js";
import { planDialog } from "./plan.js";

const BASE = "/admin/api/v1/configuration";

/**
 * Opens the plan, of `earlier` where an earlier version is to hold again. `applied(version, before)`
 * after it was made so, `reread()` where the server writes it otherwise than it was typed.
 */
export function reviewView(dialog, { sectionOf, go, applied, reread }) {
  const view = planDialog(dialog, {
    leading: (field) => sectionOf(field) && el("button", {
      type: "button", class: "plain", onclick: () => { dialog.close(); go(field); },
    }, el("code", {}, field)),
  });
  const keepUp = refresher(() => readAgain(reread));

  async function open(earlier = null, note = "") {
    const awaited = view.waiting("Review", "Planning…");
    try {
      if (earlier !== null) {
        const { document } = await api.get(`${BASE}/versions/${earlier}`);
        if (!awaited()) return;
        replace(document);
      }
      const plan = await planned();
      if (awaited()) view.show(plan, note, apply);
    } catch (error) {
      if (error.status === undefined) throw error;
      if (!awaited()) return;
      if (error.status === 409) await behind(error);
      else view.refused(error);
    }
  }

  async function apply() {
    const { version } = draft;
    // What is typed after the way back is no part of it.
    const document = structuredClone(draft.doc);
    let answer;
    try {
      answer = await api.post(`${BASE}/apply`, { document, base: version });
    } catch (error) {
      if (error.status === undefined) throw error;
      if (error.status === 409) await behind(error);
      else if (error.status === 0 || error.status >= 500) findOut(error, version);
      else if (error.status !== 401) view.refused(error); // then there is the login
      return;
    }
    rebase({ version: answer.version, document });
    holds(answer.version, answer.base);
    keepUp();
  }

  function holds(version, before) {
    view.close();
    announce(`Version ${version} holds now`);
    applied(version, before);
  }

  /** The server may have applied it all the same: what holds now tells. */
  function findOut({ message }, before) {
    const title = "Was it applied?";
    const awaited = view.waiting(title,
      `${message} Nobody knows yet whether it was applied. Asking which version holds…`);
    refresher(async () => {
      if (!awaited()) return;
      const found = await api.get(BASE);
      if (!awaited()) return;
      if (found.version === before) return open(null, `It was not applied: version ${before} still holds.`);
      rebase(found);
      const plan = await planned();
      if (!awaited()) return;
      if (plan.changes.length > 0) {
        return view.show(plan, `It was not applied: version ${found.version} holds now, without these changes. Look at them again.`, apply);
      }
      // It was, or somebody else's version has the same.
      replace(found.document);
      holds(found.version, before);
    }, (error) => { if (awaited() && !error.passing) view.refused(error, title); })();
  }

  async function behind({ message }) {
    const awaited = view.waiting("Review", message);
    try {
      rebase(await api.get(BASE));
    } catch (error) {
      if (error.status === undefined) throw error;
      if (awaited()) view.refused({ ...error, message: `${message} But: ${error.message}` });
      return;
    }
    if (awaited()) await open(null, `${message} Your changes are on top of it now: look at them again.`);
  }
  return open;
}

const planned = () => api.post(`${BASE}/plan`, { document: draft.doc, base: draft.version });

/** What holds, as the server writes it; what was typed meanwhile stays on top. */
async function readAgain(reread) {
  const found = await api.get(BASE);
  // Asked before a newer version was applied: it is asked again.
  if (found.version < draft.version) return;
  const otherwise = !isDirty() && !same(draft.doc, found.document);
  rebase(found);
  if (otherwise) reread();
}
