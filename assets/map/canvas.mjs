/**
 * A painter that draws a pane by hand, on a canvas of its own.
 *
 * The shapes are paths in a plane of their own, made once for all panes. The areas are drawn onto a sheet that is kept;
 * what is marked is drawn over a copy of it, so that pointing at an area draws no other one again. Where the areas take
 * longer than a frame of the screen, the sheet is moved with the camera and drawn anew when that rests.
 *
 * @typedef {import("./shapes.mjs").Shapes} Shapes
 * @typedef {import("./pane.mjs").Look} Look
 * @typedef {{kind: string, find: () => any, drawn?: Drawn|null}} Line what is drawn around, whose geometry is another from near by
 */

import { make } from "../page/dom.mjs";
import { Hands } from "./hands.mjs";
import { ink, inked, penOf } from "./hatch.mjs";
import { CLEAR, HAIR, HATCHINGS, MARKS, OUTLINES, atZoom } from "./ink.mjs";
import { mercator, worldAt } from "./mercator.mjs";
import { Mosaic, tellsApart } from "./mosaic.mjs";
import { Near } from "./near.mjs";
import { meets, trace } from "./shapes.mjs";
import { View } from "./view.mjs";

const PLANE = 2 ** 20; // units of the plane of the paths that the world is wide
const SMOOTH_MS = 12; // in which the areas are drawn anew with every move
const CROWD = 2500; // areas of a country that are drawn point by point rather than as paths
const REST_MS = 100; // after the last move, those that take longer are

/** @typedef {{origin: number[], path: Path2D}} Drawn a path, and where on the world's square its plane begins */

const kept = new WeakMap(); // shapes, or features -> their paths: those of one map for all its panes

/** What there is for an object, made when first asked for. */
function once(key, find) {
  if (!kept.has(key)) kept.set(key, find());
  return kept.get(key);
}

/** The paths of the areas, each made when it is first drawn. @param {Shapes} shapes */
const areasOf = (shapes) => once(shapes, () => {
  const origin = mercator([shapes.box[0], shapes.box[3]]);
  const paths = { far: [], near: [] };
  const pathOf = (id, near) => {
    const some = near ? paths.near : paths.far;
    if (!some[id]) shapes.trace(some[id] = new Path2D(), id, origin, PLANE, near);
    return some[id];
  };
  return { origin, pathOf };
});

/** The path of an outline, made when it is first drawn; of a country, around some areas. */
function pathAlong(outline, ids, near) {
  const drawn = () => {
    const [west, , , north] = outline.box;
    const [origin, path] = [mercator([west, north]), new Path2D()];
    outline.trace(path, origin, PLANE, ids, near);
    return { origin, path };
  };
  return ids ? drawn() : once(outline, drawn);
}

const PLAIN = { nodata: CLEAR, suppressed: CLEAR, lines: CLEAR, overlay: CLEAR };

/** Whether a camera that stood somewhere stands there still. */
const samePlace = (from, { x, y, zoom }) => from?.x === x && from.y === y && from.zoom === zoom;

/** @returns {Drawn} a path around something, in a plane that begins at its first corner */
function lineOf(geometry) {
  let first = geometry.coordinates;
  while (Array.isArray(first[0])) [first] = first;
  const origin = first.length ? mercator(first) : [0, 0];
  const path = new Path2D();
  trace(path, geometry, origin, PLANE);
  return { origin, path };
}

export class CanvasPainter {
  /** Resolves when something can be painted. */ ready = Promise.resolve();
  #theme;
  #view = new View();
  #hands = null;
  #listeners = { move: [], rest: [], led: [], resize: [], click: [] };
  #canvas = make("canvas", "");
  #sheet = make("canvas", ""); // the areas and their outlines, as last drawn
  #sheetStand = null; // {x, y, zoom} from where
  #lines = make("canvas", ""); // the outlines alone, as last drawn: other colours leave them as they are
  #linesStand = null;
  #mosaic = new Mosaic(); // which area is under each pixel, from
  #mosaicStand = null; // where
  #mosaicOf = null; // and of which areas
  #cost = 0; // milliseconds that drawing it took
  #ratio = 1; // device pixels a pixel
  #due = 0; // the frame of the screen in which something is drawn
  #late = 0; // the clock by which the areas are drawn anew
  #missing = new Map(); // areas from near by that are not here: ids by where they come from
  #approaching = 0; // the clock by which these are fetched, until they have come
  #patterns = new Map(); // by hatching, colour and ratio
  #inks = new Map(); // by look
  #plains = {}; // looks of a colour alone, by its name
  /** @type {Shapes|null} */ #shapes = null;
  /** @type {Look[]} */ #looks = [];
  #ids = [];
  /** @type {import("./shapes.mjs").Outline[]} */ #outlines = [];
  /** @type {Line[]} */ #marked = [];
  #growth = new ResizeObserver(() => this.resize());

  /**
   * @param {HTMLElement} container
   * @param {{interactive: boolean, cooperative: boolean, theme: Record<string, string>}} how
   */
  constructor(container, { interactive, cooperative, theme }) {
    this.#theme = theme;
    this.container = container;
    container.append(this.#canvas);
    this.resize();
    if (interactive) this.#hands = new Hands(this.#canvas, this.#view, cooperative, () => this.#tell("led"));
    this.#view.on("move", () => {
      this.#tell("move");
      this.#soon();
    });
    this.#view.on("rest", () => this.#tell("rest"));
    this.#canvas.addEventListener("click", (event) => {
      const { left, top } = this.#canvas.getBoundingClientRect();
      if (!this.#hands?.dragged) this.#tell("click", { x: event.clientX - left, y: event.clientY - top }, event.shiftKey);
    });
    this.#growth.observe(container);
  }

  get canvas() {
    return this.#canvas;
  }

  /** Be told of a "move", its end ("rest"), that the reader takes the camera ("led"), a "resize", a "click". */
  on(kind, callback) {
    this.#listeners[kind].push(callback);
  }

  #tell(kind, ...news) {
    this.#listeners[kind].forEach((callback) => callback(...news));
  }

  close() {
    this.#growth.disconnect();
    this.#view.stop();
    cancelAnimationFrame(this.#due);
    clearTimeout(this.#late);
    clearTimeout(this.#approaching);
  }

  // -------------------------------------------------------------------------------------------------- the camera

  project(point) {
    return this.#view.project(point);
  }

  unproject(pixel) {
    return this.#view.unproject(pixel);
  }

  get stand() {
    return this.#view.stand;
  }

  go(stand, lasts) {
    this.resize(); // who sends it somewhere knows the room of now
    this.#view.go(stand, lasts);
  }

  zoomBy(levels, lasts) {
    this.#view.zoomAt(this.#view.aim + levels, undefined, lasts);
  }

  cooperate(wanted) {
    this.#hands?.cooperate(wanted);
  }

  /** Fit the container, and the pixels of the screen. */
  resize() {
    const { clientWidth: width, clientHeight: height } = this.container;
    const ratio = window.devicePixelRatio || 1;
    if (width === this.#view.width && height === this.#view.height && ratio === this.#ratio) return;
    this.#ratio = ratio;
    this.#inks.clear();
    for (const canvas of [this.#canvas, this.#sheet, this.#lines]) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    this.#sheetStand = this.#linesStand = this.#mosaicStand = null;
    this.#view.resize(width, height);
    this.#tell("resize");
    if (this.#shapes) this.draw();
  }

  // -------------------------------------------------------------------------------------------- what is painted

  restyle(theme) {
    this.#theme = theme;
    this.#inks.clear();
    this.#plains = {};
    this.#linesStand = null;
    this.#afresh();
  }

  /** Show some areas of one level in their looks. */
  show(shapes, ids, looks) {
    if (ids !== this.#ids) this.#linesStand = null;
    this.#shapes = shapes;
    this.#ids = ids;
    this.#looks = looks;
    this.#afresh();
  }

  /** Show ward and borough outlines. */
  outline(outlines) {
    if (outlines === this.#outlines) return;
    this.#outlines = outlines;
    this.#linesStand = null;
    this.#afresh();
  }

  /** Draw around areas. @param {Line[]} lines */
  mark(lines) {
    this.#marked = lines;
    for (const line of lines) line.drawn ??= lineOf(line.find());
    this.#soon();
  }

  /** Resolve when nothing is left to draw or to move. */
  async settled() {
    while (this.#view.moving || this.#due || this.#late || this.#approaching) await new Promise(requestAnimationFrame);
  }

  #afresh() {
    this.#sheetStand = null;
    this.#soon();
  }

  /** Draw in the next frame of the screen. */
  #soon() {
    this.#due ||= requestAnimationFrame(() => this.#draw(this.#cost > SMOOTH_MS));
  }

  // --------------------------------------------------------------------------------------------------- drawing

  /** Draw everything now. */
  draw() {
    this.#draw(false);
  }

  /** @param {boolean} hasty whether the areas that were drawn from elsewhere do for the moment */
  #draw(hasty) {
    cancelAnimationFrame(this.#due);
    this.#due = 0;
    if (!this.#canvas.width || !this.#canvas.height) return;
    const from = this.#sheetStand;
    const pen = penOf(this.#canvas);
    if (samePlace(from, this.#view)) this.#lay(pen);
    else if (hasty && from) {
      this.#lay(pen);
      clearTimeout(this.#late);
      this.#late = setTimeout(() => this.draw(), REST_MS);
    } else {
      const began = performance.now();
      clearTimeout(this.#late);
      this.#late = 0;
      this.#drawSheet();
      this.#lay(pen);
      this.#cost = performance.now() - began;
    }
    for (const mark of MARKS) {
      for (const { kind, drawn } of this.#marked) if (kind === mark.kind) this.#stroke(pen, drawn, mark);
    }
  }

  /** Lay the sheet where the camera now shows it. */
  #lay(pen) {
    const { x, y, zoom, width, height } = this.#view;
    const { x: sheetX, y: sheetY, zoom: sheetZoom } = this.#sheetStand;
    const larger = 2 ** (zoom - sheetZoom);
    const world = worldAt(zoom) * this.#ratio;
    const [across, down] = [(sheetX - x) * world, (sheetY - y) * world];
    pen.setTransform(1, 0, 0, 1, 0, 0);
    if (larger === 1 && !across && !down) {
      pen.drawImage(this.#sheet, 0, 0);
      return;
    }
    pen.fillStyle = this.#theme.water;
    pen.fillRect(0, 0, this.#canvas.width, this.#canvas.height);
    const half = [(width * this.#ratio) / 2, (height * this.#ratio) / 2];
    pen.setTransform(larger, 0, 0, larger, half[0] * (1 - larger) + across, half[1] * (1 - larger) + down);
    pen.drawImage(this.#sheet, 0, 0);
  }

  /** Draw the areas and their outlines from where the camera stands. */
  #drawSheet() {
    const { x, y, zoom } = this.#view;
    this.#sheetStand = { x, y, zoom };
    const pen = penOf(this.#sheet);
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.fillStyle = this.#theme.water;
    pen.fillRect(0, 0, this.#sheet.width, this.#sheet.height);
    const areas = this.#shapes && this.#areasSeen();
    if (areas?.crowd) this.#drawPoints(pen, areas);
    else if (areas) this.#drawAreas(pen, areas);
    if (!samePlace(this.#linesStand, this.#view)) this.#drawLines(areas);
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.drawImage(this.#lines, 0, 0);
  }

  /** The areas that can be seen, whether from near by, and whether they are so many that they are drawn point by point. */
  #areasSeen() {
    const { boxes, ground } = this.#shapes;
    const here = this.#seen;
    const seen = this.#ids.filter((id) => meets(boxes[id], here));
    const crowd = Boolean(ground) && seen.length > CROWD && tellsApart(boxes.length);
    return { ...areasOf(this.#shapes), seen, near: this.#nearer(this.#shapes, seen), crowd };
  }

  /** Draw the lines between areas and the outlines; where areas are drawn point by point, so are the lines between them. */
  #drawLines(areas) {
    const { x, y, zoom } = this.#view;
    this.#linesStand = { x, y, zoom };
    const pen = penOf(this.#lines);
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, this.#lines.width, this.#lines.height);
    if (areas && !areas.crowd) this.#drawHair(pen, areas);
    for (const outline of OUTLINES) {
      const drawn = atZoom(outline.opacity, zoom) && this.#outlines.find(({ kind }) => kind === outline.kind);
      if (!drawn) continue;
      const ids = drawn.shapes?.within(this.#seen);
      this.#stroke(pen, pathAlong(drawn, ids, ids && this.#nearer(drawn.shapes, ids)), outline);
    }
  }

  #drawHair(pen, { origin, pathOf, seen, near }) {
    pen.lineWidth = this.#place(pen, origin);
    pen.strokeStyle = this.#theme.hair;
    pen.globalAlpha = atZoom(HAIR, this.#view.zoom);
    if (pen.globalAlpha) for (const id of seen) pen.stroke(pathOf(id, near));
    pen.globalAlpha = 1;
  }

  /** Whether areas are drawn from near by; where these are not here, they are drawn when they have come. */
  #nearer({ near }, ids) {
    if (!near || !Near.wanted(ids.length, this.#view.zoom)) return false;
    if (near.has(ids)) return true;
    this.#missing.set(near, ids);
    clearTimeout(this.#approaching);
    this.#approaching = setTimeout(() => this.#approach(), REST_MS);
    return false;
  }

  async #approach() {
    const [mine, missing] = [this.#approaching, [...this.#missing]];
    this.#missing.clear();
    const came = await Promise.all(missing.map(([near, ids]) => near.fetch(ids))).catch((fault) => console.warn(fault));
    if (this.#approaching !== mine) return; // the camera went on, and more is missing
    this.#approaching = 0;
    if (!came) return; // from afar will do
    this.#linesStand = this.#mosaicStand = null;
    for (const line of this.#marked) line.drawn = null;
    this.mark(this.#marked);
    this.#afresh();
  }

  /** What can be seen from where the camera stands. @returns {import("./shapes.mjs").Box} */
  get #seen() {
    const { width, height } = this.#view;
    return [...this.unproject([0, height]), ...this.unproject([width, 0])];
  }

  #drawAreas(pen, { origin, pathOf, seen, near }) {
    this.#place(pen, origin);
    for (const [{ colour }, ids] of Map.groupBy(seen, (id) => this.#looks[id])) {
      pen.fillStyle = colour;
      for (const id of ids) pen.fill(pathOf(id, near), "evenodd");
    }
    for (const [name, { state, token }] of Object.entries(HATCHINGS)) {
      const hatched = seen.filter((id) => this.#looks[id][state] !== CLEAR);
      for (const [colour, ids] of Map.groupBy(hatched, (id) => (token ? this.#theme[token] : this.#looks[id][state]))) {
        pen.fillStyle = this.#pattern(pen, name, colour);
        for (const id of ids) pen.fill(pathOf(id, near), "evenodd");
      }
    }
  }

  /** Draw areas that are hardly larger than the pixels: which one is under each is found once for a stand of the camera. */
  #drawPoints(pen, { origin, seen, near }) {
    const { x, y, zoom } = this.#view;
    const { width, height } = pen.canvas;
    if (this.#mosaicOf !== this.#ids || !samePlace(this.#mosaicStand, this.#view)) {
      const groundOf = (id) => (near ? this.#shapes.near.ground(id) : this.#shapes.ground);
      this.#mosaic.lay(groundOf, seen, this.#view, this.#ratio, width, height);
      this.#mosaicOf = this.#ids;
      this.#mosaicStand = { x, y, zoom };
    }
    const places = new Map(); // of the looks that there are
    const lookOf = Uint8Array.from(this.#looks, (look) => {
      if (!places.has(look)) places.set(look, places.size);
      return places.get(look);
    });
    const inks = [...places.keys(), this.#plain("water")].map((look) => this.#inkOf(look));
    const hair = { colour: this.#inkOf(this.#plain("hair")).flat, parts: Math.round(256 * atZoom(HAIR, zoom)) };
    this.#place(pen, origin);
    const { e: across, f: down } = pen.getTransform();
    pen.setTransform(1, 0, 0, 1, 0, 0);
    const image = pen.createImageData(width, height);
    this.#mosaic.colour(new Uint32Array(image.data.buffer), lookOf, inks, hair, [Math.round(across), Math.round(down)]);
    pen.putImageData(image, 0, 0);
  }

  /** The look of a colour of the theme alone. */
  #plain(token) {
    return (this.#plains[token] ??= { ...PLAIN, colour: this.#theme[token] });
  }

  /** The colours of a look, pixel by pixel, which are mixed once. */
  #inkOf(look) {
    if (!this.#inks.has(look)) this.#inks.set(look, ink(look, this.#theme, this.#ratio));
    return this.#inks.get(look);
  }

  /** Let a pen draw in the plane of a path. @returns {number} how many of its units a pixel is */
  #place(pen, origin) {
    const { x, y, zoom, width, height } = this.#view;
    const world = worldAt(zoom);
    const scale = (world / PLANE) * this.#ratio;
    const across = ((origin[0] - x) * world + width / 2) * this.#ratio;
    const down = ((origin[1] - y) * world + height / 2) * this.#ratio;
    pen.setTransform(scale, 0, 0, scale, across, down);
    return PLANE / world;
  }

  #stroke(pen, { origin, path }, { token, width, opacity = [[0, 1]] }) {
    const { zoom } = this.#view;
    const unit = this.#place(pen, origin);
    pen.lineJoin = pen.lineCap = "round";
    pen.lineWidth = atZoom(width, zoom) * unit;
    pen.strokeStyle = this.#theme[token];
    pen.globalAlpha = atZoom(opacity, zoom);
    if (pen.globalAlpha) pen.stroke(path);
    pen.globalAlpha = 1;
  }

  /** A hatching in a colour, which moves with the map and is never larger or smaller. */
  #pattern(pen, name, colour) {
    const key = `${name} ${colour} ${this.#ratio}`;
    if (!this.#patterns.has(key)) this.#patterns.set(key, pen.createPattern(inked(HATCHINGS[name], colour, this.#ratio), "repeat"));
    const pattern = this.#patterns.get(key);
    const { a: scale, e: across, f: down } = pen.getTransform();
    const whole = (at) => (Math.round(at) - at) / scale; // on whole pixels, so that it is sharp
    pattern.setTransform(new DOMMatrix([1 / scale, 0, 0, 1 / scale, whole(across), whole(down)]));
    return pattern;
  }
}
