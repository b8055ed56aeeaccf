/** Which areas are selected? One, by a click or a row; a set, by Shift, by a button, or by drawing around them. */

import * as map from "../map/map.mjs";
import { writeCodes } from "../page/address.mjs";
import { wantsLittleMotion } from "../page/dom.mjs";
import { handed } from "../page/handed.mjs";
import { toast } from "../page/messages.mjs";
import { change, current, on, question } from "../page/question.mjs";

const NARROW = "(max-width: 899px)"; // where the page is one column

let tapped = null; // code of the area just chosen on the map
let drawing = false; // whether the reader draws around areas

/** Codes of the set. */
export const chosen = () => current()?.group ?? [];

/** How the set was chosen, as the address has it. */
export const howChosen = () => new URLSearchParams(question()).get("chosen") ?? "";

/** Select one area (null for none). */
export function choose(code) {
  map.select(code);
  change({ area: code ?? "" });
}

/** Make these the set: chosen by what this map shows, as the address has it, unless some were chosen otherwise before. */
function gather(codes) {
  const { mostAreas } = handed;
  const { seen } = current();
  if (codes.length > mostAreas) toast(`A set has at most ${mostAreas} areas; the first ${mostAreas} are kept.`);
  const alike = !chosen().length || howChosen() === seen;
  change({ set: writeCodes(codes.slice(0, mostAreas)), chosen: codes.length && alike ? seen : "" });
}

/** Put an area into the set, or take it out. */
export const toggle = (code) => gather(chosen().includes(code) ? chosen().filter((c) => c !== code) : [...chosen(), code]);

export const isDrawing = () => drawing;

/** Let the reader draw around areas, or end that. */
export function draw(wanted) {
  if (wanted === drawing) return;
  drawing = wanted;
  map.setLasso(wanted);
  document.querySelector('[data-act="lasso"]')?.setAttribute("aria-pressed", String(wanted));
  if (wanted) toast("Draw around areas on the map. Esc ends it.");
}

map.onSelect((code, { additive }) => {
  if (!additive) {
    tapped = code;
    choose(code);
  } else if (code) toggle(code);
});

map.onLasso((codes) => {
  draw(false);
  if (codes.length) gather([...new Set([...chosen(), ...codes])].sort());
});

/** On a phone the panel of an area lies below the map: who taps an area is shown it. */
on("shown", ({ selected }) => {
  if (selected && selected === tapped && matchMedia(NARROW).matches) {
    document.querySelector("#selected .selected-head")?.scrollIntoView({ behavior: wantsLittleMotion() ? "auto" : "smooth" });
  }
  tapped = null;
});

on("answer", ({ group, selected, view }) => {
  map.highlight(group);
  document.body.toggleAttribute("data-panel", Boolean(selected || group.length));
  if (view === "present") draw(false);
});
