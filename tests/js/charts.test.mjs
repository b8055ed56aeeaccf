/** What the charts beside the map look like, and what of them is under a pixel. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { between, drawing, fitted, mixed, partsOf, plotOf, steps, under } from "../../assets/charts/drawing.mjs";

const SIZE = { width: 400, height: 120 };
const font = { family: "sans", size: 12, color: "#4a5661" };

/** Bars of four months, the third of which is not loaded. */
const months = {
  data: [{
    type: "bar", x: [10, 11, 13], y: [5, 10, 0], customdata: ["a", "b", "d"], text: ["A: 5", "B: 10", "D: <few>"],
    marker: { color: ["#111111", "#222222", "#111111"] },
  }],
  layout: {
    margin: { l: 0, r: 0, t: 0, b: 20 }, font, bargap: 0,
    shapes: [{ type: "rect", x0: 11.5, x1: 12.5, fillcolor: "#eeeeee", layer: "below" }],
    annotations: [{ x: 13, y: 0, text: "<*>", yanchor: "bottom" }],
    xaxis: { range: [9.5, 13.5], tickvals: [10], ticktext: ["Jan"], ticks: "" },
    yaxis: { visible: false, range: [0, 10] },
  },
};

test("words over a gap keep within it: in one line, in one each, or not at all", () => {
  assert.deepEqual([100, 50, 30].map((room) => fitted("not loaded", room, 12)), [["not loaded"], ["not", "loaded"], []]);
  const annotations = [{ x: 12, y: 0.5, text: "not loaded", yanchor: "middle", width: 1 }];
  const lines = (width) => [...drawing({ ...months, layout: { ...months.layout, annotations } }, { ...SIZE, width }).matchAll(/>(not|loaded|not loaded)</g)];
  assert.deepEqual([400, 220, 100].map((width) => lines(width).length), [1, 2, 0]);
});

/** Two days of three hours, one of them suppressed. */
const week = {
  data: [{
    type: "heatmap", x: [0, 1, 2], y: [0, 1], z: [[0, 5, 10], [null, 1, 2]], zmin: 0, zmax: 10,
    text: [["a", "b", "c"], ["d", "e", "f"]], colorscale: [[0, "#000000"], [0.5, "#804020"], [1, "#ffffff"]],
  }],
  layout: {
    margin: { l: 40, r: 0, t: 0, b: 20 }, font, shapes: [{ type: "path", path: "M -0.5 0.5 L 0.5 -0.5", line: { color: "#fff", width: 2 } }],
    xaxis: { tickvals: [0], ticktext: ["00"], ticks: "" }, yaxis: { tickvals: [0, 1], ticktext: ["Mon", "Tue"] },
  },
};

const rects = (svg) => [...svg.matchAll(/<rect ([^>]*)>/g)].map(([, text]) => (
  Object.fromEntries([...text.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, key, value]) => [key, value]))));

test("bars are as high as their numbers, and a month that was not loaded is a gap", () => {
  const svg = drawing(months, SIZE);
  const [gap, ...bars] = rects(svg);
  assert.deepEqual([gap.x, gap.width, gap.fill], ["200", "100", "#eeeeee"]);
  assert.deepEqual(bars.map(({ x, y, height }) => [x, y, height]), [["0", "50", "50"], ["100", "0", "100"], ["300", "100", "0"]]);
  assert.deepEqual(bars.map(({ fill }) => fill), ["#111111", "#222222", "#111111"]);
  assert.ok(svg.includes(">Jan</text>") && svg.includes(">&#60;*&#62;</text>"), "text is never markup");
});

test("of a chart only the parts are written anew that show something else, or elsewhere", () => {
  const written = (figure, size = SIZE) => partsOf(figure, size).map(({ of }) => of);
  const differ = (one, other) => one.flatMap((of, i) => (of === other[i] ? [] : [i]));
  const [bars] = months.data;
  const said = { ...months, data: [{ ...bars, text: ["A: 5", "B: 10", "D: 0"] }] };
  const coloured = { ...months, data: [{ ...bars, marker: { color: "#333333" } }] };
  assert.deepEqual(differ(written(months), written(said)), [], "words of a tooltip");
  assert.deepEqual(differ(written(months), written(coloured)), [2], "the bars");
  assert.equal(differ(written(months), written(months, { ...SIZE, width: 300 })).length, written(months).length);
});

test("what lies under a pixel is the bar of its column or the cell, and a stretch holds the bars in its middle", () => {
  assert.equal(under(months, SIZE, [150, 5]).customdata, "b");
  assert.equal(under(months, SIZE, [250, 50]), null);
  assert.equal(under(months, SIZE, [150, 110]), null, "below the plot");
  assert.deepEqual(between(months, SIZE, 310, 120).map(({ customdata }) => customdata), ["b"]);
  assert.deepEqual(between(months, SIZE, 160, 40).map(({ customdata }) => customdata), ["a", "b"]);
  const { x, y, text } = under(week, SIZE, [40 + 130, 75]);
  assert.deepEqual([x, y, text], [1, 1, "e"]);
});

/** The cells of an SVG, those of one colour after the other. */
const cellsOf = (svg) => [...svg.matchAll(/<path class="cells" d="([^"]*)" fill="([^"]*)"/g)].flatMap(([, d, fill]) => (
  [...d.matchAll(/M(\S+) ([^h]+)h/g)].map(([, x, y]) => ({ x: Number(x), y: Number(y), fill }))));

test("a week is cells from Monday at the top, coloured by their numbers, none where nothing may be shown", () => {
  const cells = cellsOf(drawing(week, SIZE));
  assert.equal(cells.length, 5);
  assert.deepEqual(cells.map(({ fill }) => fill).slice(0, 3), ["rgb(0 0 0)", "rgb(128 64 32)", "rgb(255 255 255)"]);
  assert.ok(cells[0].y < cells[4].y);
  assert.match(drawing(week, SIZE), /d="M40 50 L160 -50"|d="M40 50 L160 0"/);
});

test("cells of one colour are one path", () => {
  const flat = { ...week, data: [{ ...week.data[0], z: [[1, 1, 1], [1, 1, null]] }] };
  assert.equal(drawing(flat, SIZE).match(/class="cells"/g).length, 1);
  assert.equal(cellsOf(drawing(flat, SIZE)).length, 5);
});

test("bars with intervals have room for them, on an axis of round steps from 0", () => {
  const figure = {
    data: [{
      type: "bar", x: [1, 2], y: [40, null], text: ["", ""], marker: { color: "#111111", line: { color: "#000000", width: [2, 0] } },
      error_y: { array: [10, null], arrayminus: [10, null], color: "#000000", thickness: 1 },
    }],
    layout: { margin: { l: 30, r: 0, t: 0, b: 0 }, font, bargap: 0.2, xaxis: { range: [0.5, 2.5] }, yaxis: { nticks: 4, gridcolor: "#dddddd" } },
  };
  const { down } = plotOf(figure, SIZE);
  assert.ok(down(50) > 0 && down(0) === 120);
  const svg = drawing(figure, SIZE);
  assert.equal(rects(svg)[0]["stroke-width"], "2");
  assert.equal(rects(svg)[1]["stroke-width"], undefined);
  assert.ok(svg.includes(">40</text>") && !svg.includes("NaN"));
});

test("steps are round and few, colours are mixed in proportion", () => {
  assert.deepEqual(steps(52.5, 4), [0, 20, 40]);
  assert.deepEqual(steps(1.05, 3, 1), [0, 1], "of counts");
  assert.deepEqual(steps(0.9, 4).map((step) => Math.round(step * 10) / 10), [0, 0.5]);
  assert.equal(mixed([[0, "#000000"], [1, "#640000"]], 0.5), "rgb(50 0 0)");
  assert.equal(mixed([[0, "#000000"], [1, "#640000"]], 0), "rgb(0 0 0)");
});
