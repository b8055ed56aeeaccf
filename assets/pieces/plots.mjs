/**
 * How do the charts get into a piece of the page? Drawn by Plotly as they come into sight, in the colours of the screen.
 *
 * Plotly is large: it is fetched for the first of them.
 */

import { make } from "../page/dom.mjs";
import { handed } from "../page/handed.mjs";
import { follow, shaded } from "../theme/theme.mjs";

const followers = [];

/** Be told of each box that a chart was drawn in. */
export const drawn = (callback) => { followers.push(callback); };

/** @type {Promise<any>|null} */ let fetched = null;

/** Plotly; undefined where it does not come, and asked for again by the next chart. */
function plotly() {
  fetched ??= new Promise((done) => {
    const script = make("script", "", { src: handed.plotly });
    script.addEventListener("load", () => done(window.Plotly));
    script.addEventListener("error", () => {
      fetched = null;
      done(undefined);
    });
    document.head.append(script);
  });
  return fetched;
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
