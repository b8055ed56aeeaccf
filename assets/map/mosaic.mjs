/**
 * Which area is under every point of the screen? Found once for where the camera stands, so that other colours are a look
 * into a table for each pixel, and touch no shape: for countries, whose areas are smaller than what it takes to draw them.
 *
 * A pixel has several points, so that edges are smooth: an edge has the middle of the colours on its sides.
 *
 * @typedef {import("./ground.mjs").Ground} Ground
 * @typedef {import("./view.mjs").View} View
 */

import { worldAt } from "./mercator.mjs";

const NOBODY = 0xffff; // under a point where no area is
const POINTS = 2; // of a pixel each way, where the screen has no finer ones than the page

/** The middle of four colours, each of four bytes. */
const mixed = (a, b, c, d) => (
  ((((a & 0xff00ff) + (b & 0xff00ff) + (c & 0xff00ff) + (d & 0xff00ff)) >>> 2) & 0xff00ff)
  | ((((a >>> 8) & 0xff00ff) + ((b >>> 8) & 0xff00ff) + ((c >>> 8) & 0xff00ff) + ((d >>> 8) & 0xff00ff)) << 6 & 0xff00ff00));

/** A colour laid over another: one of 0 to 256 parts of it. */
function over(under, colour, parts) {
  const rest = 256 - parts;
  const [odd, even] = [0xff00ff, 0xff00ff00];
  return ((((under & odd) * rest + (colour & odd) * parts) >>> 8) & odd)
    | (((((under >>> 8) & odd) * rest + ((colour >>> 8) & odd) * parts)) & even);
}

/** The areas of a country that a mosaic can tell apart. */
export const tellsApart = (number) => number < NOBODY;

export class Mosaic {
  width = 0; // points across
  height = 0;
  #under = new Uint16Array(0);
  #times = 0; // points of a pixel each way
  #flat = new Uint32Array(NOBODY + 1);
  #tiled = new Uint8Array(NOBODY + 1);
  // Where the edges of one area cross the rows of points: scratch that grows.
  #row = new Int32Array(1024);
  #at = new Float64Array(1024);
  #sorted = new Float64Array(1024);
  #first = new Int32Array(1024);

  /**
   * Find the areas under a screen.
   *
   * @param {(id: number) => Ground} groundOf which has an area
   * @param {number[]} ids of the areas that can be seen
   * @param {View} view
   * @param {number} ratio device pixels a pixel
   */
  lay(groundOf, ids, view, ratio, width, height) {
    this.#times = ratio < POINTS ? POINTS : 1;
    this.width = width * this.#times;
    this.height = height * this.#times;
    if (this.#under.length !== this.width * this.height) this.#under = new Uint16Array(this.width * this.height);
    this.#under.fill(NOBODY);
    const world = worldAt(view.zoom) * ratio * this.#times;
    const left = (view.width * ratio * this.#times) / 2 - view.x * world - 0.5; // a point is in the middle of its cell
    const top = (view.height * ratio * this.#times) / 2 - view.y * world - 0.5;
    for (const id of ids) {
      const ground = groundOf(id);
      this.#put(ground, id, ground.unit * world, left, top);
    }
  }

  /** Put one area: between each pair of crossings of a row of points. */
  #put({ x, y, starts, rings, first: firstId }, id, scale, left, top) {
    const place = id - firstId;
    let [count, least, most] = [0, Infinity, -Infinity];
    const { height, width } = this;
    for (let ring = rings[place]; ring < rings[place + 1]; ring += 1) {
      const end = starts[ring + 1];
      for (let i = starts[ring], last = end - 1; i < end; last = i, i += 1) {
        if (y[i] === y[last]) continue;
        // From the upper to the lower end, so that both sides of an edge find the same crossings.
        const [a, b] = y[i] < y[last] ? [i, last] : [last, i];
        const [ay, by] = [y[a] * scale + top, y[b] * scale + top];
        const begin = Math.max(0, Math.ceil(ay));
        const stop = Math.min(height, Math.ceil(by));
        if (begin >= stop) continue;
        const ax = x[a] * scale + left;
        const slope = (x[b] * scale + left - ax) / (by - ay);
        if (begin < least) least = begin;
        if (stop > most) most = stop;
        if (count + stop - begin > this.#row.length) this.#grow(count + stop - begin);
        for (let row = begin; row < stop; row += 1) {
          this.#row[count] = row;
          this.#at[count] = ax + (row - ay) * slope;
          count += 1;
        }
      }
    }
    if (!count) return;
    const rows = most - least;
    if (rows + 1 > this.#first.length) this.#first = new Int32Array(2 * rows);
    const first = this.#first.fill(0, 0, rows + 1);
    for (let i = 0; i < count; i += 1) first[this.#row[i] - least + 1] += 1;
    for (let row = 0; row < rows; row += 1) first[row + 1] += first[row];
    // Each crossing into its row, in order.
    const sorted = this.#sorted;
    for (let i = count - 1; i >= 0; i -= 1) {
      const row = this.#row[i] - least;
      sorted[first[row + 1] - 1] = this.#at[i];
      first[row + 1] -= 1;
    }
    // Counting down has moved each row's beginning one place up.
    for (let row = 0; row < rows; row += 1) {
      const begin = first[row + 1];
      const end = row + 1 < rows ? first[row + 2] : count;
      for (let i = begin + 1; i < end; i += 1) {
        const value = sorted[i];
        let k = i - 1;
        for (; k >= begin && sorted[k] > value; k -= 1) sorted[k + 1] = sorted[k];
        sorted[k + 1] = value;
      }
      const line = (row + least) * width;
      for (let i = begin; i + 1 < end; i += 2) {
        const from = Math.max(0, Math.ceil(sorted[i]));
        const to = Math.min(width, Math.ceil(sorted[i + 1]));
        for (let point = from; point < to; point += 1) this.#under[line + point] = id;
      }
    }
  }

  #grow(least) {
    const longer = (Kind, old) => {
      const found = new Kind(2 * least);
      found.set(old);
      return found;
    };
    this.#row = longer(Int32Array, this.#row);
    this.#at = longer(Float64Array, this.#at);
    this.#sorted = new Float64Array(2 * least);
  }

  /**
   * Colour the screen.
   *
   * @param {Uint32Array} pixels of the screen, row by row
   * @param {Uint8Array} lookOf place of each area's look in `inks`; the last ink is where no area is
   * @param {{flat: number, side: number, tile: Uint32Array|null}[]} inks one colour, or a square of colours that repeats
   * @param {{colour: number, parts: number}} hair between areas: a colour, and how many of 256 parts of it
   * @param {number[]} shift pixels by which the squares are moved
   */
  colour(pixels, lookOf, inks, { colour: hair, parts }, [across, down]) {
    const times = this.#times;
    const under = this.#under;
    const { width, height } = this;
    const columns = width / times;
    const flat = this.#flat; // colour of each area, but of those with a tile
    const tiled = this.#tiled; // place of the ink and one, of areas with a tile
    const [flats, tiles] = [inks.map((ink) => ink.flat), inks.map(({ tile }, i) => (tile ? i + 1 : 0))];
    for (let area = 0; area < lookOf.length; area += 1) {
      flat[area] = flats[lookOf[area]];
      tiled[area] = tiles[lookOf[area]];
    }
    flat[NOBODY] = flats.at(-1);
    const inkAt = (area, x, y) => {
      if (!tiled[area]) return flat[area];
      const { side, tile } = inks[tiled[area] - 1];
      return tile[((y - down) % side + side) % side * side + ((x - across) % side + side) % side];
    };
    let pixel = 0;
    for (let y = 0; y < height / times; y += 1) {
      let point = y * times * width;
      for (let x = 0; x < columns; x += 1, point += times, pixel += 1) {
        const a = under[point];
        if (times === 1) {
          pixels[pixel] = inkAt(a, x, y);
          continue;
        }
        const b = under[point + 1];
        const c = under[point + width];
        const d = under[point + width + 1];
        if (a === b && a === c && a === d) {
          pixels[pixel] = inkAt(a, x, y);
          continue;
        }
        const found = mixed(inkAt(a, x, y), inkAt(b, x, y), inkAt(c, x, y), inkAt(d, x, y));
        pixels[pixel] = parts ? over(found, hair, parts) : found;
      }
    }
  }
}
