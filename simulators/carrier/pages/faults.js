// The panel of faults: every change is saved at once.

import { readFaults, saveFaults } from "./api.js";
import { element } from "./dom.js";

const CHANCES = {
  duplicate: "Webhooks come twice",
  reorder: "Webhooks overtake each other",
  drop_receipts: "Receipts get lost",
  lose_answer: "Answers get lost",
};
const SWITCHES = { outage: "Outage", lookup: "Search by reference" };
const CODES = {
  reject: "Refuse texts to",
  undelivered: "Take, then fail texts to",
};

export async function buildFaults(panel, changed) {
  const note = element("p", { class: "note", role: "status" });
  const fields = {};
  const add = (name, title, input, read, write) => {
    input.addEventListener("change", save);
    fields[name] = { read, write };
    return element("label", {}, element("span", { textContent: title }), input);
  };

  async function save() {
    try {
      const wanted = Object.entries(fields).map(([name, field]) => [name, field.read()]);
      show(await saveFaults(Object.fromEntries(wanted)));
      note.textContent = "Saved.";
    } catch (error) {
      note.textContent = error.message;
    }
  }

  function show(faults) {
    for (const [name, field] of Object.entries(fields)) field.write(faults[name]);
    const { lookup, reject, undelivered, ...others } = faults;
    const codes = [...Object.keys(reject), ...Object.keys(undelivered)];
    changed(!lookup || codes.length > 0 || Object.values(others).some(Boolean));
  }

  const chance = ([name, title]) => {
    const input = element("input", { type: "range", min: "0", max: "100", step: "5" });
    const percent = element("output", {});
    const say = () => (percent.textContent = `${input.value} %`);
    input.addEventListener("input", say);
    const write = (value) => {
      input.value = Math.round(value * 100);
      say();
    };
    const label = add(name, title, input, () => Number(input.value) / 100, write);
    label.append(percent);
    return label;
  };
  const toggle = ([name, title]) => {
    const input = element("input", { type: "checkbox" });
    return add(name, title, input, () => input.checked, (value) => (input.checked = value));
  };
  const codes = ([name, title]) => {
    const input = element("input", { type: "text", placeholder: "+14155550199=21610" });
    return add(name, title, input, () => pairs(input.value), (value) => (input.value = words(value)));
  };
  const latency = element("input", { type: "number", min: "0", max: "60000", step: "50" });

  panel.replaceChildren(
    ...Object.entries(SWITCHES).map(toggle),
    ...Object.entries(CHANCES).map(chance),
    add("latency_ms", "Delay in ms", latency, () => Number(latency.value), (ms) => (latency.value = ms)),
    ...Object.entries(CODES).map(codes),
    element("button", { type: "button", textContent: "No faults", onclick: reset }),
    note,
  );

  async function reset() {
    try {
      show(await saveFaults({}));
      note.textContent = "All faults are off.";
    } catch (error) {
      note.textContent = error.message;
    }
  }

  try {
    show(await readFaults());
  } catch (error) {
    note.textContent = error.message;
  }
}

const words = (codes) => Object.entries(codes).map((pair) => pair.join("=")).join(", ");

function pairs(text) {
  const items = text.split(/[\s,]+/).filter(Boolean);
  return Object.fromEntries(items.map((item) => [item.split("=")[0], item.split("=")[1] ?? "21610"]));
}
