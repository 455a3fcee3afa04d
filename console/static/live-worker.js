// One event stream for all tabs of this browser. It lives as long as any of them does.

import { Stream } from "./stream.js";

const ports = new Set();
let latest = null;

const stream = new Stream((message) => {
  if (message.type === "state") latest = message;
  for (const port of ports) port.postMessage(message);
});

const COMMANDS = {
  now: () => stream.now(),
  doubt: () => stream.doubt(),
  start: () => stream.start(),
  stop: () => stream.stop(),
};

self.addEventListener("connect", ({ ports: [port] }) => {
  ports.add(port);
  port.addEventListener("message", ({ data }) => {
    if (data === "bye") ports.delete(port);
    else COMMANDS[data]?.();
  });
  port.start();
  // A refusal is old news to a page that has just logged in: it will ask to start again.
  if (latest && latest.state !== "denied") port.postMessage(latest);
  stream.start();
});
