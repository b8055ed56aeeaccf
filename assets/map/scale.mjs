/** How long is a kilometre? A bar in the corner of a map, as long as a round distance in its middle. */

import { make } from "../page/dom.mjs";

const ROUND_THE_WORLD_M = 40_075_016.686; // along the equator
const WORLD_PX = 512; // width of the world at zoom 0
const LONGEST_PX = 110;

/** The longest of 1, 2 and 5, times a power of ten, that is not above a limit. */
export function roundBelow(limit) {
  const power = 10 ** Math.floor(Math.log10(limit));
  return [5, 2, 1].find((step) => step * power <= limit) * power;
}

/**
 * @param {any} map of the library
 * @returns {HTMLElement} a bar that follows the camera
 */
export function scaleBar(map) {
  const bar = make("div", "map-scale", { "aria-hidden": "true" });
  const draw = () => {
    const parallel = ROUND_THE_WORLD_M * Math.cos((map.getCenter().lat * Math.PI) / 180);
    const perPixel = parallel / (WORLD_PX * 2 ** map.getZoom());
    const metres = roundBelow(LONGEST_PX * perPixel);
    bar.textContent = metres < 1000 ? `${metres} m` : `${metres / 1000} km`;
    bar.style.width = `${metres / perPixel}px`;
  };
  map.on("move", draw);
  map.on("resize", draw);
  draw();
  return bar;
}
