/**
 * Which areas, what shape? Those of a country, or some that follow one another, as whole numbers in one file: corners of rings
 * on a grid that divides the square of the world, from corner to corner. Neighbours were simplified and rounded together, so no
 * crack is between them.
 *
 * The file (geo/data/ground.py): four numbers (areas, rings, corners, and by which power of two the world is divided), then
 * for each ring its first corner across and down and how many it has, for each area how many rings, and for each further
 * corner the step to it across and down.
 *
 * @typedef {import("./shapes.mjs").Box} Box
 * @typedef {Record<string, string[]|{words: string[], of: number[]}>} Names columns: a text for each area, or places in a list
 */

import { degrees } from "./mercator.mjs";

const HEAD = 16;
const LONG = 4; // bytes of a number of 32 bits

/** The columns of a file, which follow one another without gaps. @param {ArrayBuffer} file */
function columnsOf(file) {
  const [areas, rings, corners, power] = new Uint32Array(file, 0, HEAD / LONG);
  let at = HEAD;
  const next = (Kind, length) => {
    const found = new Kind(file, at, length);
    at += found.byteLength;
    return found;
  };
  const [across, down] = [next(Int32Array, rings), next(Int32Array, rings)];
  const [length, number] = [next(Uint32Array, rings), next(Uint32Array, areas)];
  return { areas, rings, corners, power, across, down, length, number, right: next(Int16Array, corners), below: next(Int16Array, corners) };
}

/** The areas of a level of a country, or some of them. */
export class Ground {
  /**
   * @param {ArrayBuffer} file
   * @param {Names|null} names
   * @param {number} [first] id of its first area
   */
  constructor(file, names, first = 0) {
    const { areas, rings, corners, power, across, down, length, number, right, below } = columnsOf(file);
    this.length = areas;
    this.first = first;
    this.unit = 2 ** -power; // of the square of the world
    this.x = new Int32Array(corners);
    this.y = new Int32Array(corners);
    this.starts = new Uint32Array(rings + 1); // first corner of each ring
    this.rings = new Uint32Array(areas + 1); // first ring of each area
    this.bounds = new Int32Array(4 * areas); // west, north, east, south of each
    this.#names = names;
    for (let ring = 0, x = 0, y = 0, start = 0; ring < rings; ring += 1) {
      [x, y] = [x + across[ring], y + down[ring]];
      const end = start + length[ring];
      for (let i = start, atX = x, atY = y; i < end; i += 1) {
        this.x[i] = atX += right[i];
        this.y[i] = atY += below[i];
      }
      this.starts[ring + 1] = start = end;
    }
    for (let place = 0; place < areas; place += 1) {
      this.rings[place + 1] = this.rings[place] + number[place];
      this.#bound(place);
    }
  }

  #names;

  #bound(place) {
    const { bounds, x, y, starts, rings } = this;
    const begin = starts[rings[place]];
    let [west, north, east, south] = [x[begin], y[begin], x[begin], y[begin]];
    for (let i = begin + 1; i < starts[rings[place + 1]]; i += 1) {
      if (x[i] < west) west = x[i];
      else if (x[i] > east) east = x[i];
      if (y[i] < north) north = y[i];
      else if (y[i] > south) south = y[i];
    }
    [bounds[4 * place], bounds[4 * place + 1], bounds[4 * place + 2], bounds[4 * place + 3]] = [west, north, east, south];
  }

  /** A corner of the grid in degrees. */
  #degrees(x, y) {
    return degrees([x * this.unit, y * this.unit]);
  }

  /** @returns {Box} */
  box(id) {
    const { bounds, unit } = this;
    const at = 4 * (id - this.first);
    const [west, south] = degrees([bounds[at] * unit, bounds[at + 3] * unit]);
    const [east, north] = degrees([bounds[at + 2] * unit, bounds[at + 1] * unit]);
    return [west, south, east, north];
  }

  /** The rings of an area in degrees, each closed: what lies within an odd number of them is the area. */
  geometry(id) {
    const [coordinates, place] = [[], id - this.first];
    for (let ring = this.rings[place]; ring < this.rings[place + 1]; ring += 1) {
      const [start, end] = [this.starts[ring], this.starts[ring + 1]];
      const points = Array.from({ length: end - start }, (_, i) => this.#degrees(this.x[start + i], this.y[start + i]));
      coordinates.push([...points, points[0]]);
    }
    return { type: "Polygon", coordinates };
  }

  properties(id) {
    return Object.fromEntries(Object.entries(this.#names).map(([name, column]) => (
      [name, Array.isArray(column) ? column[id] : column.words[column.of[id]]])));
  }

  code(id) {
    return /** @type {string[]} */ (this.#names.code)[id];
  }

  /** Draw the rings of an area on a path, in a plane that begins at a place of the world, which is so many units wide. */
  trace(path, id, [left, top], units) {
    const scale = this.unit * units;
    const [across, down, place] = [left * units, top * units, id - this.first];
    for (let ring = this.rings[place]; ring < this.rings[place + 1]; ring += 1) {
      const start = this.starts[ring];
      path.moveTo(this.x[start] * scale - across, this.y[start] * scale - down);
      for (let i = start + 1; i < this.starts[ring + 1]; i += 1) path.lineTo(this.x[i] * scale - across, this.y[i] * scale - down);
      path.closePath();
    }
  }
}
