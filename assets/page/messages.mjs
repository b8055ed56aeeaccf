/** What is the page doing, and why can it not? Waiting, trouble, and short messages. */

import { $ } from "./dom.mjs";

const SLOW_MS = 200;
const TOAST_MS = 4000;

let slow = 0;
let toasted = 0;

/** Something is asked: say so if it takes long. */
export function wait() {
  clearTimeout(slow);
  if ($("trouble")) $("trouble").hidden = true;
  slow = setTimeout(() => {
    document.body.dataset.state = "waiting";
    if ($("wait")) $("wait").textContent = "Working…";
  }, SLOW_MS);
}

/** It has come, or will not. */
export function rest(state) {
  clearTimeout(slow);
  document.body.dataset.state = state;
  $("wait").textContent = "";
}

/** Say why there is no answer. */
export function trouble(text) {
  rest("trouble");
  $("trouble-text").textContent = text;
  $("trouble").hidden = false;
}

/** Say something for a moment. */
export function toast(text) {
  $("toast").textContent = text;
  clearTimeout(toasted);
  toasted = setTimeout(() => { $("toast").textContent = ""; }, TOAST_MS);
}
