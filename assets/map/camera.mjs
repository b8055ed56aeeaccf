/** Where does the camera look? At the areas of the frame, or its bounds, until the reader leads it elsewhere. */

import { fitAround, hides } from "./fit.mjs";
import { holds } from "./shapes.mjs";

const CLOSEST = { maxZoom: 13, margin: 32 };
const LARGER = 0.2; // in zoom: by 15%

export class Camera {
  #pane;
  #room;
  #obstacles;
  #aim = null; // what the camera was last sent to, and whether the reader left it there
  #zoom = 0; // at which it looks there, or soon will

  /**
   * @param {import("./pane.mjs").Pane} pane
   * @param {import("./room.mjs").Room} room
   * @param {() => import("./fit.mjs").Rectangle[]} obstacles what lies over the map, or over either of two
   */
  constructor(pane, room, obstacles) {
    this.#pane = pane;
    this.#room = room;
    this.#obstacles = obstacles;
  }

  #fit(points, options) {
    return fitAround(points, this.#room.size, this.#obstacles(), options);
  }

  #go(points, fly, options) {
    const camera = this.#fit(points, options);
    this.#zoom = camera.zoom;
    this.#pane.go(camera, fly);
  }

  /**
   * Look at the areas of a frame, or at its bounds, where that is not what the camera was last sent to.
   *
   * @param {import("./scenes.mjs").Scene} scene
   * @param {string} mode how many maps there are, and how they lie
   * @param {import("./shapes.mjs").Box|null} bounds
   */
  aimAt({ tiled, shapes }, mode, bounds) {
    const key = `${tiled} ${mode} ${bounds}`;
    if (this.#aim?.key === key) return;
    const points = bounds ? shapes.corners(shapes.within(bounds)).filter((point) => holds(bounds, point))
      : shapes.corners(shapes.ids);
    const first = this.#aim === null;
    this.#aim = { key, points, kept: true, how: { middle: mode === "swipe" } };
    this.#go(points, !first, this.#aim.how);
  }

  /** Look at all areas of a frame, wherever the reader led the camera. */
  home(scene, mode) {
    this.#aim = { key: null };
    this.aimAt(scene, mode, null);
  }

  /** Look there again, after the room changed, unless the reader left. */
  again() {
    if (this.#aim?.kept) this.#go(this.#aim.points, false, this.#aim.how);
  }

  /** Look there again where something has grown over it, and when that has gone. */
  giveWay() {
    if (!this.#aim?.kept) return;
    const { points, how, gaveWay } = this.#aim;
    const hidden = hides(points, this.#pane.stand, this.#room.size, this.#obstacles());
    if (hidden || (gaveWay && this.#fit(points, how).zoom > this.#zoom + LARGER)) this.#go(points, true, how);
    this.#aim.gaveWay ||= hidden;
  }

  /** The reader leads the camera elsewhere. */
  leave() {
    if (this.#aim) this.#aim.kept = false;
  }

  /** Look at a box. */
  lookAt([west, south, east, north]) {
    this.leave();
    this.#go([[west, south], [east, north]], true);
  }

  /** Look at an area. */
  closeUp(points) {
    this.leave();
    this.#go(points, true, CLOSEST);
  }
}
