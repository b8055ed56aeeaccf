/**
 * Is the page laid out for a room? Present mode is a state of the page (view=present in the address), so that Back, a
 * pasted link and every filter work as always; only blanking and full screen are no part of the address.
 */

import * as map from "../map/map.mjs";
import { $ } from "../page/dom.mjs";
import { change, current, on, parameters } from "../page/question.mjs";

export const presenting = () => document.body.dataset.view === "present";
const wanted = () => parameters().get("view") === "present";

let laidOut = wanted(); // whether the page was last laid out for a room
let leaving = true; // whether the end of full screen is the end of present mode

if (wanted()) document.body.dataset.view = "present"; // before the map starts, so that it has its room and colours

/** Fill the screen, where this browser allows it. */
export function fill() {
  leaving = true;
  if (document.fullscreenEnabled && !document.fullscreenElement) {
    document.documentElement.requestFullscreen().catch(() => {}); // refused: the window has to do
  }
}

/** End full screen, and present mode with it or not. */
export function shrink(andLeave) {
  leaving = andLeave;
  if (document.fullscreenElement) document.exitFullscreen().catch(() => {});
}

// Esc ends full screen without being told to the page.
document.addEventListener("fullscreenchange", () => {
  if (!document.fullscreenElement && leaving && wanted() && !document.querySelector("dialog[open]")) leave();
});

export function enter() {
  fill();
  change({ view: "present" });
}

export function leave() {
  blank(false);
  shrink(false);
  change({ view: "" });
}

export const blanked = () => !$("present-blank").hidden;

/** Let the screen be black, or not. */
export function blank(black) {
  $("present-blank").hidden = !black;
}

/** The page was laid out for a room, or for work again. */
function layOut() {
  if (presenting() === laidOut) return;
  laidOut = presenting();
  if (!laidOut) shrink(false);
  requestAnimationFrame(() => { // the type on the map has another size now, and other colours
    map.restyle();
    map.resize();
  });
}

on("answer", layOut);

// Without a server the page is left with what the last answer gave it, all of which is there; and come back to.
on("trouble", () => {
  if (current()?.view !== "present") return;
  document.body.dataset.view = wanted() ? "present" : "explore";
  layOut();
});
