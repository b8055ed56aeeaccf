/** What does a key do in a room? Present mode goes by keyboard alone; a key does what a link or button on the screen does. */

import { $, about, typing, withModifier } from "../page/dom.mjs";
import { current } from "../page/question.mjs";
import * as theme from "../theme/theme.mjs";
import { choose, jump, step } from "./list.mjs";
import { note } from "./note.mjs";
import { blank, blanked, enter, fill, leave, presenting, shrink } from "./screen.mjs";

const press = (id) => () => $(id)?.click();

const KEYS = {
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  ArrowLeft: press("present-earlier"),
  ArrowRight: press("present-later"),
  0: () => choose(""),
  m: press("present-other"),
  n: note,
  b: () => blank(true),
  f: () => (document.fullscreenElement ? shrink(false) : fill()),
  d: theme.toggle,
  "?": () => $("present-keys").showModal(),
  p: leave,
  Escape: leave,
};
for (let number = 1; number <= 9; number += 1) KEYS[number] = () => jump(number);

// Before the map and the controls, which have their own use of the arrow keys.
window.addEventListener("keydown", (event) => {
  if (withModifier(event) || !current()) return;
  if (typing(event) || document.querySelector("dialog[open]")) return;
  const act = presenting() ? KEYS[event.key] : event.key === "p" && enter;
  if (!act) return;
  event.preventDefault();
  event.stopPropagation();
  if (blanked() && presenting()) blank(false);
  else act();
}, true);

document.addEventListener("click", (event) => {
  if (about(event, "#present")) fill();
  else if (about(event, "#present-help")) $("present-keys").showModal();
  else if (about(event, "#present-leave")) shrink(false);
  else if (about(event, "#present-cancel")) $("present-note").close();
  else if (about(event, "#present-blank")) blank(false);
}, true);
