/** What the map computes: outlines, cameras, numbers that crowd, colours that fade, scenes. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { faded } from "../../assets/map/fade.mjs";
import { fitAround, hides } from "../../assets/map/fit.mjs";
import { Ground } from "../../assets/map/ground.mjs";
import { levels } from "../../assets/map/hands.mjs";
import { HATCHINGS, atZoom, tile } from "../../assets/map/ink.mjs";
import { besideFrames, besidePlace, spread } from "../../assets/map/marks.mjs";
import { degrees, filling } from "../../assets/map/mercator.mjs";
import { Mosaic } from "../../assets/map/mosaic.mjs";
import { besideIsLarger } from "../../assets/map/room.mjs";
import { roundBelow } from "../../assets/map/scale.mjs";
import { Scenes } from "../../assets/map/scenes.mjs";
import { Shapes } from "../../assets/map/shapes.mjs";
import { View, between } from "../../assets/map/view.mjs";

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
  assert.deepEqual(shapes.anchor(5), [1.5, 1.5]);
  assert.deepEqual(shapes.box, [0, 0, SIDE, SIDE]);
});

test("a set has one line around it", () => {
  const shapes = new Shapes("x", squares());
  const lines = [[0], [0, 1], [0, 1, 4, 5], [0, 3]].map((ids) => shapes.around(ids).length);
  assert.deepEqual(lines, [4, 6, 8, 8]);
});

test("outlines of tiles run where wards and boroughs meet", () => {
  const lines = new Shapes("x", squares()).between().map(({ kind, trace }) => {
    let begun = 0;
    trace({ moveTo: () => { begun += 1; }, lineTo: () => {} }, [0, 0], 1);
    return [kind, begun];
  });
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

test("numbers that give way to an edge or to one another never touch, though what they number may be covered", () => {
  const side = 120; // a small window, nearly full of numbers
  const within = ([x, y]) => [Math.min(Math.max(x, 11), side - 11), Math.min(Math.max(y, 11), side - 11)];
  const crowd = Array.from({ length: 10 }, (_, i) => [20 + 5 * (i % 4), 20 + 6 * Math.floor(i / 4)]);
  const moved = spread(crowd, crowd.map(() => 12), crowd.map((point) => ({ point, radius: 4 })), within);
  moved.forEach((point, i) => {
    assert.deepEqual(within(point), point);
    moved.slice(i + 1).forEach((other) => assert.ok(Math.hypot(point[0] - other[0], point[1] - other[1]) >= 23));
  });
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
  assert.deepEqual([scene.tiled, scene.lit, scene.outlines.map(({ kind }) => kind)], [true, [1], ["ward", "borough"]]);
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

test("a camera keeps the place under a pixel while it zooms, and comes back from a flight by a formula", () => {
  const view = new View();
  view.resize(800, 600);
  view.go({ center: [-0.4, 52.1], zoom: 9 });
  const pixel = [200, 150];
  const place = view.unproject(pixel);
  view.zoomAt(11.5, pixel);
  const near = (found, wanted) => found.forEach((value, i) => assert.ok(Math.abs(value - wanted[i]) < 1e-6, `${found}`));
  near(view.project(place), pixel);
  view.pan(30, -20);
  near(view.project(place), [230, 130]);
  view.zoomAt(99);
  assert.equal(view.zoom, 20);
  const [from, to] = [{ x: 0, y: 0, zoom: 9 }, { x: 0.3, y: 0.6, zoom: 10 }];
  const half = between(from, to, 0.5);
  assert.deepEqual([between(from, to, 0), between(from, to, 1)], [from, to]);
  assert.equal(half.zoom, 9.5);
  near([half.y / half.x], [2]);
  near([half.x], [0.3 * ((1 - 2 ** -0.5) / 0.5)]);
});

test("a camera fills its screen with a box", () => {
  const box = [-0.5, 52, -0.3, 52.1];
  const view = new View();
  view.resize(300, 300);
  view.go(filling(box, view));
  const [left, right] = [view.project([-0.5, 52.05])[0], view.project([-0.3, 52.05])[0]];
  assert.ok(Math.abs(left) < 1e-6 && Math.abs(right - 300) < 1e-6);
  assert.ok(view.project([-0.4, 52.1])[1] > 0 && view.project([-0.4, 52])[1] < 300);
});

test("a notch of the wheel zooms further than a step of a touch pad, and down is out", () => {
  const notch = levels({ deltaY: -4.000244140625 * 25, deltaMode: 0, shiftKey: false });
  const lines = levels({ deltaY: 3, deltaMode: 1, shiftKey: false });
  const step = levels({ deltaY: -4, deltaMode: 0, shiftKey: false });
  assert.ok(notch > step && step > 0 && lines < 0);
});

test("lines are as thick between two zooms as they are far between them", () => {
  assert.deepEqual([5, 9, 10, 11, 15].map((zoom) => atZoom([[9, 2], [11, 4]], zoom)), [2, 2, 3, 4, 4]);
});

test("a hatching covers a like part of its tile on every screen, a denser one more", () => {
  const share = (name, ratio) => {
    const { side, alpha } = tile(HATCHINGS[name], ratio, (outside) => 0.5 - outside);
    assert.equal(side, HATCHINGS[name].size * ratio);
    return alpha.reduce((sum, value) => sum + value, 0) / 255 / side ** 2;
  };
  assert.ok(Math.abs(share("nodata", 1) - share("nodata", 2)) < 0.03);
  assert.ok(share("suppressed", 2) > 1.5 * share("nodata", 2));
});

test("names of frames side by side do not lie over each other", () => {
  const square = (left, top) => ({ left, top, right: left + 60, bottom: top + 60 });
  const whole = { width: 600, height: 400 };
  const apart = besideFrames([square(0, 50), square(300, 50)], [[150, 18], [120, 18]], whole);
  assert.deepEqual(apart.map(({ side }) => side), ["over", "over"]);
  for (const [x, y] of [[65, 50], [65, 44], [61, 70], [0, 112]]) {
    const frames = [square(0, 50), square(x, y)];
    const spots = besideFrames(frames, [[150, 18], [120, 18]], whole).map(({ spot }) => spot);
    const meets = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
    assert.ok(!meets(spots[0], spots[1]), `names, the second frame at ${x}, ${y}`);
    spots.forEach((spot) => frames.forEach((other) => assert.ok(!meets(spot, other))));
  }
  const [atEdge, atCorner] = [[500, 50], [500, 0]].map(([x, y]) => besideFrames([square(x, y)], [[150, 18]], whole)[0]);
  assert.deepEqual([atEdge.side, atCorner.side], ["over end", "under end"], "no edge cuts a name");
});

test("insets stand beside one of two maps where it is the larger for it, and there is room for them", () => {
  const laptop = { width: 340, height: 372 };
  assert.ok(besideIsLarger(laptop, 2, 0.6), "a high county");
  assert.ok(!besideIsLarger(laptop, 3, 0.6), "three have no room above each other");
  assert.ok(!besideIsLarger({ width: 340, height: 700 }, 2, 0.6), "a high window has room below");
});

const POWER = 12;

const square = (x, y, size) => [[x, y], [x + size, y], [x + size, y + size], [x, y + size]];

/** A country of squares, as many each way, with their corners on a grid; the last has a hole that is an area. */
function country(side) {
  const rings = [];
  for (let id = 0; id < side * side; id += 1) rings.push([square(1000 + 40 * (id % side), 1000 + 40 * Math.floor(id / side), 40)]);
  const hole = square(1000 + 40 * (side - 1) + 10, 1000 + 40 * (side - 1) + 10, 20);
  rings.at(-1).push(hole);
  rings.push([hole]);
  const names = { code: rings.map((_, id) => `A${id}`), ward: { words: ["W", "V"], of: rings.map((_, id) => id % 2) } };
  return new Ground(fileOf(rings), names);
}

/** The file of some areas of rings each. */
function fileOf(rings) {
  const all = rings.flat();
  const columns = [
    Uint32Array.of(rings.length, all.length, 4 * all.length, POWER),
    ...[0, 1].map((axis) => Int32Array.from(all, ([first], i) => first[axis] - (i ? all[i - 1][0][axis] : 0))),
    Uint32Array.from(all, (ring) => ring.length),
    Uint32Array.from(rings, (each) => each.length),
    ...[0, 1].map((axis) => Int16Array.from(all.flatMap((ring) => ring.map((point, i) => (i ? point[axis] - ring[i - 1][axis] : 0))))),
  ];
  return Uint8Array.from(Buffer.concat(columns.map(({ buffer }) => Buffer.from(buffer)))).buffer;
}

test("the areas of a country lie where its file says, and are called what it says", () => {
  const shapes = new Shapes("x", country(SIDE));
  assert.equal(shapes.ids.length, SIDE * SIDE + 1);
  assert.deepEqual(shapes.properties(3), { code: "A3", ward: "V" });
  const [west, south, east, north] = shapes.boxes[1];
  assert.ok(Math.abs(west - ((1040 / 2 ** POWER) * 360 - 180)) < 1e-9 && east > west && north > south);
  const inside = SIDE * SIDE;
  assert.equal(shapes.at(shapes.anchor(inside)), inside, "in the hole of the last square");
  assert.equal(shapes.at(shapes.anchor(5)), 5);
  const [ring] = shapes.geometry(0).coordinates;
  assert.deepEqual(ring[0], ring.at(-1));
});

test("under every point of a mosaic is the one area that holds it, and an edge has the middle of two colours", () => {
  const ground = country(SIDE);
  const view = new View();
  Object.assign(view, { width: 90, height: 70, zoom: 3.3, x: 1083 / 2 ** POWER, y: 1079 / 2 ** POWER });
  const mosaic = new Mosaic();
  mosaic.lay(() => ground, [...Array(ground.length).keys()], view, 1, 90, 70);
  const inks = Array.from({ length: ground.length + 1 }, (_, i) => ({ flat: i + 1, side: 1, tile: null }));
  const pixels = new Uint32Array(90 * 70);
  const lookOf = Uint8Array.from({ length: ground.length }, (_, id) => id);
  mosaic.colour(pixels, lookOf, inks, { colour: 0, parts: 0 }, [0, 0]);
  const shapes = new Shapes("x", ground);
  let whole = 0;
  for (let y = 0; y < 70; y += 1) {
    for (let x = 0; x < 90; x += 1) {
      const under = [[0.25, 0.25], [0.75, 0.25], [0.25, 0.75], [0.75, 0.75]]
        .map(([right, down]) => shapes.at(view.unproject([x + right, y + down])));
      if (new Set(under).size > 1) continue;
      whole += 1;
      assert.equal(pixels[y * 90 + x], under[0] < 0 ? ground.length + 1 : under[0] + 1, `${x}, ${y}`);
    }
  }
  assert.ok(whole > 4000);
  const two = [{ flat: 0xff000000, side: 1, tile: null }, { flat: 0xffffffff, side: 1, tile: null }, { flat: 0, side: 1, tile: null }];
  mosaic.colour(pixels, lookOf.map((id) => id % 2), two, { colour: 0, parts: 0 }, [0, 0]);
  assert.ok(pixels.includes(0xff7f7f7f), "half and half");
  mosaic.colour(pixels, lookOf.fill(0), two, { colour: 0xffffffff, parts: 128 }, [0, 0]);
  assert.ok(pixels.includes(0xff7f7f7f), "a hair between two areas of one colour");
});

test("areas of a country are fetched from near by some at a time, and lie where those files say", async () => {
  const shapes = new Shapes("x", country(SIDE));
  const asked = [];
  shapes.approach(5, async (file) => { // 17 areas: four in each, but the last
    asked.push(file);
    if (file === 2) throw new Error("gone");
    return fileOf(Array.from({ length: 4 }, (_, i) => [square(3000 + 40 * (4 * file + i), 1000, 40)]));
  });
  const at = (x, y) => shapes.at([(x / 2 ** POWER) * 360 - 180, degrees([0, y / 2 ** POWER])[1]]);
  assert.ok(!shapes.near.has([4]));
  assert.equal(at(3180, 1020), -1);
  await Promise.all([shapes.near.fetch([4, 7]), shapes.near.fetch([5])]);
  assert.deepEqual(asked, [1], "once");
  assert.ok(shapes.near.has([4, 5, 6, 7]) && !shapes.near.has([4, 8]));
  assert.equal(at(3180, 1020), 4);
  assert.equal(shapes.around([4, 5]).length, 6, "neighbours from near by meet");
  assert.equal(shapes.around([0, 4]).length, 6, "one is not here: both from afar");
  await assert.rejects(shapes.near.fetch([8]));
  await assert.rejects(shapes.near.fetch([8]));
  assert.deepEqual(asked, [1, 2, 2], "what failed is asked again");
});

test("the name of an area stands over it or is left out; that of a town may stand beside", () => {
  const whole = { width: 600, height: 400 };
  const area = { left: 290, right: 310, top: 190, bottom: 210 };
  const name = (taken, within) => besidePlace([300, 200], [100, 18], 1, whole, taken, within);
  const over = name([], area);
  assert.deepEqual([(over.left + over.right) / 2, (over.top + over.bottom) / 2], [300, 200]);
  assert.equal(name([area], area), undefined);
  assert.ok(name([area]).bottom <= area.top, "a town's name moves off");
  const large = { left: 200, right: 400, top: 100, bottom: 300 };
  assert.ok(name([area], large).top >= large.top, "there is room within it");
});

test("a name leaves what leads free where it can, and else stands over it", () => {
  const whole = { width: 600, height: 400 };
  const name = (shy) => besidePlace([300, 200], [100, 18], 1, whole, [], undefined, shy);
  const leads = { left: 250, right: 350, top: 120, bottom: 280 };
  const { left, right, top, bottom } = name([leads]);
  assert.ok(bottom <= leads.top || top >= leads.bottom || right <= leads.left || left >= leads.right);
  assert.deepEqual(name([{ left: 0, right: 600, top: 0, bottom: 400 }]), name([]));
});
