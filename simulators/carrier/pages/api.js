// The simulator's own API. Every failure is an Error with a sentence for people.

const BASE = "/simulator/api/v1";

async function call(method, path, body) {
  let response;
  try {
    response = await fetch(BASE + path, {
      method,
      headers: body === undefined ? {} : { "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Error("The simulator does not answer.");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.message ?? `The simulator answered ${response.status}.`);
  return answer;
}

export const numbers = () => call("GET", "/phones");
export const messages = (number) => call("GET", `/phones/${encodeURIComponent(number)}/messages`);
export const sendText = (text) => call("POST", "/messages", text);
export const readFaults = () => call("GET", "/faults");
export const saveFaults = (faults) => call("PUT", "/faults", faults);
