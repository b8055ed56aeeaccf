/**
 * Which areas, what shape? The areas of one level as the server sent them, with what the map asks of them.
 *
 * Coordinates are degrees (EPSG:4326). An area's id is its position in the file, which is also its place in a frame.
 *
 * @typedef {[number, number, number, number]} Box west, south, east, north
 * @typedef {[number, number]} Point longitude, latitude
 * @typedef {{code: string, name: string, ward?: string, borough?: string}} AreaProperties
 * @typedef {object} Outline lines of a kind, ward or borough
 * @property {string} kind
 * @property {Box} box
 * @property {Shapes|null} shapes of a country, whose outlines they are
 * @property {(path: Path2D, origin: number[], units: number, ids?: number[], near?: boolean) => void} trace draws them, or those
 *   around some areas: see the function of this name
 */

import { Ground } from "./ground.mjs";
import { mercator } from "./mercator.mjs";
import { Near } from "./near.mjs";

export const polygons = (geometry) => (geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates);

/** @returns {Box} the smallest box around some boxes */
export function hull(boxes) {
  /** @type {Box} */ const whole = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [west, south, east, north] of boxes) {
    whole[0] = Math.min(whole[0], west);
    whole[1] = Math.min(whole[1], south);
    whole[2] = Math.max(whole[2], east);
    whole[3] = Math.max(whole[3], north);
  }
  return whole;
}

const MANY = 2000; // areas
const BANDS = 120;

export const meets = (a, b) => a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3];

export const holds = (box, [x, y]) => box[0] <= x && x <= box[2] && box[1] <= y && y <= box[3];

const boxOf = (geometry) => hull(polygons(geometry).flatMap(([ring]) => ring.map(([x, y]) => [x, y, x, y])));

/** The corners of boxes that lie outermost in each of some bands, across and along, of the box around all of them. */
function outermost(boxes, whole) {
  const points = new Set();
  for (const [across, along] of [[0, 1], [1, 0]]) {
    const step = (whole[along + 2] - whole[along]) / BANDS || 1;
    const ends = Array.from({ length: BANDS + 1 }, () => [null, null]);
    for (const box of boxes) {
      const end = ends[Math.floor((box[along] - whole[along]) / step)];
      if (!end[0] || box[across] < end[0][across]) end[0] = box;
      if (!end[1] || box[across + 2] > end[1][across + 2]) end[1] = box;
    }
    for (const box of ends.flat()) if (box) points.add(box);
  }
  return [...points].flatMap(([west, south, east, north]) => [[west, south], [east, south], [east, north], [west, north]]);
}

/** Where a parallel crosses some rings, from west to east: the inside lies between pairs. */
function crossings(rings, y) {
  const found = [];
  for (const ring of rings) {
    for (let i = 1; i < ring.length; i += 1) {
      const [x0, y0] = ring[i - 1];
      const [x1, y1] = ring[i];
      if (y0 > y !== y1 > y) found.push(x0 + ((y - y0) / (y1 - y0)) * (x1 - x0));
    }
  }
  return found.sort((a, b) => a - b);
}

/** Whether rings hold a point: an odd number of their crossings lies to its west. */
const inside = (rings, [x, y]) => crossings(rings, y).filter((crossing) => crossing < x).length % 2 === 1;

/** Whether one closed ring holds a point. */
export const insideRing = (ring, point) => inside([ring], point);

const ringsOf = (geometry) => polygons(geometry).flat();

/** A point well inside an area: the middle of the widest stretch along the middle parallel of its box. */
function anchorOf(geometry, box) {
  const y = (box[1] + box[3]) / 2;
  const xs = crossings(ringsOf(geometry), y);
  if (xs.length < 2) return [(box[0] + box[2]) / 2, y];
  let widest = 0;
  for (let i = 2; i + 1 < xs.length; i += 2) {
    if (xs[i + 1] - xs[i] > xs[widest + 1] - xs[widest]) widest = i;
  }
  return [(xs[widest] + xs[widest + 1]) / 2, y];
}

/**
 * Draw lines or polygons in degrees on a path, in a plane that begins at a place of the world, which is so many units wide.
 *
 * @param {Path2D} path
 * @param {any} geometry
 * @param {number[]} origin
 * @param {number} units
 */
export function trace(path, geometry, [left, top], units) {
  const run = (ring) => ring.forEach((point, i) => {
    const [x, y] = mercator(point);
    const [across, down] = [(x - left) * units, (y - top) * units];
    if (i) path.lineTo(across, down);
    else path.moveTo(across, down);
  });
  if (geometry.type === "MultiLineString") geometry.coordinates.forEach(run);
  else {
    for (const ring of ringsOf(geometry)) {
      run(ring);
      path.closePath();
    }
  }
}

/** The areas of a county, as GeoJSON has them. */
class Features {
  /** @param {{features: any[]}} geojson a FeatureCollection of polygons with AreaProperties */
  constructor({ features }) {
    this.all = features;
    this.length = features.length;
  }

  box(id) {
    return boxOf(this.all[id].geometry);
  }

  geometry(id) {
    return this.all[id].geometry;
  }

  properties(id) {
    return this.all[id].properties;
  }

  code(id) {
    return this.all[id].properties.code;
  }

  trace(path, id, origin, units) {
    trace(path, this.all[id].geometry, origin, units);
  }
}

/** The areas of one level in one layout. */
export class Shapes {
  #areas;
  #anchors = [];
  /** @type {Near|null} */ near = null; // those of a country from near by, where there are any

  /**
   * @param {string} key names the level and layout
   * @param {Ground|{features: any[]}} areas of a country, or a FeatureCollection of those of a county
   */
  constructor(key, areas) {
    this.key = key;
    this.#areas = areas instanceof Ground ? areas : new Features(areas);
    this.ids = Array.from({ length: this.#areas.length }, (_, id) => id);
    /** @type {Box[]} */ this.boxes = this.ids.map((id) => this.#areas.box(id));
    this.box = hull(this.boxes);
    this.surrounded = ""; // the areas that `around` was last asked for, and how near
    this.positions = new Map(this.ids.map((id) => [this.#areas.code(id), id]));
  }

  /** What a country is drawn from; null of a county. @returns {Ground|null} */
  get ground() {
    return this.#areas instanceof Ground ? this.#areas : null;
  }

  /**
   * Have the areas of a country from near by too, from so many files.
   *
   * @param {number} files
   * @param {(file: number) => Promise<ArrayBuffer>} fetch
   */
  approach(files, fetch) {
    this.near = new Near(this.ids.length, files, fetch, (ground) => {
      for (let id = ground.first; id < ground.first + ground.length; id += 1) {
        this.boxes[id] = hull([this.boxes[id], ground.box(id)]);
      }
    });
  }

  /** @returns {AreaProperties} */
  properties(id) {
    return this.#areas.properties(id);
  }

  /** The shape of an area, from near by where that is here, or as asked for. */
  geometry(id, near = Boolean(this.near?.ground(id))) {
    return (near ? this.near.ground(id) : this.#areas).geometry(id);
  }

  /** A point well inside an area. @returns {Point} */
  anchor(id) {
    return this.#anchors[id] ??= anchorOf(this.geometry(id), this.boxes[id]);
  }

  /** Draw an area on a path, from near by or from afar: see the function of this name. */
  trace(path, id, origin, units, near = false) {
    (near ? this.near.ground(id) : this.#areas).trace(path, id, origin, units);
  }

  /** Id of an area, or -1 where this level has no such code. */
  find(code) {
    return this.positions.get(code) ?? -1;
  }

  /** Id of the area under a point, or -1. */
  at(point) {
    return this.boxes.findIndex((box, id) => (
      holds(box, point) && inside(ringsOf(this.geometry(id)), point)));
  }

  /** Ids of the areas that meet a box. */
  within(box) {
    return this.ids.filter((id) => meets(this.boxes[id], box));
  }

  /** Corners of some areas, all that their outline can be; of very many the outermost corners of the boxes around them. */
  corners(ids) {
    if (ids.length <= MANY) return ids.flatMap((id) => ringsOf(this.geometry(id)).flat());
    return outermost(ids.map((id) => this.boxes[id]), this.box);
  }

  /** The line around some areas together, as segments: every edge that only one of them has. */
  around(ids) {
    const near = Boolean(this.near?.has(ids));
    const surrounded = `${near} ${ids}`;
    if (surrounded !== this.surrounded) {
      this.surrounded = surrounded;
      this.rim = this.#edges(ids, near)
        .filter(({ areas }) => areas.length === 1)
        .map(({ edge }) => edge);
    }
    return this.rim;
  }

  /** Every edge of some areas once, with the properties of those that have it: neighbours share their corners. */
  #edges(ids, near = false) {
    const edges = new Map();
    const name = ([x, y]) => `${Math.round(x * 1e5)},${Math.round(y * 1e5)}`;
    for (const id of ids) {
      for (const ring of ringsOf(this.geometry(id, near))) {
        for (let i = 1; i < ring.length; i += 1) {
          const edge = [ring[i - 1], ring[i]];
          const key = edge.map(name).sort().join(" ");
          if (!edges.has(key)) edges.set(key, { edge, areas: [] });
          edges.get(key).areas.push(this.properties(id));
        }
      }
    }
    return [...edges.values()];
  }

  /**
   * Ward and borough outlines where there are no shapes of their own, as in a tile layout: every edge whose two sides lie
   * in different wards or boroughs, or that has one side only.
   *
   * @returns {Outline[]}
   */
  between() {
    const edges = this.#edges(this.ids);
    return ["ward", "borough"].map((kind) => {
      const coordinates = edges.filter(({ areas: [a, b] }) => a[kind] !== b?.[kind]).map(({ edge }) => edge);
      const geometry = { type: "MultiLineString", coordinates };
      return { kind, box: this.box, shapes: null, trace: (path, origin, units) => trace(path, geometry, origin, units) };
    });
  }

  /** The middle of each borough: where its name stands in a layout without places. */
  boroughs() {
    const members = Map.groupBy(this.ids, (id) => this.properties(id).borough);
    return [...members].map(([text, ids]) => {
      const mean = (axis) => ids.reduce((sum, id) => sum + this.anchor(id)[axis], 0) / ids.length;
      return { text, rank: 1, point: [mean(0), mean(1)], extent: hull(ids.map((id) => this.boxes[id])) };
    });
  }
}

/** Ward and borough outlines from the shapes of these levels. @returns {Outline[]} */
export function outlinesOf(levels) {
  return Object.entries(levels).map(([kind, shapes]) => ({
    kind,
    box: shapes.box,
    shapes: shapes.ground && shapes,
    trace: (path, origin, units, ids = shapes.ids, near = false) => {
      for (const id of ids) shapes.trace(path, id, origin, units, near);
    },
  }));
}
