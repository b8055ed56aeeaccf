/** What is the page doing, and why can it not? Waiting, trouble, and short messages. */

import { $, make } from "./dom.mjs";

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

/** It takes long: say how far it is, with a way to stop. */
export function working(text) {
  if (document.body.dataset.state !== "waiting") return;
  $("wait").replaceChildren(text, " ", make("button", "linklike", { type: "button", "data-act": "stop" }, "Cancel"));
}

/** There are other data than those of this page. */
export function renewed() {
  if ($("renewed")) $("renewed").hidden = false;
}

/** It has come, or will not. */
export function rest(state) {
  clearTimeout(slow);
  document.body.dataset.state = state;
  $("wait").textContent = "";
}

/** Say why there is no answer, and what can be done: to try again, or to load the page again. */
export function trouble(text, act = "retry") {
  rest("trouble");
  const button = $("trouble").querySelector("button");
  button.dataset.act = act;
  button.textContent = act === "reload" ? "Reload" : "Try again";
  $("trouble-text").textContent = text;
  $("trouble").hidden = false;
}

/** Say something for a moment. */
export function toast(text) {
  $("toast").textContent = text;
  clearTimeout(toasted);
  toasted = setTimeout(() => { $("toast").textContent = ""; }, TOAST_MS);
}
