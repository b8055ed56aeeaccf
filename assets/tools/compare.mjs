/** How do two maps lie? Side by side, or one under the other with a divider to swipe; and are areas tiles? */

import * as map from "../map/map.mjs";
import { toast } from "../page/messages.mjs";
import { change, current, on, parameters } from "../page/question.mjs";

let mode = "side";

const press = (act, pressed) => document.querySelector(`[data-act="${act}"]`)?.setAttribute("aria-pressed", String(pressed));

/** The other way for two maps to lie. */
export function swipe() {
  const { second } = current().frame;
  if (!second) {
    toast("There are two maps in the view Compare.");
    return;
  }
  mode = mode === "side" ? "swipe" : "side";
  press("swipe", mode === "swipe");
  map.compare(second, mode);
}

/** Tiles of equal area instead of the map, or the map again. */
export const tiles = () => change({ layout: parameters().get("layout") === "tiles" ? "" : "tiles" });

on("answer", ({ frame: { second = null, layout } }) => {
  map.compare(second, mode);
  press("tiles", layout === "tiles");
  press("swipe", Boolean(second) && mode === "swipe");
});
