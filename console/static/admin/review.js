// Before anything is applied: what would change, what it means for running chats, what is wrong.

import * as api from "../api.js";
import { el } from "../dom.js";
import { announce } from "../words.js";
import { applied as nowHolds, draft, rebase, replace } from "./draft.js";
import { planDialog } from "./plan.js";

const BASE = "/admin/api/v1/configuration";

/**
 * Opens the plan, of `earlier` where an earlier version is to hold again. `applied(version, before)`
 * after it was made so.
 */
export function reviewView(dialog, { sectionOf, go, applied }) {
  const view = planDialog(dialog, {
    leading: (field) => sectionOf(field) && el("button", {
      type: "button", class: "plain", onclick: () => { dialog.close(); go(field); },
    }, el("code", {}, field)),
  });

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
    try {
      const answer = await api.post(`${BASE}/apply`, { document: draft.doc, base: draft.version });
      nowHolds(await api.get(BASE));
      view.close();
      announce(`Version ${answer.version} holds now`);
      applied(answer.version, answer.base);
    } catch (error) {
      if (error.status === undefined) throw error;
      if (error.status === 409) await behind(error);
      else if (error.status !== 401) view.refused(error); // then there is the login
    }
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
