// The page's end of the event stream: the shared worker where there is one, else its own.

import { Stream } from "./stream.js";

/**
 * `hear` gets `{type: "state", state: "live"|"lost"|"denied", retryAt}` and `{type: "event", event}`.
 * The name holds the agent: another agent's login gets another worker.
 */
export function openLive(agentId, hear) {
  const line = typeof SharedWorker === "function" ? shared(agentId, hear) : own(hear);
  addEventListener("online", line.now);
  addEventListener("offline", line.doubt);
  return {
    now: line.now,
    doubt: line.doubt,
    close() {
      removeEventListener("online", line.now);
      removeEventListener("offline", line.doubt);
      line.close();
    },
  };
}

function shared(agentId, hear) {
  const url = new URL("./live-worker.js", import.meta.url);
  const { port } = new SharedWorker(url, { type: "module", name: `threadline-agent-${agentId}` });
  const leave = () => port.postMessage("bye");
  port.addEventListener("message", ({ data }) => hear(data));
  port.start();
  port.postMessage("start");
  addEventListener("pagehide", leave);
  return {
    now: () => port.postMessage("now"),
    doubt: () => port.postMessage("doubt"),
    close() {
      removeEventListener("pagehide", leave);
      port.postMessage("stop");
      leave();
      port.close();
    },
  };
}

function own(hear) {
  const stream = new Stream(hear);
  stream.start();
  return { now: () => stream.now(), doubt: () => stream.doubt(), close: () => stream.stop() };
}
