// Light or dark: as the system says, until the agent chooses; this browser keeps the choice.
// The page waits for this module before it paints, so that it never flashes in the other scheme.

import { read, remove, write } from "./kept.js";

const KEY = "threadline.theme";
const system = matchMedia("(prefers-color-scheme: dark)");

/** "light", "dark", or "system" where nothing was chosen. */
export const theme = () => {
  const kept = read(KEY);
  return kept === "light" || kept === "dark" ? kept : "system";
};

export function chooseTheme(choice) {
  if (choice === "system") remove(KEY);
  else write(KEY, choice);
  apply();
}

/** The other one of the two than what is shown. */
export const otherTheme = () =>
  ((theme() === "system" ? system.matches : theme() === "dark") ? "light" : "dark");

function apply() {
  if (theme() === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme();
}

addEventListener("storage", ({ key }) => { if (key === KEY) apply(); });
apply();
