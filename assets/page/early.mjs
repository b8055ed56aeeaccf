/**
 * What is on the page before Dash has drawn it? The map, its legend and the finding, as soon as they are known, on a
 * skeleton that stands over the place of the page; the map then moves into the page.
 */

import * as map from "../map/map.mjs";
import { $, after } from "./dom.mjs";
import { draw } from "./draw.mjs";
import { handed } from "./handed.mjs";
import { on } from "./question.mjs";

const WIDE = "(min-width: 900px)"; // where the map has its place before the words around it are known

const PATIENCE_MS = 1500; // for which the page waits for the map

let first = null; // the answer painted early
let onScreen = null; // when that is on the screen

/**
 * Show the first answer as soon as it comes, until the page itself is there.
 *
 * @returns {Promise<unknown>} when that is on the screen, or takes too long: the page may have the processor
 */
export function begin() {
  map.mount("early-map", handed.map);
  on("trouble", over);
  const shown = new Promise((done) => { on("early", (answer) => done(answer && $("early") && show(answer))); });
  return Promise.race([shown, after(PATIENCE_MS)]);
}

/** Show an answer, its map where that has its place already; resolves when it is on the screen. */
function show(answer) {
  for (const place of $("early").querySelectorAll("[data-early]")) {
    draw(place, answer.shown[place.dataset.early]);
  }
  $("early").dataset.came = "";
  if (answer.view === "explore" && matchMedia(WIDE).matches) {
    first = answer;
    onScreen = map.paint(answer.frame);
  }
  return onScreen;
}

/** When the map of an answer that was painted early is on the screen; null for any other answer. */
export const painted = (answer) => (answer.frame === first?.frame ? onScreen : null);

/** The page is there: let it be seen, with the map in its place. Resolves when that is so. */
export async function over() {
  if (!$("early")) return;
  await map.move("map");
  $("early").remove();
}
