// The login form.

import * as api from "./api.js";
import { rememberTenant, rememberedTenant } from "./drafts.js";
import { say } from "./dom.js";
import { plural } from "./words.js";

/** `entered(agent)` is called after a successful login. */
export function loginView(root, entered) {
  const form = root.querySelector("form");
  const note = root.querySelector(".note");
  const submit = form.querySelector("button");
  const { tenant, email, password } = form.elements;

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    submit.disabled = true;
    say(note, "");
    try {
      const name = tenant.value.trim().toLowerCase();
      const agent = await api.login(name, email.value.trim(), password.value);
      rememberTenant(name);
      password.value = "";
      await entered(agent);
    } catch (error) {
      if (error.status === undefined) throw error;
      say(note, refusal(error));
      password.focus();
      password.select();
    } finally {
      submit.disabled = false;
    }
  });

  return {
    show(words) {
      say(note, words);
      tenant.value ||= rememberedTenant();
      (tenant.value ? (email.value ? password : email) : tenant).focus();
    },
  };
}

/** What a refused login or password means, in words. */
export function refusal({ status, message, retryAfter }) {
  if (status === 429 && retryAfter) return `Too many attempts. Try again in ${duration(retryAfter)}.`;
  return status === 0 || status >= 500 ? `${message} Try again in a moment.` : message;
}

const duration = (seconds) =>
  seconds < 60 ? plural(seconds, "second") : plural(Math.ceil(seconds / 60), "minute");
