/**
 * How thick and how strong is every line of the map, and what do its hatchings look like?
 *
 * A measure that changes with the zoom is a list of stops, [zoom, value]; between two it is in proportion.
 */

export const CLEAR = "rgba(0,0,0,0)";

/** The lines between areas, fainter where there are many: their opacity. */
export const HAIR = [[6.5, 0], [8.5, 0.3], [10, 0.5], [13, 0.9]];

/** Ward and borough outlines in drawing order, fainter where a county, or all of England, has too many for full ink. */
export const OUTLINES = [
  { kind: "ward", token: "ink", width: [[11, 0.8], [14, 1.6]], opacity: [[7, 0], [9, 0.35], [12, 0.9]] },
  { kind: "borough", token: "casing", width: [[9, 2.6], [14, 5]], opacity: [[9, 0.3], [10, 0.7]] }, // on any colour
  {
    kind: "borough", token: "ink", width: [[6, 0.5], [8.5, 1.6], [11, 1.6], [14, 2.4]], opacity: [[6, 0.6], [8.5, 1]],
  },
];

/**
 * Thin lines around the areas that stand out while the others are faded; and two around what is marked, a dark and a light one, so
 * that one of them stands out on any colour.
 */
export const MARKS = [
  { kind: "brushed", token: "ink", width: [[9, 0.9], [13, 1.8]] },
  { kind: "set", token: "dark", width: [[9, 4], [13, 6]] },
  { kind: "set", token: "light", width: [[9, 1.6], [13, 2.4]] },
  { kind: "hover", token: "light", width: [[0, 4.5]] },
  { kind: "hover", token: "dark", width: [[0, 2]] },
  { kind: "selected", token: "dark", width: [[9, 6.5], [13, 9]] },
  { kind: "selected", token: "halo", width: [[9, 3], [13, 4.5]] },
];

/** Hatchings in drawing order: what of a look gives their colour, and how far a pixel lies outside their ink. */
export const HATCHINGS = {
  nodata: { state: "nodata", size: 10, distance: (x, y) => stripe(x + y, 10, 0.55) },
  suppressed: {
    state: "suppressed", size: 10, distance: (x, y) => Math.min(stripe(x + y, 10, 0.5), stripe(x - y, 10, 0.5)),
  },
  lines: { state: "lines", size: 6, distance: (_x, y) => Math.abs(y - 2.5) - 0.5 }, // over what is less than expected
  casing: { state: "overlay", token: "casing", size: 8, distance: (x, y) => Math.hypot(x - 4, y - 4) - 2.6 }, // for any colour
  overlay: { state: "overlay", size: 8, distance: (x, y) => Math.hypot(x - 4, y - 4) - 1.7 },
};

/** Distance of a point to the nearest of the diagonal stripes that repeat every `step`, less half their width. */
function stripe(along, step, half) {
  const rest = ((along % step) + step) % step;
  return Math.min(rest, step - rest) / Math.SQRT2 - half;
}

/** A measure at a zoom. */
export function atZoom(stops, zoom) {
  const after = stops.findIndex(([stop]) => zoom < stop);
  if (after === 0) return stops[0][1];
  if (after < 0) return stops.at(-1)[1];
  const [[low, start], [high, end]] = [stops[after - 1], stops[after]];
  return start + ((end - start) * (zoom - low)) / (high - low);
}

/**
 * One tile of a hatching.
 *
 * @param {{size: number, distance: (x: number, y: number) => number}} hatching
 * @param {number} ratio device pixels a pixel
 * @param {(distance: number) => number} strength share of ink at so many device pixels outside it
 * @returns {{side: number, alpha: Uint8ClampedArray}} square of so many device pixels, row by row
 */
export function tile({ size, distance }, ratio, strength) {
  const side = Math.round(size * ratio);
  const exact = side / size;
  const alpha = Uint8ClampedArray.from({ length: side * side }, (_, i) => (
    255 * strength(distance(((i % side) + 0.5) / exact, (Math.floor(i / side) + 0.5) / exact) * exact)));
  return { side, alpha };
}
