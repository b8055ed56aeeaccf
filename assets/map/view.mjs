/**
 * Where does the camera of a drawn pane stand, and how does it get elsewhere? At once, or by a flight that keeps one point
 * of the screen still.
 *
 * @typedef {import("./mercator.mjs").Stand} Stand
 * @typedef {[number, number]} Pixel from the upper left of the pane
 */

import { degrees, mercator, worldAt } from "./mercator.mjs";

const NEAREST = 20;
const FARTHEST = 2;

const eased = (share) => 1 - (1 - share) ** 3;

export class View {
  x = 0.5; // the middle of the screen, on the square of the world
  y = 0.5;
  zoom = 0;
  width = 0;
  height = 0;
  #listeners = { move: [], rest: [] };
  #flight = null; // {from, to, began, lasts, request}

  /** Be told that the camera moved ("move"), or that it came to rest ("rest"). */
  on(kind, callback) {
    this.#listeners[kind].push(callback);
  }

  #tell(kind) {
    this.#listeners[kind].forEach((callback) => callback());
  }

  /** The size of the screen changed; its middle shows what it did. */
  resize(width, height) {
    this.width = width;
    this.height = height;
    this.#tell("move");
  }

  // ------------------------------------------------------------------------------------------ places and pixels

  /** The pixel of a place in degrees. @returns {Pixel} */
  project(point) {
    const [x, y] = mercator(point);
    const world = worldAt(this.zoom);
    return [(x - this.x) * world + this.width / 2, (y - this.y) * world + this.height / 2];
  }

  /** The place in degrees of a pixel. */
  unproject([left, top]) {
    const world = worldAt(this.zoom);
    return degrees([this.x + (left - this.width / 2) / world, this.y + (top - this.height / 2) / world]);
  }

  /** @returns {Stand} */
  get stand() {
    return { center: degrees([this.x, this.y]), zoom: this.zoom };
  }

  /** The zoom that the camera has, or will have at the end of its flight. */
  get aim() {
    return this.#flight?.to.zoom ?? this.zoom;
  }

  get moving() {
    return this.#flight !== null;
  }

  // ------------------------------------------------------------------------------------------------ to elsewhere

  /**
   * Go to stand elsewhere.
   *
   * @param {Stand} stand
   * @param {number} [lasts] milliseconds of the flight; none is at once
   */
  go({ center, zoom }, lasts = 0) {
    const [x, y] = mercator(center);
    this.#start({ x, y, zoom }, lasts);
  }

  /** Move what is shown by some pixels. */
  pan(across, down, lasts = 0) {
    const world = worldAt(this.zoom);
    this.#start({ x: this.x - across / world, y: this.y - down / world, zoom: this.zoom }, lasts);
  }

  /** Change the zoom, so that a pixel goes on showing the same place. */
  zoomAt(wanted, [left, top] = [this.width / 2, this.height / 2], lasts = 0) {
    const zoom = Math.min(NEAREST, Math.max(FARTHEST, wanted));
    const share = 1 / worldAt(this.zoom) - 1 / worldAt(zoom);
    const [across, down] = [left - this.width / 2, top - this.height / 2];
    this.#start({ x: this.x + across * share, y: this.y + down * share, zoom }, lasts);
  }

  /** Stay where the camera is now. */
  stop() {
    if (this.#flight) cancelAnimationFrame(this.#flight.request);
    this.#flight = null;
  }

  #start(to, lasts) {
    this.stop();
    if (lasts <= 0) {
      Object.assign(this, to);
      this.#tell("move");
      this.#tell("rest");
      return;
    }
    const { x, y, zoom } = this;
    this.#flight = { from: { x, y, zoom }, to, began: performance.now(), lasts, request: 0 };
    this.#next();
  }

  #next() {
    const flight = this.#flight;
    flight.request = requestAnimationFrame(() => {
      const share = Math.min(1, (performance.now() - flight.began) / flight.lasts);
      Object.assign(this, between(flight.from, flight.to, share < 1 ? eased(share) : 1));
      if (share === 1) this.#flight = null;
      this.#tell("move");
      if (this.#flight === flight) this.#next();
      else if (share === 1) this.#tell("rest");
    });
  }
}

/** A camera on its way: one point of the screen stays where it is, as in a zoom by hand. */
export function between(from, to, share) {
  if (share === 1) return to;
  const zoom = from.zoom + (to.zoom - from.zoom) * share;
  const [start, end, now] = [from.zoom, to.zoom, zoom].map((each) => 1 / worldAt(each));
  const way = Math.abs(start - end) < 1e-15 ? share : (start - now) / (start - end);
  return { x: from.x + (to.x - from.x) * way, y: from.y + (to.y - from.y) * way, zoom };
}
