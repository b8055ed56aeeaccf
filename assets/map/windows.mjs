/**
 * Where do the areas that matter crowd together? Up to two square windows, to be framed on the map and magnified.
 *
 * A window has the same size everywhere, so that two insets compare: six or seven times the size of a typical area that
 * matters. The first lies where most of them are, the second where most of the others are. A window chosen before stays
 * while it still serves, so that stepping through months does not move the insets.
 *
 * @typedef {import("./shapes.mjs").Box} Box
 * @typedef {{box: Box, ids: number[]}} Window
 */

import { holds, hull, meets } from "./shapes.mjs";

export const MOST = 2;
const FEWEST = 2; // areas that make a crowd
const SPAN = 6.5; // width of a window in widths of a typical area
const LEAST = 4; // times that the view must be wider than a window to be worth magnifying
const ENOUGH = 0.75; // share of the best crowd that keeps an earlier window in place

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** Degrees of longitude that are as long as one degree of latitude. */
const stretchAt = (latitude) => 1 / Math.cos((latitude * Math.PI) / 180);

/**
 * @param {import("./shapes.mjs").Shapes} shapes
 * @param {number[]} ids the areas that matter: flagged or top ranked
 * @param {Box} view what the map shows
 * @param {Box[]} earlier windows on the screen now
 * @returns {Window[]} from north to south
 */
export function chooseWindows(shapes, ids, view, earlier = []) {
  if (ids.length < FEWEST) return [];
  const [west, south, east, north] = view;
  const stretch = stretchAt((south + north) / 2);
  const extent = Math.max((east - west) / stretch, north - south);
  const typical = median(ids.map((id) => {
    const box = shapes.boxes[id];
    return Math.max((box[2] - box[0]) / stretch, box[3] - box[1]);
  }));
  const side = Math.max(SPAN * typical, extent / 40);
  if (side > extent / LEAST) return []; // these areas are large enough to be seen

  const around = ([x, y]) => [x - (side / 2) * stretch, y - side / 2, x + (side / 2) * stretch, y + side / 2];
  const crowd = (box, pool) => pool.filter((id) => holds(box, shapes.anchors[id]));
  const centred = (box, pool) => {
    const [x0, y0, x1, y1] = hull(crowd(box, pool).map((id) => [...shapes.anchors[id], ...shapes.anchors[id]]));
    return around([(x0 + x1) / 2, (y0 + y1) / 2]);
  };
  const width = (box) => box[2] - box[0];
  const usable = earlier.filter((box) => Math.abs(width(box) / (side * stretch) - 1) < 0.5);

  const chosen = [];
  let pool = ids;
  while (chosen.length < MOST) {
    const free = (box) => !chosen.some((window) => meets(window.box, box));
    const best = (boxes) => boxes.filter(free)
      .map((box) => ({ box, ids: crowd(box, pool) }))
      .reduce((a, b) => (b.ids.length > a.ids.length ? b : a), { ids: [] });
    const fresh = best(pool.map((id) => centred(around(shapes.anchors[id]), pool)));
    const kept = best(usable);
    const window = kept.ids.length >= ENOUGH * fresh.ids.length ? kept : fresh;
    if (window.ids.length < FEWEST) break;
    chosen.push(window);
    pool = pool.filter((id) => !window.ids.includes(id));
  }
  return chosen.sort((a, b) => b.box[3] - a.box[3]);
}
