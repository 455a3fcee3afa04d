// The server's event stream, read with fetch: it tells a refusal (401) from a broken line, which
// an EventSource does not, and a silent line is noticed. Runs in the shared worker or in a page.

const URL_PATH = "/events/v1/stream";
const FIRST_WAIT = 500; // ms
const LONGEST_WAIT = 15_000;
const SILENCE = 45_000; // the server says something at least every 15 s

export class Stream {
  #tell;
  #position = null;
  #attempt = 0;
  #abort = null;
  #reading = false;
  #timer = null;
  #stopped = true;

  /** `tell` hears `{type: "state", state, retryAt}` and `{type: "event", event}`. */
  constructor(tell) {
    this.#tell = tell;
  }

  start() {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#open();
  }

  /** Try again without waiting. */
  now() {
    if (this.#timer === null) return;
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#open();
  }

  /** A call got no answer: open anew, rather than wait until the silence is noticed. */
  doubt() {
    if (this.#reading) this.#abort.abort();
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#abort?.abort();
  }

  async #open() {
    const abort = new AbortController();
    this.#abort = abort;
    let refused = false;
    try {
      const after = this.#position === null ? "" : `?after=${this.#position}`;
      const response = await fetch(URL_PATH + after, {
        headers: { Accept: "text/event-stream" },
        cache: "no-store",
        signal: abort.signal,
      });
      refused = response.status === 401;
      if (response.ok) await this.#read(response, abort);
    } catch {
      // A broken line is answered below, like every other end.
    } finally {
      this.#reading = false;
    }
    if (this.#stopped || this.#abort !== abort) return;
    if (refused) {
      this.#stopped = true;
      this.#state("denied");
      return;
    }
    this.#later();
  }

  async #read(response, abort) {
    this.#attempt = 0;
    this.#reading = true;
    this.#state("live");
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    const parse = parser((event) => this.#take(event));
    for (;;) {
      const silence = setTimeout(() => abort.abort(), SILENCE);
      const { value, done } = await reader.read().finally(() => clearTimeout(silence));
      if (done) return;
      parse(value);
    }
  }

  #take(event) {
    if (event.position !== undefined) this.#position = event.position;
    this.#tell({ type: "event", event });
  }

  // Waits grow and are spread, so that a thousand consoles do not come back in one instant.
  #later() {
    const longest = Math.min(FIRST_WAIT * 2 ** this.#attempt, LONGEST_WAIT);
    const wait = longest * (0.5 + Math.random() / 2);
    this.#attempt += 1;
    this.#state("lost", Date.now() + wait);
    this.#timer = setTimeout(() => this.now(), wait);
  }

  #state(state, retryAt = null) {
    this.#tell({ type: "state", state, retryAt });
  }
}

/** A parser of text/event-stream for pieces cut anywhere; `take` gets each event's JSON data. */
export function parser(take) {
  let rest = "";
  let data = [];
  return (piece) => {
    const lines = (rest + piece).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop();
    for (const line of lines) {
      if (line.startsWith("data:")) data.push(line.slice(line[5] === " " ? 6 : 5));
      if (line !== "" || data.length === 0) continue;
      const text = data.join("\n");
      data = [];
      take(JSON.parse(text));
    }
  };
}
