/**
 * How do the charts get into a piece of the page? Drawn by Plotly as they come into sight, in the colours of the screen.
 *
 * Plotly is large: it is fetched for the first of them.
 */

import { make } from "../page/dom.mjs";
import { handed } from "../page/handed.mjs";
import { follow, shaded } from "../theme/theme.mjs";

const NARROW = 420; // pixels of a box in which a legend has no room beside a chart
const LEGEND = 110; // that it takes above it
const SMALL = 10; // pixels of type
const REST_MS = 100; // after a box began to change

const followers = [];
/** @type {WeakMap<Element, number>} */ const widths = new WeakMap(); // for which figures were drawn
/** @type {Set<any>} */ const outgrown = new Set(); // boxes that have another width by now

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

const broken = (axis) => axis && { ...axis, title: { ...axis.title, text: axis.title.text.replace(", ", ",<br>") } };

/** A figure as a narrow box has room for it: the legend above, long words broken, numbers of cells small. */
function narrowed({ data, layout }) {
  const beside = layout.legend?.x > 1;
  const cells = data.some(({ type }) => type === "heatmap");
  return {
    data: cells ? data.map((trace) => ({ ...trace, y: trace.y.map((name) => name.replace(" (", "<br>(")) })) : data,
    layout: {
      ...layout,
      xaxis: broken(layout.xaxis),
      annotations: layout.annotations?.map((note) => (
        { ...note, text: note.text.replaceAll("; ", ";<br>"), font: { ...note.font, ...cells && { size: SMALL - 1 } } })),
      ...cells && { yaxis: { ...layout.yaxis, tickfont: { ...layout.yaxis.tickfont, size: SMALL } } },
      ...beside && { height: layout.height + LEGEND, legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" } },
    },
  };
}

// Plotly's own way to follow a box forgets the height of its figure.
const sized = new ResizeObserver((entries) => {
  if (!outgrown.size) setTimeout(redraw, REST_MS);
  for (const { target } of entries) outgrown.add(target);
});

/** Draw anew what stands in boxes of another width. */
function redraw() {
  for (const box of outgrown) if (box.clientWidth && box.clientWidth !== widths.get(box)) draw(box);
  outgrown.clear();
}

/** Draw the figure that a box holds. */
export async function draw(box) {
  const told = JSON.parse(box.dataset.figure);
  const library = await plotly();
  if (!library || !box.isConnected) return;
  const width = box.clientWidth;
  widths.set(box, width);
  const figure = shaded(width < NARROW ? narrowed(told) : told);
  await library.react(box, figure.data, { ...figure.layout, ...width && { width } }, { ...handed.plot, staticPlot: false });
  sized.observe(box);
  followers.forEach((callback) => callback(box));
}

follow(() => document.querySelectorAll("[data-figure].js-plotly-plot").forEach(draw));
