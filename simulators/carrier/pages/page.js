// The page: which phones stand side by side, kept in this browser.

import { numbers } from "./api.js";
import { element } from "./dom.js";
import { buildFaults } from "./faults.js";
import { Phone } from "./phone.js";

const STORED = "phones";
const EVERY_MS = 700;
const FIRST = [
  { phone: "+14155550199", support: "+14155550100" },
  { phone: "+14155550198", support: "+14155550100" },
  { phone: "+14155550197", support: "+14155550101" },
];

const grid = document.getElementById("phones");
const trouble = document.getElementById("trouble");
const phones = [];

function stored() {
  try {
    const kept = JSON.parse(localStorage.getItem(STORED));
    return Array.isArray(kept) ? kept : FIRST;
  } catch {
    return FIRST;
  }
}

function keep() {
  localStorage.setItem(STORED, JSON.stringify(phones.map((one) => one.numbers())));
}

function add(chosen) {
  const phone = new Phone(chosen, {
    changed: keep,
    closed: () => {
      phones.splice(phones.indexOf(phone), 1);
      phone.card.remove();
      keep();
    },
  });
  phones.push(phone);
  grid.append(phone.card);
  phone.refresh().catch(() => {});
  return phone;
}

function unusedNumber() {
  const used = new Set(phones.map((one) => one.numbers().phone));
  let last = 199;
  while (used.has(`+14155550${last}`) && last > 102) last -= 1;
  return `+14155550${last}`;
}

function fill(listId, values) {
  const options = values.map((value) => element("option", { value }));
  document.getElementById(listId).replaceChildren(...options);
}

async function fillNumbers() {
  const known = await numbers();
  fill("support-numbers", [
    ...new Set([...FIRST.map((one) => one.support), ...known.support_numbers]),
  ]);
  fill("phone-numbers", known.phones);
}

async function refresh() {
  if (!document.hidden) {
    try {
      await Promise.all(phones.map((phone) => phone.refresh()));
      trouble.textContent = "";
    } catch (error) {
      trouble.textContent = error.message;
    }
  }
  setTimeout(refresh, EVERY_MS);
}

document.getElementById("add").addEventListener("click", () => {
  const support = phones.at(-1)?.numbers().support ?? FIRST[0].support;
  add({ phone: unusedNumber(), support }).focus();
  keep();
});

const faults = document.getElementById("faults");
const showFaults = document.getElementById("show-faults");
showFaults.addEventListener("click", () => {
  faults.hidden = !faults.hidden;
  showFaults.setAttribute("aria-expanded", String(!faults.hidden));
});

buildFaults(faults, (any) => {
  showFaults.textContent = any ? "Faults are on" : "Faults";
});
for (const chosen of stored()) add(chosen);
fillNumbers().catch(() => {});
refresh();
