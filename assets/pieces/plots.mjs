/** How do the charts get into a piece of the page? Drawn as they come into sight, in the colours of the screen. */

import { after } from "../page/dom.mjs";
import { handed } from "../page/handed.mjs";
import { follow, shaded } from "../theme/theme.mjs";

const TRY_MS = 50;
const PATIENCE_MS = 10_000;
const followers = [];

/** Be told of each box that a chart was drawn in. */
export const drawn = (callback) => { followers.push(callback); };

/** Plotly, which the page loads with its own charts; undefined where it does not come. */
async function plotly() {
  for (let waited = 0; waited < PATIENCE_MS && !window.Plotly; waited += TRY_MS) {
    await after(TRY_MS);
  }
  return window.Plotly;
}

/** Draw the figure that a box holds. */
export async function draw(box) {
  const { data, layout } = JSON.parse(box.dataset.figure);
  const library = await plotly();
  if (!library || !box.isConnected) return;
  const figure = shaded({ data, layout });
  await library.react(box, figure.data, figure.layout, { ...handed.plot, staticPlot: false });
  followers.forEach((callback) => callback(box));
}

follow(() => document.querySelectorAll("[data-figure].js-plotly-plot").forEach(draw));
