/**
 * What does a chart beside the map look like? An SVG from a figure: bars by month or by deprivation, or the heat map of
 * a week. Of Plotly's form it knows what dashboard/figures.py uses.
 *
 * @typedef {{data: any[], layout: any}} Figure
 * @typedef {{width: number, height: number}} Size
 * @typedef {object} Plot where on a chart its values stand
 * @property {number} left pixels to the left of the plot
 * @property {number} top
 * @property {number} width
 * @property {number} height
 * @property {(x: number) => number} across the pixel of a value along the horizontal axis
 * @property {(y: number) => number} down the pixel of a value along the vertical one
 *
 * @typedef {{name: string, of: string, write: () => string}} Part of a chart: what it depends on, how it is written
 */

const LETTER = 0.62; // width of a letter and height of a line, in the size of the type
const LINE = 1.15;
const TICK_PX = 4; // between an axis and its words
const COUNTS = ",d"; // the format of an axis of whole numbers
const HEADROOM = 1.05; // of an axis over its highest value

const escaped = (text) => String(text).replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** An element as text; attributes without a value are left out. */
function tag(name, attributes, inner = "") {
  const known = Object.entries(attributes).filter(([, value]) => value !== undefined);
  return `<${name} ${known.map(([key, value]) => `${key}="${typeof value === "number" ? round(value) : escaped(value)}"`).join(" ")}>${inner}</${name}>`;
}

const round = (value) => Math.round(value * 100) / 100;

/** What a list has for each, or the one value for all. */
const each = (value, i) => (Array.isArray(value) ? value[i] : value);

/** The steps of an axis from 0: at most so many, of 1, 2 or 5 times a power of ten; of counts none is part of one. */
export function steps(highest, most, least = 0) {
  const power = Math.max(least, 10 ** Math.floor(Math.log10(highest / most)));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => highest / one <= most) ?? 10 * power;
  return Array.from({ length: Math.floor(highest / step) + 1 }, (_, i) => i * step);
}

/** The colour at a share of a scale of hexadecimal colours. */
export function mixed(scale, share) {
  const after = Math.max(1, scale.findIndex(([stop]) => stop >= share));
  const [[low, from], [high, to]] = [scale[after - 1], scale[after]];
  const part = (share - low) / (high - low || 1);
  const channels = [1, 3, 5].map((at) => {
    const [start, end] = [from, to].map((hex) => parseInt(hex.slice(at, at + 2), 16));
    return Math.round(start + (end - start) * part);
  });
  return `rgb(${channels.join(" ")})`;
}

/** The highest that a bar or its interval reaches. */
const highest = (data) => Math.max(...data.flatMap(({ y, error_y: error }) => (
  y.map((value, i) => (value ?? 0) + (error?.array[i] ?? 0)))), 1e-9);

/** @param {Figure} figure @param {Size} size @returns {Plot} */
export function plotOf({ data, layout }, size) {
  const { l, r, t, b } = layout.margin;
  const [width, height] = [Math.max(0, size.width - l - r), Math.max(0, size.height - t - b)];
  const heat = data[0].type === "heatmap";
  const [x0, x1] = layout.xaxis.range ?? [-0.5, data[0].x.length - 0.5];
  const [y0, y1] = heat ? [data[0].y.length - 0.5, -0.5] : layout.yaxis.range ?? [0, HEADROOM * highest(data)];
  return {
    left: l, top: t, width, height,
    across: (x) => l + ((x - x0) / (x1 - x0)) * width,
    down: (y) => t + ((y1 - y) / (y1 - y0)) * height,
  };
}

// ------------------------------------------------------------------------------------------------------- the parts

function bars(trace, { across, down }, { bargap }) {
  const { x, y, marker, error_y: error } = trace;
  const half = (1 - bargap) / 2;
  const found = x.map((value, i) => {
    const [left, right, top] = [across(value - half), across(value + half), down(y[i] ?? 0)];
    const outline = each(marker.line?.width, i) || undefined;
    return tag("rect", {
      class: "bar", x: left, y: top, width: right - left, height: Math.max(0, down(0) - top), fill: each(marker.color, i),
      "fill-opacity": marker.opacity, stroke: outline && marker.line.color, "stroke-width": outline,
    });
  });
  const intervals = error ? x.map((value, i) => (y[i] === null ? "" : tag("line", {
    x1: across(value), x2: across(value), y1: down(y[i] - error.arrayminus[i]), y2: down(y[i] + error.array[i]),
    stroke: error.color, "stroke-width": error.thickness,
  }))) : [];
  return found.join("") + intervals.join("");
}

/** Cells as one path for each colour that there is: few elements are laid out sooner than many. */
function cells({ x, y, z, zmin = 0, zmax = 1, colorscale, opacity }, { across, down }) {
  const paths = new Map(); // by colour
  for (const day of y) {
    for (const hour of x) {
      const value = z[day][hour];
      if (value === null) continue;
      const [left, right, top, bottom] = [across(hour - 0.5), across(hour + 0.5), down(day - 0.5), down(day + 0.5)];
      const fill = mixed(colorscale, Math.min(1, Math.max(0, (value - zmin) / (zmax - zmin || 1))));
      const wide = round(right - left - 1);
      paths.set(fill, `${paths.get(fill) ?? ""}M${round(left + 0.5)} ${round(top + 0.5)}h${wide}v${round(bottom - top - 1)}h${-wide}z`);
    }
  }
  return [...paths].map(([fill, d]) => tag("path", { class: "cells", d, fill, "fill-opacity": opacity })).join("");
}

/** A shape of the layout: a block behind the bars, or strokes over a cell. */
function shape({ type, x0, x1, fillcolor, path, line }, { across, down, top, height }) {
  if (type === "rect") return tag("rect", { x: across(x0), y: top, width: across(x1) - across(x0), height, fill: fillcolor });
  const strokes = path.replace(/([ML]) (\S+) (\S+)/g, (_, step, x, y) => `${step}${round(across(+x))} ${round(down(+y))}`);
  return tag("path", { d: strokes, fill: "none", stroke: line.color, "stroke-width": line.width });
}

/** The values of the vertical axis that have words. */
const ticks = ({ data, layout: { yaxis } }) => (
  yaxis.tickvals ?? steps(HEADROOM * highest(data), yaxis.nticks, yaxis.tickformat === COUNTS ? 1 : 0));

function axes({ xaxis, yaxis, font }, values, plot) {
  const { left, top, width, height, across, down } = plot;
  const base = top + height;
  const word = (text, attributes) => tag("text", { fill: font.color, ...attributes }, escaped(text));
  const below = (xaxis.tickvals ?? []).map((value, i) => {
    const tick = xaxis.ticks === "outside"
      ? tag("line", { x1: across(value), x2: across(value), y1: base, y2: base + xaxis.ticklen, stroke: xaxis.tickcolor }) : "";
    const y = base + (tick ? xaxis.ticklen : 0) + TICK_PX;
    return tick + word(xaxis.ticktext[i], { x: across(value), y, "text-anchor": "middle", "dominant-baseline": "hanging" });
  });
  if (yaxis.visible === false) return below.join("");
  const beside = values.map((value, i) => {
    const words = yaxis.ticktext?.[i] ?? value.toLocaleString("en-GB");
    const line = yaxis.gridcolor
      ? tag("line", { x1: left, x2: left + width, y1: down(value), y2: down(value), stroke: yaxis.gridcolor }) : "";
    return line + word(words, { x: left - TICK_PX, y: down(value), "text-anchor": "end", "dominant-baseline": "central" });
  });
  return below.join("") + beside.join("");
}

/** Words in the lines that a room has width for: in one, in one each, or in none. */
export function fitted(text, room, size) {
  const fits = (line) => line.length * LETTER * size <= room;
  const words = text.split(" ");
  return [[text], words].find((lines) => lines.every(fits)) ?? [];
}

/** What is written in a chart; where it has a width, of so many steps of the axis, it keeps within that. */
function note({ x, y, text, yanchor, width }, { font }, { across, top, height }) {
  const baseline = yanchor === "middle" ? "central" : "auto";
  const middle = top + height * (1 - y) - (baseline === "auto" ? 2 : 0);
  const lines = width ? fitted(text, across(width) - across(0), font.size) : [text];
  return lines.map((line, i) => tag("text", {
    x: across(x), y: middle + (i - (lines.length - 1) / 2) * LINE * font.size, fill: font.color, "text-anchor": "middle", "dominant-baseline": baseline,
  }, escaped(line))).join("");
}

/**
 * What a chart is drawn of, back to front.
 *
 * @param {Figure} figure
 * @param {Size} size
 * @returns {Part[]}
 */
export function partsOf(figure, size) {
  const { data, layout } = figure;
  const plot = plotOf(figure, size);
  const { left, top, width, height, across, down } = plot;
  const place = [left, top, width, height, across(0), across(1), down(0), down(1)];
  const part = (name, shown, write) => ({ name, of: JSON.stringify([place, shown]), write });
  const shapes = (below) => {
    const some = (layout.shapes ?? []).filter(({ layer }) => (layer === "below") === below);
    return part("shapes", some, () => some.map((one) => shape(one, plot)).join(""));
  };
  const { xaxis, yaxis, font, bargap, annotations = [] } = layout;
  const values = yaxis.visible === false ? [] : ticks(figure);
  const traces = data.map((trace) => { // what is told of it is not drawn
    const write = () => (trace.type === "heatmap" ? cells(trace, plot) : bars(trace, plot, layout));
    return part("trace", [{ ...trace, text: null, customdata: null }, bargap], write);
  });
  return [
    shapes(true), part("axes", [xaxis, yaxis, font, values], () => axes(layout, values, plot)), ...traces, shapes(false),
    part("notes", [annotations, font], () => annotations.map((one) => note(one, layout, plot)).join("")),
  ];
}

/**
 * An SVG of a size, in the type of a layout, which holds some parts.
 *
 * @param {Figure["layout"]} layout
 * @param {Size} size
 * @param {Part[]} parts
 */
export const sheet = ({ font: { family, size: type } }, { width, height }, parts) => tag("svg", {
  viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", "font-family": family, "font-size": type,
  "aria-hidden": "true",
}, parts.map(({ name, write }) => tag("g", { class: `chart-${name}` }, write())).join(""));

/**
 * @param {Figure} figure
 * @param {Size} size
 * @returns {string} an SVG
 */
export const drawing = (figure, size) => sheet(figure.layout, size, partsOf(figure, size));

/**
 * What lies under a pixel: the bar of its column, or the cell.
 *
 * @param {Figure} figure
 * @param {Size} size
 * @param {[number, number]} pixel
 * @returns {{x: number, y: number, text: string, customdata?: string, middle: number}|null}
 */
export function under(figure, size, [left, top]) {
  const plot = plotOf(figure, size);
  if (left < plot.left || left > plot.left + plot.width || top < plot.top || top > plot.top + plot.height) return null;
  const { type, x, y, text, customdata } = figure.data.at(figure.data[0].type === "heatmap" ? 0 : -1);
  const column = x.findIndex((value) => plot.across(value - 0.5) <= left && left < plot.across(value + 0.5));
  if (column < 0) return null;
  const middle = plot.across(x[column]);
  if (type === "bar") return { x: x[column], y: y[column], text: text[column], customdata: customdata?.[column], middle };
  const row = y.findIndex((value) => plot.down(value - 0.5) <= top && top < plot.down(value + 0.5));
  return row < 0 ? null : { x: x[column], y: y[row], text: text[row][column], middle };
}

/** The bars whose middle lies between two pixels. */
export function between(figure, size, one, other) {
  const { across } = plotOf(figure, size);
  const [from, to] = [Math.min(one, other), Math.max(one, other)];
  const { x, customdata } = figure.data[0];
  return x.flatMap((value, i) => (from <= across(value) && across(value) <= to ? [{ x: value, customdata: customdata?.[i] }] : []));
}
