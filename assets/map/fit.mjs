/**
 * Where must the camera stand, so that a place is as large as can be and clear of what lies over the map?
 *
 * A county is rarely a rectangle: a legend may stand in a corner that its outline leaves empty. So the outline is tried
 * against the obstacles at one size after another, nearest to the middle first.
 *
 * @typedef {import("./shapes.mjs").Point} Point
 * @typedef {{left: number, top: number, right: number, bottom: number}} Rectangle pixels from the map's upper left
 */

import { WORLD_PX, degrees, mercator, worldAt } from "./mercator.mjs";

const CLEAR_PX = 8; // kept between the place and an obstacle
const SHRINK = 0.97;
const TRIES = 45;
const SHIFTS = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9, 0, 1]; // shares of the free room before the place
const BANDS = 60;

/** The outermost points in each of some bands across and along: what can meet an obstacle in a corner. */
function profile(points) {
  const range = (axis) => {
    const values = points.map((point) => point[axis]);
    return [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
  };
  const kept = new Set();
  for (const [across, along] of [[0, 1], [1, 0]]) {
    const [low, high] = range(along);
    const bands = new Map();
    for (const point of points) {
      const band = Math.floor(((point[along] - low) / (high - low || 1)) * BANDS);
      const [least, most] = bands.get(band) ?? [point, point];
      bands.set(band, [point[across] < least[across] ? point : least, point[across] > most[across] ? point : most]);
    }
    for (const pair of bands.values()) pair.forEach((point) => kept.add(point));
  }
  return { outline: [...kept], x: range(0), y: range(1) };
}

const meets = (outline, scale, x, y, obstacles) => outline.some(([px, py]) => {
  const left = px * scale + x;
  const top = py * scale + y;
  return obstacles.some((box) => box.left < left && left < box.right && box.top < top && top < box.bottom);
});

/** Whether a camera shows some points under an obstacle. */
export function hides(points, { center, zoom }, { width, height }, obstacles) {
  const scale = worldAt(zoom);
  const [x, y] = mercator(center);
  return meets(profile(points.map(mercator)).outline, scale, width / 2 - x * scale, height / 2 - y * scale, obstacles);
}

/**
 * @param {Point[]} points an outline in degrees
 * @param {{width: number, height: number}} size of the map in pixels
 * @param {Rectangle[]} obstacles what lies over it
 * @param {{margin?: number, maxZoom?: number, middle?: boolean}} options `middle`: not beside the middle, as under a divider
 * @returns {import("./mercator.mjs").Stand}
 */
export function fitAround(points, { width, height }, obstacles, { margin = 16, maxZoom = 15, middle = false } = {}) {
  const { outline, x: [west, east], y: [north, south] } = profile(points.map(mercator));
  const grown = obstacles.map(({ left, top, right, bottom }) => (
    { left: left - CLEAR_PX, top: top - CLEAR_PX, right: right + CLEAR_PX, bottom: bottom + CLEAR_PX }));
  const largest = Math.min(
    Math.max(width - 2 * margin, 1) / (east - west || 1e-9),
    Math.max(height - 2 * margin, 1) / (south - north || 1e-9),
    worldAt(maxZoom),
  );
  const camera = (scale, x, y) => (
    { center: degrees([(width / 2 - x) / scale, (height / 2 - y) / scale]), zoom: Math.log2(scale / WORLD_PX) });
  for (let k = 0, scale = largest; k < TRIES; k += 1, scale *= SHRINK) {
    const free = [width - 2 * margin - (east - west) * scale, height - 2 * margin - (south - north) * scale];
    for (const across of middle ? [0.5] : SHIFTS) {
      for (const down of SHIFTS) {
        const x = margin + across * free[0] - west * scale;
        const y = margin + down * free[1] - north * scale;
        if (!meets(outline, scale, x, y, grown)) return camera(scale, x, y);
      }
    }
  }
  return camera(largest, width / 2 - ((west + east) / 2) * largest, height / 2 - ((north + south) / 2) * largest);
}
