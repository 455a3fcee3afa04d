// Calls to the agent API, and to others by their whole path ("/admin/api/v1/…"). The session is a
// cookie that scripts cannot read; unsafe calls carry the CSRF token, held in memory only.

const BASE = "/agent/api/v1/";
const PATIENCE = 20_000; // ms

let csrf = "";
let skew = 0;
let onLoggedOut = () => {};
let onUnanswered = () => {};

/** `status` 0: no answer came. `passing`: the same call may succeed later. `errors`: by field. */
export class ApiError extends Error {
  constructor(status, message, retryAfter = null, errors = []) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
    this.errors = errors;
  }

  get passing() {
    return [0, 401, 408, 429].includes(this.status) || this.status >= 500;
  }
}

/** The server's time in ms, as near as its Date header tells. */
export const now = () => Date.now() + skew;

export function whenLoggedOut(listener) {
  onLoggedOut = listener;
}

export function whenUnanswered(listener) {
  onUnanswered = listener;
}

export const get = (path) => call("GET", path);
/** A page of a list, and how many there are in all: `{items, total}`. */
export async function getCounted(path) {
  let total = 0;
  const items = await call("GET", path, undefined, (headers) => { total = Number(headers.get("Total")); });
  return { items, total: Math.max(total, items.length) };
}
export const put = (path, body) => call("PUT", path, body);
export const post = (path, body = {}) => call("POST", path, body);

export const remove = (path) => call("DELETE", path);

export async function login(tenant, email, password) {
  const answer = await request("POST", "login", { tenant, email, password });
  return answer.agent;
}

/** The agent whose session this browser holds. */
export const me = () => call("GET", "me");

async function call(method, path, body, headed) {
  const sent = csrf;
  try {
    return await request(method, path, body, headed);
  } catch (error) {
    // Another tab may have logged in again: its session has a token of its own.
    if (error.status === 403 && method !== "GET") {
      await request("GET", "me");
      if (csrf !== sent) return request(method, path, body);
    }
    if (error.status === 401) onLoggedOut();
    if (error.status === 0) onUnanswered();
    throw error;
  }
}

async function request(method, path, body, headed = () => {}) {
  const headers = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRF-Token"] = csrf;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response;
  let answer;
  try {
    response = await fetch(path.startsWith("/") ? path : BASE + path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE),
      cache: "no-store",
    });
    // A success that is no JSON comes from somebody in between, and is no answer of ours.
    answer = response.status === 204 ? null
      : await response.json().catch((error) => { if (response.ok) throw error; return null; });
  } catch {
    throw new ApiError(0, "No answer from the server.");
  }
  if (!response.ok) {
    const after = Number(response.headers.get("Retry-After")) || null;
    const said = answer?.message ?? `Error ${response.status}.`;
    throw new ApiError(response.status, said, after, answer?.errors ?? []);
  }
  headed(response.headers);
  csrf = answer?.csrf_token ?? csrf;
  const date = Date.parse(response.headers.get("Date") ?? "");
  // The header has whole seconds: a clock that is right to the second counts as right.
  if (date) skew = Math.abs(date - Date.now()) < 2000 ? 0 : date - Date.now();
  return answer;
}
