// Two notes for an offer, one for a text in a chat that is not on the screen. Made here, no file.
// A browser plays nothing before the page was clicked or typed in: until then it is `blocked`.

import { read, write } from "./kept.js";

const KEY = "threadline.sound"; // "off" where the agent wants none
const AGAIN = 30_000; // ms, while an offer waits and the agent is elsewhere
const NOTES = { offer: [659, 880], text: [523] }; // Hz
const LENGTH = 0.22; // s, each note
const VOLUME = 0.12;

let context = null;
let again = null;
let tell = () => {};

export const soundOn = () => read(KEY) !== "off";
export const soundBlocked = () => soundOn() && context?.state !== "running";

/** `listener` hears when it is blocked no longer. */
export function whenSoundChanges(listener) {
  tell = listener;
}

export function setSound(on) {
  write(KEY, on ? "on" : "off");
  if (on) ring("offer");
}

/** Once a second at most, and in one tab of the browser. */
export function ring(kind) {
  if (!soundOn() || soundBlocked()) return;
  // Plain http on another host has no locks.
  if (!navigator.locks) play(kind);
  else navigator.locks.request(`threadline-sound-${kind}`, { ifAvailable: true }, (lock) => (lock ? play(kind) : null));
}

/** Offers wait, or none does: heard again for as long as the agent looks elsewhere. */
export function ringWhile(waiting) {
  if (!waiting) {
    clearInterval(again);
    again = null;
  }
  if (waiting) again ??= setInterval(() => { if (!document.hasFocus()) ring("offer"); }, AGAIN);
}

function play(kind) {
  NOTES[kind].forEach((pitch, index) => {
    const start = context.currentTime + index * LENGTH * 0.8;
    const tone = context.createOscillator();
    const loudness = context.createGain();
    tone.frequency.value = pitch;
    loudness.gain.setValueAtTime(0, start);
    loudness.gain.linearRampToValueAtTime(VOLUME, start + 0.02); // without a ramp it clicks
    loudness.gain.exponentialRampToValueAtTime(0.001, start + LENGTH);
    tone.connect(loudness).connect(context.destination);
    tone.start(start);
    tone.stop(start + LENGTH);
  });
  return new Promise((done) => { setTimeout(done, 1000); });
}

async function unlock() {
  if (context?.state === "running" || !soundOn()) return;
  // Alt alone, or Escape, is a key but no gesture: asked now, the browser would complain.
  if (navigator.userActivation?.hasBeenActive === false) return;
  try {
    context ??= new AudioContext();
    await context.resume();
    tell();
  } catch {
    // Without sound there are still the title, the badge and the list.
  }
}
for (const gesture of ["pointerdown", "keydown"]) addEventListener(gesture, unlock, { capture: true });
