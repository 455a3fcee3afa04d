// The administration: one document is edited in sections, reviewed as a plan, and applied.

import * as api from "../api.js";
import { askView } from "../ask.js";
import { el, fill, say, set } from "../dom.js";
import { loginView } from "../login.js";
import { passwordView } from "../password.js";
import { commandsView, settingsView } from "./company.js";
import { consentView } from "./consent.js";
import { crmView } from "./crm.js";
import { credentialsView } from "./credentials.js";
import { adopt, discard, draft, isDirty, whenChanged } from "./draft.js";
import { auditView, goBack, versionsView } from "./history.js";
import { chooseHours, hoursView } from "./hours.js";
import { chooseQueue, queuesView } from "./queues.js";
import { reviewView } from "./review.js";
import { mayChange, useRole } from "./rights.js";
import { useSchema } from "./schema.js";
import { sessionsView } from "./sessions.js";
import { chooseLanguage, textsView } from "./texts.js";
import { chooseThing, thingsView } from "./things.js";
import { numberStatus, passwordOf } from "./verbs.js";

const find = (id) => document.getElementById(id);
const BASE = "/admin/api/v1";
const ask = askView(find("ask"));
const password = passwordView(find("password"));
let user = null;
let shown = null;

const review = reviewView(find("plan"), { sectionOf, go, applied, reread: () => show(shown) });
/** Of each section its title, its view, and how the thing is chosen that a field belongs to. */
const SECTIONS = {
  queues: ["Queues", queuesView, chooseQueue],
  numbers: ["Numbers", thingsView("numbers", numberStatus), chooseThing],
  users: ["People", thingsView("users", passwordOf(ask)), chooseThing],
  teams: ["Teams", thingsView("teams"), chooseThing],
  texts: ["Texts", textsView, chooseLanguage],
  shortcuts: ["Shortcuts", thingsView("shortcuts"), chooseThing],
  hours: ["Hours", hoursView, chooseHours],
  commands: ["Commands", commandsView],
  settings: ["Settings", settingsView],
  crm: ["CRM", crmView],
  consent: ["Consent", consentView(ask)],
  credentials: ["Credentials", credentialsView(ask)],
  sessions: ["Sessions", sessionsView(ask)],
  versions: ["Versions", versionsView({ review, ask })],
  audit: ["Audit log", auditView],
};

/** Where a manager may do all that is offered, or nobody changes anything. */
const OPEN_TO_MANAGERS = new Set(["consent", "audit"]);

function owner() {
  return `${draft.doc.tenant ?? ""}.${user.id}`;
}

fill(find("sections"), ...Object.entries(SECTIONS).map(([name, [title]]) =>
  el("a", { href: `#${name}` }, title)));

function show(name) {
  shown = SECTIONS[name] ? name : "queues";
  for (const link of find("sections").children) {
    set(link, "aria-current", link.hash === `#${shown}` ? "page" : null);
    // On a narrow screen the sections are a strip, of which it may be out of sight.
    if (link.hash === `#${shown}`) link.scrollIntoView({ block: "nearest", inline: "center" });
  }
  document.title = `${SECTIONS[shown][0]} · Threadline administration`;
  set(find("why"), "hidden", mayChange() || OPEN_TO_MANAGERS.has(shown));
  SECTIONS[shown][1](find("section"));
}

/** Where a field of the document is edited: `queues.main.name` is in the section of queues. Null:
 * only in a file. */
function sectionOf(field) {
  const part = field.split(/[.[]/)[0];
  const name = { language: "settings", name: "settings", silent: "texts" }[part] ?? part;
  return SECTIONS[name] ? name : null;
}

function go(field) {
  const section = sectionOf(field);
  SECTIONS[section][2]?.(field);
  history.pushState(null, "", `#${section}`);
  show(section);
  const place = find("section").querySelector(`[data-path="${CSS.escape(field.replace(/\[.*$/, ""))}"]`);
  if (place?.closest("details")) place.closest("details").open = true;
  (place?.querySelector("input, select, textarea") ?? find("section")).focus();
}

addEventListener("hashchange", () => {
  show(location.hash.slice(1));
  find("section").focus({ preventScroll: true });
  find("section").scrollTop = 0;
});
/** Version `version` holds now: say so, with the way back at hand until something else is done. */
function applied(version, before) {
  show(shown);
  say(find("done").querySelector("p"), `Version ${version} holds now.`);
  find("undo").onclick = () => goBack(before, review, ask);
  set(find("done"), "hidden", false);
}

find("done-close").addEventListener("click", () => set(find("done"), "hidden", true));
addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key !== "s" || find("app").hidden) return;
  event.preventDefault();
  if (isDirty() && mayChange() && !find("plan").open) review();
});
whenChanged(() => {
  set(find("pending"), "hidden", !isDirty());
  set(find("review"), "hidden", !mayChange());
  if (isDirty()) set(find("done"), "hidden", true);
  say(find("pending").querySelector("p"), isDirty() ? "You have changes that are not applied yet. This browser keeps them." : "");
});
find("review").addEventListener("click", () => review());
find("discard").addEventListener("click", async () => {
  const sure = await ask({
    title: "Discard your changes?", words: "What holds stays as it is.", yes: "Discard", no: "Keep them",
  });
  if (!sure) return;
  discard();
  show(shown);
});
find("change-password").addEventListener("click", () => password(user.email));
find("logout").addEventListener("click", async () => {
  const over = await api.post("logout").then(() => true, ({ status }) => status === 401);
  if (over) loggedOut("");
});

function phase(name) {
  for (const each of ["starting", "login", "app"]) find(each).hidden = each !== name;
}

function loggedOut(words) {
  for (const dialog of document.querySelectorAll("dialog")) dialog.close(); // the login lies below
  phase("login");
  login.show(words);
}

const login = loginView(find("login"), (agent) => enter(agent));
api.whenLoggedOut(() => { if (find("login").hidden) loggedOut("You have been logged out. Your changes are kept."); });

async function enter(agent) {
  user = agent;
  useRole(agent.role);
  try {
    const [found, schema] = await Promise.all([
      api.get(`${BASE}/configuration`), api.get(`${BASE}/configuration/schema`),
    ]);
    useSchema(schema);
    draft.doc = found.document;
    adopt(found, owner());
    say(find("who"), `${agent.name} · ${draft.doc.name} · ${agent.role}`);
    phase("app");
    show(location.hash.slice(1));
  } catch (error) {
    if (error.status === undefined) throw error;
    if (error.status === 403) return loggedOut("Only administrators and managers may look at this.");
    if (error.status !== 401) later(error, () => enter(agent));
  }
}

function later(error, again) {
  phase("starting");
  find("starting").querySelector("p").textContent = `${error.message} Trying again…`;
  setTimeout(again, 2000);
}

async function begin() {
  try {
    await enter(await api.me());
  } catch (error) {
    if (error.status === undefined) throw error;
    if (error.status === 401 || error.status === 403) return loggedOut("");
    later(error, begin);
  }
}
begin();
