/**
 * What is written on a pane: numbers of the ranked areas, frames of the insets, names of places. They are elements of
 * the page, drawn by its own fonts, so that they stay sharp, grow with its type, and need no glyphs from anywhere.
 *
 * Numbers that crowd are moved apart, with a line to their area; names give way to numbers, frames and larger places.
 *
 * @typedef {import("./shapes.mjs").Point} Point
 * @typedef {import("./shapes.mjs").Box} Box
 * @typedef {{text: string, point: Point, extent: Box}} Badge extent: the box around its area
 * @typedef {{text: string, point: Point, rank: number, extent?: Box}} Place rank 1 is the largest; extent: of an area
 *   that the middle of its name may not leave
 * @typedef {{name: string, box: Box}} Frame
 */

import { make } from "../page/dom.mjs";

const SVG = "http://www.w3.org/2000/svg";
const MARGIN = 3;
const DOT = 4; // least radius around the middle of a small area that numbers leave free
const ROUNDS = 120; // of moving numbers apart
const FREE = 80; // of these, that leave free what is numbered; where there is too little room that comes last
const ROOMY = 1.7; // an area of so many times the size of its number has room for it
const WIDE_FRAME = 220; // from this width on screen a frame leaves its names and numbers to the main map
const NEAR = [[0, 0], [0, -1], [0, 1], [1, 0], [-1, 0]]; // where a name may stand about its place, in its own size
const RING = [[0, -2], [0, 2], [1, 1], [1, -1], [-1, 1], [-1, -1], [0, -3], [0, 3], [1, 3], [1, -3], [-1, 3], [-1, -3]];
const FAR = [...NEAR, ...RING]; // where the name of a large place may stand rather than be left out
const LARGE = 2; // the last rank of a large place
const GRID = [-2, -1, 0, 1, 2].flatMap((dx) => Array.from({ length: 17 }, (_, i) => [dx, i - 8]));
const WIDE = GRID.sort((a, b) => Math.hypot(2 * a[0], a[1]) - Math.hypot(2 * b[0], b[1])); // or within its area, beside what leads

const clash = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
const holds = (box, /** @type {number[]} */ [x, y]) => box.left <= x && x <= box.right && box.top <= y && y <= box.bottom;
const middle = ({ left, right, top, bottom }) => [(left + right) / 2, (top + bottom) / 2];

/**
 * Where a name stands that is nearest to its place, on the pane and clear of what else lies there; undefined where nowhere.
 *
 * @param {[number, number]} point
 * @param {[number, number]} size
 * @param {number} rank
 * @param {{width: number, height: number}} whole
 * @param {import("./fit.mjs").Rectangle[]} taken
 * @param {import("./fit.mjs").Rectangle} [within] what its middle may not leave
 * @param {import("./fit.mjs").Rectangle[]} [shy] what it leaves free too, where it can
 */
export function besidePlace([x, y], [width, height], rank, whole, taken, within, shy = []) {
  const spots = (rank > LARGE ? NEAR : shy.length ? WIDE : FAR).map(([dx, dy]) => {
    const left = x - width / 2 + dx * (width / 2 + 12);
    const top = y - height / 2 + dy * (height / 2 + 4);
    return { left: left - MARGIN, right: left + width + MARGIN, top, bottom: top + height };
  });
  const free = spots.filter((box) => box.left >= 0 && box.right <= whole.width && box.top >= 0 && box.bottom <= whole.height &&
    (!within || holds(within, middle(box))) && !taken.some((other) => clash(box, other)));
  return free.find((box) => !shy.some((other) => clash(box, other))) ?? free[0];
}

/**
 * Move discs of some radii apart until no two overlap, nor any covers a fixed disc, each staying as near to its origin as
 * that allows.
 *
 * @param {[number, number][]} points
 * @param {number[]} radii
 * @param {{point: [number, number], radius: number}[]} [fixed]
 * @param {(point: [number, number], i: number) => [number, number]} [keep] where a disc may be that would be at a point
 */
export function spread(points, radii, fixed = [], keep = ([x, y]) => [x, y]) {
  const moved = points.map(keep);
  for (let round = 0; round < ROUNDS; round += 1) {
    let still = true;
    const part = (a, b, least, share) => {
      let dx = b[0] - a[0];
      let dy = b[1] - a[1];
      const gap = Math.hypot(dx, dy);
      if (gap >= least - 0.01) return;
      still = false;
      if (gap < 1e-6) [dx, dy] = [Math.cos(round), Math.sin(round)];
      const push = (least - gap) / (gap || 1);
      a[0] -= dx * push * (1 - share);
      a[1] -= dy * push * (1 - share);
      b[0] += dx * push * share;
      b[1] += dy * push * share;
    };
    for (let i = 0; i < moved.length; i += 1) {
      for (let j = i + 1; j < moved.length; j += 1) part(moved[i], moved[j], radii[i] + radii[j], 0.5);
      if (round < FREE) for (const { point, radius } of fixed) part(point, moved[i], radii[i] + radius, 1);
    }
    if (still) break;
    moved.forEach((point, i) => { moved[i] = keep(point, i); });
  }
  return moved;
}

/** A point beside another, away from the middle of a crowd. */
function outwards([x, y], crowd, distance) {
  const mean = (axis) => crowd.reduce((sum, point) => sum + point[axis], 0) / crowd.length;
  const [dx, dy] = [x - mean(0), y - mean(1)];
  const length = Math.hypot(dx, dy);
  return length < 1 ? [x, y - distance] : [x + (dx / length) * distance, y + (dy / length) * distance];
}

const SIDES = ["over", "over end", "under", "under end"]; // where the name of a frame may stand, as in map.css

/**
 * Where the names of frames stand: over them, or elsewhere beside them where another frame or its name is in the way, or
 * the edge of the pane would cut them.
 *
 * @param {import("./fit.mjs").Rectangle[]} frames
 * @param {number[][]} sizes of the names
 * @param {{width: number, height: number}} whole
 */
export function besideFrames(frames, sizes, whole) {
  const found = [];
  frames.forEach(({ left, top, right, bottom }, i) => {
    const [width, height] = sizes[i];
    const spots = [top - height, bottom].flatMap((y) => [left, right - width].map((x) => (
      { left: x, top: y, right: x + width, bottom: y + height })));
    const others = [...frames.filter((_, k) => k !== i), ...found.map(({ spot }) => spot)];
    const free = spots.filter((spot) => !others.some((other) => clash(spot, other)));
    const within = (spot) => spot.left >= 0 && spot.right <= whole.width && spot.top >= 0 && spot.bottom <= whole.height;
    const spot = free.find(within) ?? free[0] ?? spots[0];
    found.push({ side: SIDES[spots.indexOf(spot)], spot });
  });
  return found;
}

export class Marks {
  /** @param {import("./pane.mjs").Pane} pane */
  constructor(pane) {
    this.pane = pane;
    this.lines = document.createElementNS(SVG, "svg");
    this.layer = make("div", "map-marks", { "aria-hidden": "true" }, this.lines);
    this.items = { frame: [], badge: [], place: [] };
    this.written = "";
    /** @type {Box[]} */ this.shy = [];
    // What was measured in the type of now: to ask the browser has it lay out the whole page.
    /** @type {Map<string, number[]>} */ this.sizes = new Map();
    this.whole = { width: 0, height: 0 };
    /** @type {import("./fit.mjs").Rectangle[]} */ this.obstacles = []; // what lies over the pane
    pane.element.append(this.layer);
    this.remeasure();
    pane.on("move", () => this.arrange());
    pane.on("resize", () => this.remeasure());
  }

  /**
   * Replace what is written; say whether it is something else, which is then to be measured and arranged.
   *
   * @param {{frames?: Frame[], badges?: Badge[], places?: Place[], shy?: Box[]}} marks `shy`: what names leave free
   *   where they can
   */
  write({ frames = [], badges = [], places = [], shy = [] }) {
    const written = JSON.stringify([frames, badges, places, shy]);
    if (written === this.written) return false;
    this.written = written;
    this.shy = shy;
    const before = Map.groupBy(this.#all(), ({ key }) => key);
    const items = (kind, list, textOf, inner = textOf) => list.map((mark) => {
      const key = `${kind} ${textOf(mark)}`;
      return { ...mark, kind, key, element: before.get(key)?.shift()?.element ?? make("div", `map-${kind}`, {}, inner(mark)) };
    });
    const text = (mark) => mark.text;
    this.items = {
      frame: items("frame", frames, ({ name }) => name, ({ name }) => make("span", "", {}, name)),
      badge: items("badge", badges, text),
      place: items("place", [...places].sort((a, b) => a.rank - b.rank), text),
    };
    for (const { element } of [...before.values()].flat()) element.remove();
    let next = this.lines.nextSibling;
    for (const { element } of this.#all()) {
      if (element === next) next = next.nextSibling;
      else this.layer.insertBefore(element, next);
    }
    for (const item of this.#all()) if (!this.sizes.has(item.key)) item.element.hidden = false; // hidden it has no size
    return true;
  }

  #all() {
    return [...this.items.frame, ...this.items.badge, ...this.items.place];
  }

  /** Read all sizes anew, after the pane or the page's type changed, and arrange what is written. */
  remeasure() {
    const { clientWidth: width, clientHeight: height } = this.pane.element;
    this.whole = { width, height };
    this.sizes.clear();
    for (const { element } of this.#all()) element.hidden = false;
    this.measure();
    this.arrange();
  }

  /** Read the sizes that are not known yet. */
  measure() {
    for (const item of this.#all()) {
      const { key, box, element } = item;
      if (!this.sizes.has(key)) {
        const measured = box ? element.firstChild : element;
        this.sizes.set(key, [measured.offsetWidth, measured.offsetHeight]);
      }
      item.size = this.sizes.get(key);
    }
  }

  /** Put everything where the camera now shows its place. */
  arrange() {
    const project = (point) => this.pane.project(point);
    const taken = [...this.obstacles, ...this.#arrangeFrames(project)];
    taken.push(...this.#arrangeBadges(project, taken));
    this.#arrangePlaces(project, taken);
  }

  #arrangeFrames(project) {
    const taken = [];
    const places = this.items.frame.map(({ box }) => this.#rectangle(project, box));
    const names = besideFrames(places, this.items.frame.map(({ size }) => size), this.whole);
    for (const [i, { element }] of this.items.frame.entries()) {
      const { left, top, right, bottom } = places[i];
      Object.assign(element.style, {
        transform: `translate(${left}px, ${top}px)`, width: `${right - left}px`, height: `${bottom - top}px`,
      });
      element.classList.toggle("map-frame-wide", right - left >= WIDE_FRAME);
      if (right - left < WIDE_FRAME) taken.push({ left, top, right, bottom, framed: true });
      element.dataset.name = names[i].side;
      taken.push(names[i].spot);
    }
    return taken;
  }

  #arrangeBadges(project, taken) {
    const { badge } = this.items;
    if (!badge.length) {
      this.lines.replaceChildren();
      return [];
    }
    const framed = taken.filter((box) => box.framed);
    const origins = badge.map(({ point }) => project(point));
    const { width: right, height: bottom } = this.whole;
    const shown = origins.map((point) => (
      holds({ left: 0, top: 0, right, bottom }, point) && !framed.some((box) => holds(box, point))));
    const visible = [...badge.keys()].filter((i) => shown[i]);
    badge.forEach(({ element }, i) => { element.hidden = !shown[i]; });
    this.lines.replaceChildren();
    const height = badge[0].size[1];
    const small = visible.filter((i) => this.#narrow(project, badge[i].extent) < ROOMY * height);
    const starts = visible.map((i) => (small.includes(i) ? outwards(origins[i], visible.map((k) => origins[k]), height) : origins[i]));
    const radii = visible.map((i) => Math.max(badge[i].size[0], height) / 2 + 1);
    const free = (i) => Math.max(DOT, this.#narrow(project, badge[i].extent) / 2); // what it numbers is seen beside it
    const fixed = small.map((i) => ({ point: origins[i], radius: free(i) }));
    const places = spread(starts, radii, fixed, (point, k) => { // what gives way to a frame or an edge may meet another
      const [width] = badge[visible[k]].size;
      const [x, y] = this.#free(point, width, height, taken);
      return [Math.min(Math.max(x, width / 2), right - width / 2), Math.min(Math.max(y, height / 2), bottom - height / 2)];
    });
    return visible.map((i, k) => {
      const { element, size: [width] } = badge[i];
      const [x, y] = places[k];
      element.style.transform = `translate(${x - width / 2}px, ${y - height / 2}px)`;
      if (Math.hypot(x - origins[i][0], y - origins[i][1]) > height / 3) this.#lead(origins[i], [x, y]);
      return { left: x - width / 2, right: x + width / 2, top: y - height / 2, bottom: y + height / 2 };
    });
  }

  /** The middle for a number of some size that is nearest to a point, on the pane and clear of what else lies there. */
  #free([x, y], width, height, taken) {
    const { width: right, height: bottom } = this.whole;
    const on = (/** @type {number[]} */ [dx, dy]) => (
      x + dx >= width / 2 && x + dx <= right - width / 2 && y + dy >= height / 2 && y + dy <= bottom - height / 2);
    for (const box of taken) {
      const [west, east] = [box.left - width / 2, box.right + width / 2];
      const [north, south] = [box.top - height / 2, box.bottom + height / 2];
      if (x <= west || x >= east || y <= north || y >= south) continue;
      const steps = [[west - x, 0], [east - x, 0], [0, north - y], [0, south - y]];
      const [dx, dy] = (steps.some(on) ? steps.filter(on) : steps)
        .reduce((a, b) => (Math.hypot(...b) < Math.hypot(...a) ? b : a));
      return [x + dx, y + dy];
    }
    return [x, y];
  }

  /** A box on the screen. */
  #rectangle(project, [west, south, east, north]) {
    const [left, top] = project([west, north]);
    const [right, bottom] = project([east, south]);
    return { left, top, right, bottom };
  }

  /** The shorter side of a box on the screen. */
  #narrow(project, box) {
    const { left, top, right, bottom } = this.#rectangle(project, box);
    return Math.min(right - left, bottom - top);
  }

  /** Draw a line from a number to its area, light under dark so that it stands out on any colour. */
  #lead([x1, y1], [x2, y2]) {
    const draw = (tag, values) => {
      const shape = document.createElementNS(SVG, tag);
      for (const [name, value] of Object.entries(values)) shape.setAttribute(name, value);
      this.lines.append(shape);
    };
    draw("line", { x1, y1, x2, y2, class: "map-lead" });
    draw("line", { x1, y1, x2, y2 });
    draw("circle", { cx: x1, cy: y1, r: 3 });
  }

  #arrangePlaces(project, taken) {
    const shy = this.shy.map((box) => this.#rectangle(project, box));
    for (const { point, rank, extent, element, size } of this.items.place) {
      const within = extent && this.#rectangle(project, extent);
      const spot = besidePlace(project(point), size, rank, this.whole, taken, within, shy);
      element.hidden = !spot;
      if (!spot) continue;
      taken.push(spot);
      element.style.transform = `translate(${Math.round(spot.left + MARGIN)}px, ${Math.round(spot.top)}px)`;
    }
  }
}
