// Reads the page again while somebody looks at it, and says when it could not.

const EVERY = 10_000;
const told = document.getElementById("told");

async function read() {
  if (document.hidden) return;
  try {
    const answer = await fetch(location.pathname, { cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.querySelector("tbody").replaceWith(page.querySelector("tbody"));
    told.textContent = "";
  } catch {
    if (!told.textContent) {
      told.textContent = `Not read anew since ${new Date().toLocaleTimeString()}: no answer.`;
    }
  }
}

setInterval(read, EVERY);
document.addEventListener("visibilitychange", read);
