// Draws /openapi.json. Everything is put in as text, never as markup.

const METHODS = ["get", "post", "put", "patch", "delete"];

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** Text in which `code` stands between backticks. */
function prose(text) {
  return text.split("`").map((part, index) => (index % 2 ? element("code", {}, part) : part));
}

class Reader {
  constructor(document_) {
    this.schemas = document_.components?.schemas ?? {};
  }

  resolve(schema) {
    const name = schema?.$ref?.split("/").pop();
    return name ? { name, ...this.schemas[name] } : (schema ?? {});
  }

  /** A schema's type in a few words; objects by name. */
  type(schema) {
    const found = this.resolve(schema);
    const choices = found.anyOf ?? found.oneOf;
    if (choices) return choices.map((choice) => this.type(choice)).join(" or ");
    if (found.enum) return found.enum.map((value) => `"${value}"`).join(", ");
    if (found.const !== undefined) return `"${found.const}"`;
    if (found.type === "array") return `list of ${this.type(found.items)}`;
    if (found.name) return found.name;
    if (found.format) return found.format;
    return found.type ?? "anything";
  }

  limits(schema) {
    const said = [];
    if (schema.minLength !== undefined) said.push(`at least ${schema.minLength} characters`);
    if (schema.maxLength !== undefined) said.push(`at most ${schema.maxLength} characters`);
    if (schema.minimum !== undefined) said.push(`from ${schema.minimum}`);
    return said.join(", ");
  }

  /** The schemas inside a schema that have fields of their own. */
  inner(schema) {
    const found = this.resolve(schema);
    const parts = [...(found.anyOf ?? []), ...(found.oneOf ?? []), found.items].filter(Boolean);
    if (found.properties) return [found];
    return parts.flatMap((part) => this.inner(part));
  }
}

function table(headings, rows) {
  const head = headings.map((text) => element("th", { scope: "col" }, text));
  const body = rows.map((cells) =>
    element("tr", {}, ...cells.map((cell) => element("td", {}, ...[cell].flat()))),
  );
  return element(
    "table",
    {},
    element("thead", {}, element("tr", {}, ...head)),
    element("tbody", {}, ...body),
  );
}

function fields(reader, schema, depth = 0) {
  const required = new Set(schema.required ?? []);
  const rows = Object.entries(schema.properties ?? {}).map(([name, field]) => {
    const notes = [field.description ?? "", reader.limits(field)].filter(Boolean).join("; ");
    return [element("code", {}, name), reader.type(field), required.has(name) ? "yes" : "", notes];
  });
  const shown = element("div", {}, table(["Field", "Type", "Always", "Notes"], rows));
  if (depth > 2) return shown;
  const seen = new Set();
  for (const field of Object.values(schema.properties ?? {})) {
    for (const inner of reader.inner(field)) {
      if (!inner.name || seen.has(inner.name)) continue;
      seen.add(inner.name);
      shown.append(
        element(
          "details",
          {},
          element("summary", {}, inner.name),
          fields(reader, inner, depth + 1),
        ),
      );
    }
  }
  return shown;
}

function content(reader, title, holder) {
  const schema = Object.values(holder?.content ?? {})[0]?.schema;
  if (!schema) return [];
  const parts = [element("h4", {}, `${title}: ${reader.type(schema)}`)];
  for (const inner of reader.inner(schema)) {
    if (inner.description) parts.push(element("p", {}, ...prose(inner.description)));
    parts.push(fields(reader, inner));
  }
  return parts;
}

function call(reader, path, method, operation, id) {
  const heading = element(
    "h3",
    { id },
    element("span", { className: "method" }, method.toUpperCase()),
    element("code", {}, path),
  );
  const parts = [heading];
  if (operation.description) parts.push(element("p", {}, ...prose(operation.description)));
  if (operation.security?.length) {
    const ways = operation.security.map((way) => Object.keys(way).join(" and "));
    parts.push(element("p", {}, `Authentication: ${ways.join(", or ")}.`));
  }
  const parameters = (operation.parameters ?? []).map((one) => [
    element("code", {}, one.name),
    one.in,
    reader.type(one.schema),
    one.description ?? "",
  ]);
  if (parameters.length) {
    parts.push(element("h4", {}, "Parameters"));
    parts.push(table(["Name", "In", "Type", "Notes"], parameters));
  }
  parts.push(...content(reader, "Body", operation.requestBody));
  const answers = Object.entries(operation.responses ?? {});
  for (const [status, answer] of answers.filter(([status]) => status < "300")) {
    parts.push(...content(reader, `Answer ${status}`, answer));
  }
  parts.push(element("h4", {}, "Statuses"));
  parts.push(
    table(
      ["Status", "Meaning"],
      answers.map(([status, answer]) => [status, prose(answer.description ?? "")]),
    ),
  );
  return element("article", {}, ...parts);
}

function groups(document_) {
  const found = new Map();
  for (const [path, item] of Object.entries(document_.paths)) {
    for (const method of METHODS.filter((name) => item[name])) {
      const tag = item[method].tags?.[0] ?? "other";
      if (!found.has(tag)) found.set(tag, []);
      found.get(tag).push({ path, method, operation: item[method] });
    }
  }
  return found;
}

function draw(document_) {
  const reader = new Reader(document_);
  const calls = document.getElementById("calls");
  const contents = document.getElementById("contents");
  document.getElementById("about").append(...prose(document_.info.description ?? ""));
  calls.replaceChildren();
  for (const [tag, members] of groups(document_)) {
    const list = element("ul");
    calls.append(element("h2", {}, tag));
    for (const { path, method, operation } of members) {
      const id = `${method}${path}`.replace(/[^a-z0-9]+/gi, "-");
      const name = `${method.toUpperCase()} ${path.replace("/agent/api/v1", "")}`;
      list.append(element("li", {}, element("a", { href: `#${id}` }, name)));
      calls.append(call(reader, path, method, operation, id));
    }
    contents.append(element("h2", {}, tag), list);
  }
  document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

try {
  const answer = await fetch("/openapi.json");
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  draw(await answer.json());
} catch (error) {
  document.getElementById("loading").textContent = `The document cannot be shown: ${error.message}`;
}
