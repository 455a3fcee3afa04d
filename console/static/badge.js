// How many things want the agent: in the title, on the tab's icon, and on the installed app's.

const PLAIN = "/console/static/icon.svg";
const icon = document.querySelector("link[rel=icon]");
let shown = 0;

export function showWanting(number) {
  if (number === shown) return;
  shown = number;
  document.title = (number > 0 ? `(${number}) ` : "") + "Threadline";
  icon.href = number > 0 ? counted(number > 9 ? "9+" : String(number)) : PLAIN;
  if (navigator.setAppBadge) navigator.setAppBadge(number).catch(() => {}); // 0 takes it away
}

function counted(text) {
  return `data:image/svg+xml,${encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">' +
    '<path fill="#2457c5" d="M7 1h18a6 6 0 0 1 6 6v13a6 6 0 0 1-6 6H15l-7 6v-6H7a6 6 0 0 1-6-6V7a6 6 0 0 1 6-6z"/>' +
    '<text x="16" y="20.500" fill="#fff" font-family="system-ui, sans-serif" font-weight="700" ' +
    `font-size="${text.length > 1 ? 16 : 20}" text-anchor="middle">${text}</text></svg>`,
  )}`;
}
