/**
 * How large is on paper what was drawn for the screen? As it is there, or smaller where the paper is: a browser prints
 * before a map or a chart could be drawn again.
 */

const [LYING, UPRIGHT] = [[590, 480], [702, 960]]; // room of A4 in pixels: beside the list of present mode; all of it
const DRAWN = "#map, .chart, .months-area, .assess-plot";

window.addEventListener("beforeprint", () => {
  const [widest, highest] = document.body.dataset.view === "present" ? LYING : UPRIGHT;
  for (const box of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(DRAWN))) {
    const { offsetWidth: width, offsetHeight: height } = box;
    if (!width || !height) continue;
    const { fontSize: type } = getComputedStyle(box.firstElementChild ?? box);
    const zoom = Math.min(1, widest / width, highest / height);
    const fit = { type, width: `${width}px`, height: `${height}px`, zoom };
    for (const [name, value] of Object.entries(fit)) box.style.setProperty(`--paper-${name}`, String(value));
  }
});
