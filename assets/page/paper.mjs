/**
 * How large is on paper what was drawn for the screen? As it is there, or smaller where the paper is: a browser prints
 * before a chart could be drawn again. The map of present mode is drawn in the shape of its paper, so that none is empty.
 */

import * as map from "../map/map.mjs";

const [LYING, UPRIGHT] = [[590, 440], [702, 960]]; // room of A4 in pixels: beside the list of present mode; all of it
const DRAWN = "#map, .chart, .months-area, .assess-plot";
const BESIDE = "(min-width: 720px)"; // where present mode has its list beside the map

window.addEventListener("beforeprint", () => {
  const lying = document.body.dataset.view === "present";
  const [widest, highest] = lying ? LYING : UPRIGHT;
  document.body.toggleAttribute("data-paper", true);
  for (const box of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(DRAWN))) {
    let { offsetWidth: width, offsetHeight: height } = box;
    if (!width || !height) continue;
    if (lying && box.id === "map" && matchMedia(BESIDE).matches) {
      width = Math.min(width, 2 * widest); // what is written on it stays readable
      height = Math.round((width * highest) / widest);
      Object.assign(box.style, { width: `${width}px`, height: `${height}px` });
    }
    const { fontSize: type } = getComputedStyle(box.firstElementChild ?? box);
    const zoom = Math.min(1, widest / width, highest / height);
    const fit = { type, width: `${width}px`, height: `${height}px`, zoom };
    for (const [name, value] of Object.entries(fit)) box.style.setProperty(`--paper-${name}`, String(value));
  }
  map.resize();
});

window.addEventListener("afterprint", () => {
  Object.assign(document.getElementById("map").style, { width: "", height: "" });
  document.body.removeAttribute("data-paper");
  map.resize();
});
