// The system texts, per language: own wordings over the built-in ones, and which are sent at all.

import { el, fill, set } from "../dom.js";
import { language as languageName } from "../words.js";
import { draft, edit } from "./draft.js";
import { allowed } from "./rights.js";
import { languages, laterWords, systemTexts, wording } from "./schema.js";
import { wordingField } from "./wording.js";

let lang = null;

export function chooseLanguage(field) {
  lang = field.split(".")[1] ?? lang;
}

export function textsView(root) {
  const all = languages(draft.doc);
  if (!all.includes(lang)) lang = draft.doc.language ?? all[0];
  const choose = el("select", { id: "text-language" }, ...all.map((each) => el("option", { value: each }, nameOf(each))));
  choose.value = lang;
  choose.addEventListener("change", () => { lang = choose.value; textsView(root); });
  fill(root,
    el("h2", {}, "Texts"),
    el("p", { class: "quiet" },
      "What Threadline itself writes to consumers. An empty field sends the wording that stands in it in grey."),
    el("p", { class: "field" }, el("label", { for: "text-language" }, "Language"), choose),
    ...Object.entries(systemTexts()).map(([key, shape]) => textCard(key, shape)),
  );
}

function textCard(key, shape) {
  const id = `text-${key}`;
  const built = wording({ ...draft.doc, texts: without(draft.doc.texts, lang, key) }, key, lang);
  const control = wordingField({ ...shape, description: "" }, ["texts", lang, key], id, { placeholder: built });
  return el("section", { class: "card form", "data-path": `texts.${lang}.${key}` },
    el("div", { class: "head" }, el("h3", {}, shape.title), shape.switchable ? sentSwitch(key) : null),
    el("p", { class: "help" }, `${shape.description} ${laterWords(shape)}`.trim()), control);
}

/** The company's wordings less one: what would be sent without it. */
const without = (texts, language, key) => ({
  ...texts, [language]: { ...texts?.[language], [key]: undefined },
});

function sentSwitch(key) {
  const box = el("input", { type: "checkbox" });
  box.checked = !(draft.doc.silent ?? []).includes(key);
  box.addEventListener("change", () => {
    const others = (draft.doc.silent ?? []).filter((each) => each !== key);
    const silent = box.checked ? others : [...others, key];
    edit(["silent"], silent.length ? silent : undefined);
  });
  const sent = el("label", { class: "check" }, box, el("span", {}, "is sent"));
  set(box, "aria-label", `${key.replaceAll("_", " ")} is sent`);
  return allowed(sent);
}

function nameOf(language) {
  const name = languageName(language);
  return language === (draft.doc.language ?? "en") ? `${name} (default)` : name;
}
