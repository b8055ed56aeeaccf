/** What the map computes: outlines, cameras, numbers that crowd, colours that fade, scenes. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { faded } from "../../assets/map/fade.mjs";
import { fitAround, hides } from "../../assets/map/fit.mjs";
import { spread } from "../../assets/map/marks.mjs";
import { roundBelow } from "../../assets/map/scale.mjs";
import { Scenes } from "../../assets/map/scenes.mjs";
import { Shapes, outlinesBetween } from "../../assets/map/shapes.mjs";

const SIDE = 4;

/** A square of squares in degrees: wards are its columns, boroughs its halves. */
function squares() {
  const features = Array.from({ length: SIDE * SIDE }, (_, id) => {
    const [x, y] = [id % SIDE, Math.floor(id / SIDE)];
    const ring = [[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1], [x, y]];
    const properties = { code: `A${id}`, name: `Area ${id}`, ward: `Ward ${x}`, borough: y < 2 ? "South" : "North" };
    return { type: "Feature", properties, geometry: { type: "Polygon", coordinates: [ring] } };
  });
  return { type: "FeatureCollection", features };
}

test("areas are found by their code and by a point", () => {
  const shapes = new Shapes("x", squares());
  assert.equal(shapes.find("A5"), 5);
  assert.equal(shapes.find("B5"), -1);
  assert.equal(shapes.at([1.5, 1.5]), 5);
  assert.equal(shapes.at([9, 9]), -1);
  assert.deepEqual(shapes.anchors[5], [1.5, 1.5]);
  assert.deepEqual(shapes.box, [0, 0, SIDE, SIDE]);
});

test("a set has one line around it", () => {
  const shapes = new Shapes("x", squares());
  const lines = [[0], [0, 1], [0, 1, 4, 5], [0, 3]].map((ids) => shapes.around(ids).length);
  assert.deepEqual(lines, [4, 6, 8, 8]);
});

test("outlines of tiles run where wards and boroughs meet", () => {
  const found = outlinesBetween(new Shapes("x", squares()));
  const lines = found.map(({ properties, geometry }) => [properties.kind, geometry.coordinates.length]);
  const rim = 4 * SIDE;
  assert.deepEqual(lines, [["ward", rim + (SIDE - 1) * SIDE], ["borough", rim + SIDE]]);
});

test("the county keeps clear of what lies over the map", () => {
  const around = [[-0.6, 51.8], [-0.2, 52], [-0.2, 52.3], [-0.3, 52.3], [-0.6, 51.85]]; // nothing in the north-west
  const size = { width: 800, height: 800 };
  const corner = [{ left: 0, top: 0, right: 200, bottom: 200 }];
  const below = [{ left: 0, top: 600, right: 700, bottom: 800 }];
  const free = fitAround(around, size, []);
  assert.deepEqual(fitAround(around, size, corner), free, "an obstacle in an empty corner costs nothing");
  const above = fitAround(around, size, below);
  assert.ok(above.zoom < free.zoom);
  assert.equal(hides(around, free, size, below), true);
  assert.equal(hides(around, above, size, below), false);
  const hidden = fitAround(around, { width: 0, height: 0 }, []);
  assert.ok([hidden.zoom, ...hidden.center].every(Number.isFinite));
});

test("crowded numbers are moved apart, the others stay", () => {
  const moved = spread([[100, 100], [100, 100], [104, 100], [300, 300]], [12, 12, 12, 12]);
  const gaps = moved.flatMap((a, i) => moved.slice(i + 1).map((b) => Math.hypot(a[0] - b[0], a[1] - b[1])));
  assert.ok(Math.min(...gaps) >= 23.5);
  assert.deepEqual(moved[3], [300, 300]);
});

test("a scale bar is as long as a round distance", () => {
  assert.deepEqual([1, 9.9, 10, 49, 730, 2500].map(roundBelow), [1, 5, 10, 20, 500, 2000]);
});

test("a faded colour has lost its hue and nearly gone into the ground", () => {
  assert.equal(faded("#ffffff", "#ffffff"), "#ffffff");
  assert.equal(faded("#b30000", "#d5dee4"), "#b9c1c6");
  const [red, blue] = [faded("#ff0000", "#000000"), faded("#0000ff", "#000000")].map((hex) => new Set(hex.match(/[\da-f]{2}/g)));
  assert.deepEqual([red.size, blue.size], [1, 1]);
});

const CONFIG = { geometry: { lsoa: "/lsoa", ward: "/ward", borough: "/borough" }, tiles: { lsoa: "/tiles" }, places: null };
const COLOURS = { theme: { outside: "#d5dee4", hatch: "#7b8893" }, shade: (colour) => (colour === "#000001" ? "#aaaaaa" : colour) };
const base64 = (bytes) => Buffer.from(bytes).toString("base64");

/** A frame whose first areas have these classes; the others are outside. */
function frame(classes, more = {}) {
  const all = Array.from({ length: SIDE * SIDE }, (_, id) => classes[id] ?? 255);
  const palette = [{ colour: "#000001", label: "few" }, { colour: "#b30000", label: "hidden", pattern: "suppressed" }];
  return { query: "", level: "lsoa", classes: base64(all), palette, ...more };
}

/** Scenes of a server that has the squares at every address, and the addresses that it was asked for. */
function scenes(t, answer = () => ({ ok: true, json: async () => squares() })) {
  const asked = [];
  t.mock.method(globalThis, "fetch", async (address) => {
    asked.push(address);
    return answer(address);
  });
  return { asked, scenes: new Scenes(CONFIG, COLOURS) };
}

test("a scene has the look of every area, and what is not needed is fetched once", async (t) => {
  const { scenes: all, asked } = scenes(t);
  const scene = await all.of(frame([0, 1]));
  const [few, hidden, outside] = scene.looks;
  assert.equal(few.colour, "#aaaaaa", "as the page shows it");
  assert.equal(few.suppressed, "rgba(0,0,0,0)");
  assert.equal(hidden.suppressed, COLOURS.theme.hatch);
  assert.equal(outside.colour, COLOURS.theme.outside);
  assert.deepEqual([scene.tiled, scene.lit], [false, []]);
  const again = await all.of(frame([0, 1]));
  assert.equal(again.looks[0], few, "equal looks are one object");
  assert.deepEqual(asked.sort(), ["/borough", "/lsoa", "/ward"]);
});

test("what is not marked fades, and tiles are asked for when they are shown", async (t) => {
  const { scenes: all, asked } = scenes(t);
  t.mock.method(Shapes.prototype, "boroughs", () => []);
  const marked = base64(Array.from({ length: SIDE * SIDE }, (_, id) => Number(id === 1)));
  const scene = await all.of(frame([1, 1], { marked, layout: "tiles" }));
  assert.deepEqual([scene.tiled, scene.lit, scene.outlines[0]], [true, [1], "/tiles"]);
  assert.equal(scene.looks[1].colour, "#b30000");
  assert.equal(scene.looks[0].colour, faded("#b30000", COLOURS.theme.outside));
  assert.ok(asked.includes("/tiles"));
});

test("shapes that could not be had are asked for again by the next frame", async (t) => {
  let broken = true;
  const { scenes: all } = scenes(t, (address) => ({
    ok: !(broken && address === "/tiles"), status: 503, json: async () => squares(),
  }));
  t.mock.method(Shapes.prototype, "boroughs", () => []);
  await assert.rejects(all.of(frame([0], { layout: "tiles" })), /503/);
  broken = false;
  assert.equal((await all.of(frame([0], { layout: "tiles" }))).tiled, true);
});
