/**
 * Which evidence is there for the layer shown? Asked for when its fold is open and in sight, for the filters of the map.
 *
 * Where the dots of its chart are areas, a click selects one, and the area that is selected is marked.
 */

import { only } from "../page/address.mjs";
import { $, make } from "../page/dom.mjs";
import { handed } from "../page/handed.mjs";
import { change, current, on } from "../page/question.mjs";
import { keeper, place, trouble } from "./pieces.mjs";
import { drawn } from "./plots.mjs";

const FAILED = "The evidence could not be worked out.";
const FADED = 0.12; // opacity of a dot that is not marked

let wanted = ""; // address of the evidence of the map
let got = ""; // address of what is shown, or on its way
let inSight = false;

const piece = keeper("evidence-body", { put: (html) => place($("evidence-body"), html), fail });

const sight = new IntersectionObserver(([{ isIntersecting }]) => {
  inSight = isIntersecting;
  load();
});

function load() {
  if (!inSight || !wanted || wanted === got) return;
  got = wanted;
  if (!$("evidence-body").childElementCount) $("evidence-body").append(make("div", "panel-skeleton"));
  piece.want(wanted);
}

function fail(retry) {
  $("evidence-body").querySelector(".piece-trouble, .panel-skeleton")?.remove();
  $("evidence-body").prepend(trouble(FAILED, retry));
}

on("shown", ({ search }) => {
  sight.observe($("evidence-body")); // again and again changes nothing
  wanted = `piece/evidence${only(search, handed.reads.evidence)}`; // how the map is drawn does not matter
  load();
  mark();
});

// ------------------------------------------------------------------------------------------------ dots that are areas

/** Mark the selected area in every chart that has a dot for it, by a ring and its name; let the marked ones stand out. */
function mark() {
  const { selected: code, level, marked, rows } = current() ?? {};
  const lit = marked && new Set(rows.filter(({ muted }) => !muted).map((row) => row.code));
  for (const box of document.querySelectorAll(".evidence-plot[data-level].js-plotly-plot")) {
    const dots = box.data.flatMap(({ customdata }, trace) => (customdata ? [[customdata, trace]] : []));
    const fades = lit && box.dataset.level === level;
    const seen = dots.map(([codes]) => (fades ? codes.map((one) => (lit.has(one) ? 1 : FADED)) : 1));
    if (dots.length) window.Plotly.restyle(box, { "marker.opacity": seen }, dots.map(([, trace]) => trace));
    window.Plotly.relayout(box, { annotations: code ? box.data.flatMap((trace) => named(trace, code, box)) : [] });
  }
}

function named({ x, y, text, customdata }, code, box) {
  const at = customdata?.indexOf(code) ?? -1;
  if (at < 0) return [];
  const [left, right] = box.layout.xaxis.range;
  return [{
    x: x[at], y: y[at], text: `<b>${text[at]}</b>`, showarrow: true, arrowhead: 6, arrowsize: 1.5, arrowwidth: 1.5,
    ax: x[at] > (left + right) / 2 ? -40 : 40, ay: -28, bgcolor: "#ffdd00", bordercolor: "#0b0c0c", borderpad: 3,
    font: { color: "#0b0c0c" }, arrowcolor: "#0b0c0c",
  }];
}

drawn((box) => {
  if (!box.matches(".evidence-plot[data-level]")) return;
  box.on("plotly_click", ({ points: [{ customdata: code }] }) => {
    if (code) change({ level: box.dataset.level, area: code });
  });
  mark();
});
