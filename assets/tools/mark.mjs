/**
 * Which areas stand out? A class of the legend or a bar of a chart marks its areas everywhere, while the others fade.
 *
 * Whatever carries `data-mark="decile:1"` marks its areas; the same again clears them, Shift adds or drops. What is
 * marked is in the address, so the answer of the server says it to every part of the page.
 */

import { $, about } from "../page/dom.mjs";
import { change, current, on, parameters } from "../page/question.mjs";
import { after } from "./marks.mjs";

let held = null; // the mark of the button that has the focus
let watched = false;

document.addEventListener("click", (event) => {
  const { mark } = about(event, "[data-mark]")?.dataset ?? {};
  if (mark && current()) change({ mark: after(parameters().get("mark") ?? "", mark, event.shiftKey) });
});

document.addEventListener("focusin", (event) => { held = about(event, "[data-mark]")?.dataset.mark ?? null; });
document.addEventListener("pointerdown", (event) => { if (!about(event, "[data-mark]")) held = null; });

/** Every answer draws these buttons anew: the one that had the focus gets it again. */
function keepFocus() {
  if (!held || document.activeElement !== document.body) return;
  document.querySelector(`[data-mark="${held}"]`)?.focus({ preventScroll: true });
}

const redrawn = new MutationObserver(keepFocus);

on("answer", ({ marked }) => {
  if (!watched) document.querySelectorAll("#legend, #gradient-deciles").forEach((part) => redrawn.observe(part, { childList: true, subtree: true }));
  watched = true;
  // After the mark was cleared where it is said, go on from the finding.
  if (!marked && document.activeElement.closest("#marked")) $("headline").focus({ preventScroll: true });
});
