/** What do the buttons and keys of the page do? A key does what its button does. */

import { $, about, typing, withModifier } from "../page/dom.mjs";
import { ask, change, current, question, stop } from "../page/question.mjs";
import { openHelp } from "../pieces/help.mjs";
import * as theme from "../theme/theme.mjs";
import { chosen, draw, isDrawing, toggle } from "./areas.mjs";
import { swipe, tiles } from "./compare.mjs";
import { copy, copyLink, copyTable } from "./copy.mjs";
import * as play from "./play.mjs";
import { showSaved } from "./saved.mjs";

/** What can be done before there is an answer. */
const ALWAYS = {
  retry: () => ask(question()),
  stop,
  reload: () => location.reload(),
  copy: copyLink,
  sheet: () => document.body.toggleAttribute("data-sheet"),
};

const ACTS = {
  lasso: () => draw(!isDrawing()),
  tiles,
  swipe,
  play: play.toggle,
  saved: () => showSaved(),
  "save-set": () => showSaved("set"),
  help: openHelp,
  theme: theme.toggle,
  "copy-table": copyTable,
  find: () => $("find").focus(),
};

const KEYS = { "/": "find", t: "tiles", a: "lasso", s: "swipe", k: "play", v: "saved", d: "theme", "?": "help" };

/** Whether a letter is typed; the cells of a strip and what to play have no use for letters. */
const writes = (event) => typing(event) && !about(event, "[data-strip], #play-by");

/** Leave what is open, the innermost first. */
function leave(event) {
  const { selected, marked } = current() ?? {};
  if (isDrawing()) draw(false);
  else if (play.stop()) return;
  else if (marked && (!(selected || chosen().length) || about(event, "[data-mark], .marked"))) change({ mark: "" });
  else if (selected) change({ area: "" });
  else if (chosen().length) change({ set: "" });
}

document.addEventListener("click", (event) => {
  const { act } = about(event, "[data-act]")?.dataset ?? {};
  (ALWAYS[act] ?? (current() && ACTS[act]))?.();
  const { copy: text, add } = about(event, "[data-copy], [data-add]")?.dataset ?? {};
  if (text) copy(text);
  if (add) toggle(add);
});

document.addEventListener("keydown", (event) => {
  if (withModifier(event) || !current()) return;
  if (document.body.dataset.view === "present" || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape" && !about(event, "input, textarea, [role=combobox]")) leave(event);
  else if (event.key in KEYS && !writes(event)) {
    event.preventDefault();
    ACTS[KEYS[event.key]]();
  }
});
