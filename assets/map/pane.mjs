/**
 * One map of the page: the areas, their outlines, the marked ones, and what is written on them. The main map, the insets
 * and the second map of a comparison are all panes, so that they colour, select and highlight by the same code.
 *
 * A painter draws it and moves its camera.
 *
 * @typedef {import("./shapes.mjs").Shapes} Shapes
 * @typedef {object} Look how one area is drawn: CSS colours; "transparent" draws nothing
 * @property {string} colour
 * @property {string} nodata hatching of an area without data
 * @property {string} suppressed cross-hatching of a number that may not be shown
 * @property {string} lines level lines over what is less than expected
 * @property {string} overlay dots laid over the colour
 */

import { flight, make } from "../page/dom.mjs";
import { CanvasPainter } from "./canvas.mjs";
import { Marks } from "./marks.mjs";
import { filling } from "./mercator.mjs";

const MOST_JOINED = 600; // areas of a set that have one line around them all
const STEP_MS = 200; // of a zoom by a button

export class Pane {
  #painter;
  #marked = "";
  #brushed = "";
  #lines = { brushed: [], marked: [] };
  #within = { shapes: null, box: null, ids: [] }; // the areas that this pane can show

  /**
   * @param {HTMLElement} element
   * @param {object} options
   * @param {string} options.label what a screen reader calls it
   * @param {boolean} options.interactive whether the reader may move it
   * @param {boolean} options.cooperative whether one finger scrolls the page and two move the map
   * @param {Record<string, string>} options.theme
   */
  constructor(element, { label, interactive, cooperative, theme }) {
    this.element = element;
    /** @type {Shapes|null} */ this.shapes = null;
    /** @type {import("./shapes.mjs").Box|null} */ this.box = null; // all that it can ever show, where not everything
    const container = make("div", "map-canvas");
    this.title = make("p", "map-title"); // says which is which where two panes are compared
    element.append(container, this.title);
    this.#painter = new CanvasPainter(container, { interactive, cooperative, theme });
    this.call(label);
    this.canvas.tabIndex = interactive ? 0 : -1;
    if (!interactive) this.canvas.setAttribute("role", "img");
    this.ready = this.#painter.ready;
    this.marks = new Marks(this);
  }

  get canvas() {
    return this.#painter.canvas;
  }

  /** Give the pane the name that a screen reader says. */
  call(label) {
    this.canvas.setAttribute("aria-label", label);
  }

  /**
   * Be told that the camera moves ("move") or rests ("rest"), that the reader takes it ("led"), that the pane has another
   * size ("resize"), or of a press at a point, with whether Shift was held ("click").
   */
  on(kind, callback) {
    this.#painter.on(kind, callback);
  }

  close() {
    this.#painter.close();
  }

  // ---------------------------------------------------------------------------------------------------- the camera

  /** The pixel where a place in degrees is shown. @returns {[number, number]} */
  project(point) {
    return this.#painter.project(point);
  }

  /** The place in degrees that a pixel shows. */
  unproject(pixel) {
    return this.#painter.unproject(pixel);
  }

  /** Where the camera stands. @returns {import("./mercator.mjs").Stand} */
  get stand() {
    return this.#painter.stand;
  }

  /** Send the camera somewhere: by a short flight, or at once where motion is unwelcome. */
  go(stand, fly = true) {
    this.#painter.go(stand, fly ? flight() : 0);
  }

  /** Fill the pane with a box in degrees, at once. */
  fill(box) {
    const { clientWidth: width, clientHeight: height } = this.element;
    this.go(filling(box, { width, height }), false);
  }

  /** Zoom in, or out where less than 0. */
  zoomBy(levels) {
    this.#painter.zoomBy(levels, flight(STEP_MS));
  }

  /** Let one finger scroll the page and two move the map, or one move the map. */
  cooperate(wanted) {
    this.#painter.cooperate(wanted);
  }

  /** Fit the element after its size or the page's type changed. */
  resize() {
    this.#painter.resize();
    this.marks.remeasure();
  }

  /** Code of the area under a point of the screen, or null. */
  areaAt({ x, y }) {
    const id = this.shapes?.at(this.unproject([x, y])) ?? -1;
    return id < 0 ? null : this.shapes.properties(id).code;
  }

  // ----------------------------------------------------------------------------------------------- what is painted

  /** Take the colours of another theme. */
  restyle(theme) {
    this.#painter.restyle(theme);
  }

  /**
   * Show the areas of one level in place of the others, already in their colours.
   *
   * @param {Shapes} shapes
   * @param {Look[]} looks one for every area
   */
  async show(shapes, looks) {
    if (this.#within.shapes !== shapes || this.#within.box !== this.box) {
      this.#within = { shapes, box: this.box, ids: this.box ? shapes.within(this.box) : shapes.ids };
    }
    await this.#painter.show(shapes, this.#within.ids, looks);
    this.shapes = shapes;
  }

  /**
   * Show one set of ward and borough outlines.
   *
   * @param {import("./shapes.mjs").Outline[]} outlines
   */
  outline(outlines) {
    this.#painter.outline(outlines);
  }

  /**
   * Draw around areas.
   *
   * @param {{hover: number, selected: number, set: number[]}} ids -1 for none
   */
  mark({ hover, selected, set }) {
    if (!this.shapes) return;
    const known = { set: set.filter((id) => id >= 0), hover, selected };
    const marked = `${this.shapes.key} ${JSON.stringify(known)}`;
    if (marked === this.#marked) return;
    this.#marked = marked;
    const { shapes } = this;
    this.#lines.marked = [
      ...this.#around("set", known.set),
      ...["hover", "selected"].filter((kind) => known[kind] >= 0)
        .map((kind) => ({ kind, find: () => shapes.geometry(known[kind]) })),
    ];
    this.#painter.mark(Object.values(this.#lines).flat());
  }

  /** Draw thin lines around the areas that stand out while the others are faded. */
  brush(ids) {
    const brushed = `${this.shapes.key} ${ids}`;
    if (brushed === this.#brushed) return;
    this.#brushed = brushed;
    this.#lines.brushed = this.#around("brushed", ids);
    this.#painter.mark(Object.values(this.#lines).flat());
  }

  /** Lines around some areas: around all of them together, unless they are many. */
  #around(kind, ids) {
    const { shapes } = this;
    if (ids.length > MOST_JOINED) return ids.map((id) => ({ kind, find: () => shapes.geometry(id) }));
    return [{ kind, find: () => ({ type: "MultiLineString", coordinates: shapes.around(ids) }) }];
  }

  /** Write numbers, frames and names on the pane: see Marks.write. */
  write(marks) {
    return this.marks.write(marks);
  }

  /** Draw what was asked for now, rather than with the next frame of the browser. */
  draw() {
    this.#painter.draw();
  }

  /** Resolve when nothing is left to load, to draw or to move. */
  settled() {
    return this.#painter.settled();
  }
}
