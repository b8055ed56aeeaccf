/** How long is a kilometre? A bar in the corner of a map, as long as a round distance in its middle. */

import { make } from "../page/dom.mjs";
import { worldAt } from "./mercator.mjs";

const ROUND_THE_WORLD_M = 40_075_016.686; // along the equator
const LONGEST_PX = 128; // so that the shortest, two fifths of it, has room for its words

/** The longest of 1, 2 and 5, times a power of ten, that is not above a limit. */
export function roundBelow(limit) {
  const power = 10 ** Math.floor(Math.log10(limit));
  return [5, 2, 1].find((step) => step * power <= limit) * power;
}

/**
 * @param {import("./pane.mjs").Pane} pane
 * @returns {HTMLElement} a bar that follows the camera
 */
export function scaleBar(pane) {
  const bar = make("div", "map-scale", { "aria-hidden": "true", hidden: "" }); // until there is a place to measure
  const draw = () => {
    const { center: [, lat], zoom } = pane.stand;
    const perPixel = (ROUND_THE_WORLD_M * Math.cos((lat * Math.PI) / 180)) / worldAt(zoom);
    const metres = roundBelow(LONGEST_PX * perPixel);
    bar.textContent = metres < 1000 ? `${metres} m` : `${metres / 1000} km`;
    bar.style.width = `${metres / perPixel}px`;
  };
  pane.on("move", draw);
  draw();
  return bar;
}
