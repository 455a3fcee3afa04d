// The declarations that the forms are made from: the JSON Schema of the configuration.

let root = null;

export const useSchema = (schema) => { root = schema; };
export const schema = () => root;

/** A shape with its references followed; `nullable` where nothing may stand, too. */
export function resolved(shape) {
  if (shape.$ref) return { ...resolved(root.$defs[shape.$ref.split("/").at(-1)]), ...without(shape, "$ref") };
  if (!shape.anyOf) return shape;
  const real = shape.anyOf.find((each) => each.type !== "null");
  return { ...resolved(real), ...without(shape, "anyOf"), nullable: shape.anyOf.length > 1 };
}

const without = (shape, name) =>
  Object.fromEntries(Object.entries(shape).filter(([key]) => key !== name));

/** What is kept for a feature to come says so. */
export const laterWords = (shape) => (shape.later ? "Kept, but not used yet." : "");

export const properties = (name) => root.$defs[name].properties;
export const systemTexts = () => root.properties.texts.additionalProperties.properties;

/** `es` of `es-MX`. */
export const primary = (lang) => lang.split("-")[0];

/** What is said in a language: the company's own wording, else the built-in one. */
export function wording(document, key, lang) {
  const languages = [lang, document.language ?? "en", "en"];
  for (const each of languages.flatMap((spelled) => [spelled, primary(spelled)])) {
    const own = document.texts?.[each]?.[key];
    if (own) return own;
    const built = systemTexts()[key].wordings[each];
    if (built) return built;
  }
  return "";
}

/** The languages that this company writes in, or could. */
export function languages(document) {
  const built = Object.keys(systemTexts().greeting.wordings);
  const used = [document.language ?? "en", ...built, ...Object.keys(document.texts ?? {})];
  const walk = (queues) => {
    for (const queue of Object.values(queues ?? {})) {
      if (queue.language) used.push(queue.language);
      walk(queue.queues);
    }
  };
  walk(document.queues);
  return [...new Set(used)];
}
