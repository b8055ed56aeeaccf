/**
 * Where is a place? The area chosen in the box that finds is selected and flown to, and its panel has the focus. What can be
 * found comes when somebody first turns to the box.
 */

import { aimed } from "../filters/choices.mjs";
import * as map from "../map/map.mjs";
import { put, same } from "../page/dash.mjs";
import { about, after } from "../page/dom.mjs";
import { change, current, on } from "../page/question.mjs";
import { get } from "../page/server.mjs";
import { found } from "./found.mjs";

const PAINTED_MS = 400; // for which a flight waits
const TRY_MS = 50;
const PATIENCE_MS = 3000;

const BOX = "find";

let filled = null; // what can be found, as soon as the box has it
let flight = null; // code of the area to fly to when it is shown

/** What was chosen in the box: an area, "level:code", or a town, "place:" and its box. The box is emptied for the next. */
export function find(value) {
  if (!value) return same();
  const [level, code] = value.split(":");
  if (level === "place") {
    map.lookAt(code.split(",").map(Number));
    return null;
  }
  flight = code;
  if (current().selected === code && current().level === level) arrive();
  else change({ level, area: code });
  return null;
}

async function fill() {
  const response = await get("piece/places");
  const places = await response.json();
  put(BOX, places);
  return places.data;
}

/** Take the first of what is found by what was typed, though it came only now. */
async function take(box) {
  const typed = box.value;
  const [first] = found({ options: await filled ?? [], search: typed });
  if (!first || !typed.trim() || box.value !== typed || document.activeElement !== box) return;
  box.blur();
  find(first.items[0].value);
}

document.addEventListener("keydown", (event) => {
  const box = event.key === "Enter" && about(event, `#${BOX}`);
  if (box && !aimed(box)) take(box);
}, true);

document.addEventListener("focusin", (event) => {
  if (!about(event, `#${BOX}`)) return;
  filled ??= fill().catch((error) => {
    console.warn(error);
    filled = null; // and is asked for the next time
  });
});

async function arrive() {
  const code = flight;
  flight = null;
  const painted = new Promise((done) => { window.addEventListener("hotspots:painted", done, { once: true }); });
  await Promise.race([painted, after(PAINTED_MS)]);
  map.flyTo(code);
  const heading = () => document.querySelector(`[data-panel="area"][data-code="${code}"] h2`);
  for (let waited = 0; waited < PATIENCE_MS && !heading(); waited += TRY_MS) await after(TRY_MS);
  heading()?.focus({ preventScroll: true });
}

on("answer", ({ selected }) => {
  if (flight && selected === flight) arrive();
});
