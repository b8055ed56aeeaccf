/**
 * Where on the screen is a place? Web Mercator: the world is a square of 0 to 1 both ways, north at the top, and a zoom
 * says how large it is drawn.
 *
 * @typedef {import("./shapes.mjs").Point} Point
 * @typedef {import("./shapes.mjs").Box} Box
 * @typedef {{center: Point, zoom: number}} Stand where a camera stands
 */

export const WORLD_PX = 512; // width of the world at zoom 0

/** A place in degrees on the square of the world. */
export const mercator = ([lng, lat]) => [
  (lng + 180) / 360,
  (1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2,
];

/** @returns {Point} a place of the square of the world in degrees */
export const degrees = ([x, y]) => [x * 360 - 180, (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI];

/** Width of the world in pixels. */
export const worldAt = (zoom) => WORLD_PX * 2 ** zoom;

/**
 * From where a box fills a screen.
 *
 * @param {Box} box
 * @param {{width: number, height: number}} size of the screen
 * @returns {Stand}
 */
export function filling([west, south, east, north], { width, height }) {
  const [left, top] = mercator([west, north]);
  const [right, bottom] = mercator([east, south]);
  const world = Math.min(Math.max(width, 1) / (right - left || 1e-9), Math.max(height, 1) / (bottom - top || 1e-9));
  return { center: degrees([(left + right) / 2, (top + bottom) / 2]), zoom: Math.log2(world / WORLD_PX) };
}
