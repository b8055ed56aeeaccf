/** What do the charts beside the map show, and what of them is pointed at? Each is drawn again when its room changes. */

import { $, make } from "../page/dom.mjs";
import { between, partsOf, plotOf, sheet, under } from "./drawing.mjs";

const STILL_PX = 3; // a press that moves less is a click

const charts = new Map(); // id -> {element, tip, page, figure, size, drawn}
const acts = {}; // id -> {click, brush}

/**
 * Be told of what is chosen on a chart.
 *
 * @param {string} id
 * @param {{click: (point: any) => void, brush?: (points: any[]) => void}} how told the bar or cell clicked, and the bars
 *   that were drawn over, where that means something
 */
export const onChoose = (id, how) => { acts[id] = how; };

/** Show figures, by the id of their charts. */
export function show(figures) {
  for (const [id, figure] of Object.entries(figures)) draw(Object.assign(charts.get(id) ?? open(id), { figure }));
}

/** Where on a chart its values stand; null where nothing is drawn. */
export function plotOn(id) {
  const chart = charts.get(id);
  return chart?.size.width && chart.figure.data.length ? plotOf(chart.figure, chart.size) : null;
}

function open(id) {
  const element = $(id);
  const tip = make("div", "chart-tip", { hidden: "" });
  const size = { width: 0, height: 0 };
  const chart = { id, element, tip, page: make("div", "chart-sheet"), figure: null, size, drawn: { parts: [], size } };
  element.append(chart.page, tip);
  charts.set(id, chart);
  measure(chart);
  new ResizeObserver(() => measure(chart) && chart.figure && draw(chart)).observe(element);
  handle(chart);
  return chart;
}

/** Read the size of a chart; say whether it is another. */
function measure(chart) {
  const { clientWidth: width, clientHeight: height } = chart.element;
  if (width === chart.size.width && height === chart.size.height) return false;
  chart.size = { width, height };
  return true;
}

/** Draw what differs from what is on the page of a chart, part by part. */
function draw(chart) {
  const { figure, size, page, tip, drawn } = chart;
  const parts = figure.data.length && size.width && size.height ? partsOf(figure, size) : [];
  const afresh = parts.length !== drawn.parts.length || size !== drawn.size;
  const changed = [...parts.keys()].filter((i) => afresh || parts[i].of !== drawn.parts[i].of);
  chart.drawn = { parts, size };
  if (!changed.length && !afresh) return;
  tip.hidden = true;
  if (!parts.length) page.replaceChildren();
  else if (afresh) page.innerHTML = sheet(figure.layout, size, parts);
  else for (const i of changed) page.firstChild.children[i].innerHTML = parts[i].write();
}

// ----------------------------------------------------------------------------------------------------- the pointer

function handle(chart) {
  const { element, id } = chart;
  let from = null; // where a press began
  let band = null; // what is drawn over since
  const at = ({ clientX, clientY }) => {
    const { left, top } = element.getBoundingClientRect();
    return /** @type {[number, number]} */ ([clientX - left, clientY - top]);
  };
  const found = (pixel) => (chart.figure?.data.length ? under(chart.figure, chart.size, pixel) : null);
  const drop = () => {
    band?.remove();
    from = band = null;
  };
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    from = at(event);
    if (acts[id]?.brush) element.setPointerCapture(event.pointerId);
  });
  element.addEventListener("pointermove", (event) => {
    const pixel = at(event);
    const moved = from && acts[id]?.brush && (band || Math.abs(pixel[0] - from[0]) >= STILL_PX);
    tell(chart, moved ? null : found(pixel), pixel[1]);
    if (!moved) return;
    if (!band) element.append(band = make("div", "chart-band"));
    band.style.left = `${Math.min(from[0], pixel[0])}px`;
    band.style.width = `${Math.abs(pixel[0] - from[0])}px`;
  });
  element.addEventListener("pointerup", (event) => {
    if (!from) return;
    const pixel = at(event);
    const point = found(pixel);
    const points = band ? between(chart.figure, chart.size, from[0], pixel[0]) : [];
    drop();
    if (points.length) acts[id].brush(points);
    else if (point) acts[id]?.click(point);
  });
  element.addEventListener("pointercancel", drop);
  element.addEventListener("pointerleave", () => { chart.tip.hidden = true; });
}

/** Say what a bar or a cell is, beside it. */
function tell({ tip, element }, point, top) {
  tip.hidden = !point;
  element.style.cursor = point ? "pointer" : "";
  if (!point) return;
  tip.textContent = point.text;
  const room = element.clientWidth - tip.offsetWidth;
  tip.style.left = `${Math.min(Math.max(0, point.middle - tip.offsetWidth / 2), Math.max(0, room))}px`;
  tip.style.top = `${top - tip.offsetHeight - 10}px`;
}
