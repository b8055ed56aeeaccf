/**
 * How does a reader move a drawn map? By drag, wheel, fingers and keys.
 *
 * Where the map is narrow, one finger and the bare wheel belong to the page; two fingers, or Ctrl with the wheel, move
 * the map, and it says so.
 *
 * @typedef {import("./view.mjs").View} View
 */

import { flight, make, withModifier } from "../page/dom.mjs";

const STILL_PX = 3; // a press that moves less is a click
const WHEEL_NOTCH = 4.000244140625; // what the notches of a mouse's wheel are multiples of
const WHEEL_RATE = 1 / 450;
const PAD_RATE = 1 / 100; // of the fine steps of a touch pad
const LINE_PX = 40;
const WHEEL_MS = 150;
const KEY_MS = 300;
const KEY_PX = 100;
const THROW_MS = 400;
const RECENT_MS = 80; // by which the speed at the end of a drag is judged
const SLOWEST = 0.25; // pixels a millisecond with which a map is thrown
const HINT_MS = 1500;
const HINTS = { wheel: "Use Ctrl and the wheel to zoom the map", touch: "Use two fingers to move the map" };
const PANS = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const ZOOMS = { "+": 1, "=": 1, "-": -1, _: -1 };

/** How many levels a turn of the wheel zooms. */
export function levels({ deltaY, deltaMode, shiftKey }) {
  const turn = deltaMode === 1 ? deltaY * LINE_PX : deltaY;
  const notched = turn % WHEEL_NOTCH === 0 || deltaMode === 1;
  const rate = (notched ? WHEEL_RATE : PAD_RATE) / (shiftKey ? 4 : 1);
  const scale = 2 / (1 + Math.exp(-Math.abs(turn * rate)));
  return Math.sign(-turn) * Math.log2(scale);
}

/** The middle of some points, and how far they are spread around it. */
function grip(points) {
  const mean = (axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  const middle = [mean(0), mean(1)];
  return { middle, reach: Math.hypot(points[0][0] - middle[0], points[0][1] - middle[1]) };
}

export class Hands {
  #canvas;
  #view;
  #led;
  #hint = make("p", "map-hint", { "aria-hidden": "true" });
  #held = null; // the grip of now
  #trail = []; // [time, x, y] of the last moves
  #hinting = 0;

  /**
   * @param {HTMLElement} canvas
   * @param {View} view
   * @param {boolean} cooperative whether one finger scrolls the page and two move the map
   * @param {() => void} led told when the reader takes the camera
   */
  constructor(canvas, view, cooperative, led) {
    this.#canvas = canvas;
    this.#view = view;
    this.#led = led;
    this.dragged = false; // whether the press that ends now moved the map, so that it is no click
    this.cooperate(cooperative);
    canvas.after(this.#hint);
    canvas.addEventListener("pointerdown", (event) => this.#press(event));
    canvas.addEventListener("pointermove", (event) => event.pointerType !== "touch" && this.#drag([event]));
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, (event) => this.#lift(event));
    for (const kind of /** @type {const} */ (["touchstart", "touchend", "touchcancel"])) canvas.addEventListener(kind, (event) => this.#touch(event));
    canvas.addEventListener("touchmove", (event) => this.#touchMove(event), { passive: false });
    canvas.addEventListener("wheel", (event) => this.#turn(event), { passive: false });
    canvas.addEventListener("keydown", (event) => this.#key(event));
  }

  /** Let one finger scroll the page, or move the map. */
  cooperate(wanted) {
    this.cooperative = wanted;
    this.#canvas.style.touchAction = wanted ? "pan-x pan-y" : "none";
  }

  #at({ clientX, clientY }) {
    const { left, top } = this.#canvas.getBoundingClientRect();
    return [clientX - left, clientY - top];
  }

  // ------------------------------------------------------------------------------------------------------- drags

  #press(event) {
    this.dragged = false;
    if (event.pointerType === "touch" || event.button !== 0) return;
    this.#canvas.setPointerCapture(event.pointerId);
    this.#take([event]);
  }

  /** Hold the map by some points from now on; by none, let it go. */
  #take(events) {
    this.#view.stop();
    this.#trail = [];
    this.#held = events.length ? grip(events.map((event) => this.#at(event))) : null;
  }

  #drag(events) {
    if (!this.#held) return;
    const now = grip(events.map((event) => this.#at(event)));
    const { middle: [x, y], reach } = this.#held;
    const [across, down] = [now.middle[0] - x, now.middle[1] - y];
    if (!this.dragged && events.length === 1 && Math.hypot(across, down) < STILL_PX) return;
    this.dragged = true;
    this.#led();
    this.#view.pan(across, down);
    if (reach && now.reach) this.#view.zoomAt(this.#view.zoom + Math.log2(now.reach / reach), now.middle);
    this.#held = now;
    this.#trail.push([performance.now(), ...now.middle]);
  }

  #lift(event) {
    if (event.pointerType === "touch" || !this.#held) return;
    this.#throw();
    this.#held = null;
  }

  /** Let the map glide on as it was moved. */
  #throw() {
    const now = performance.now();
    const recent = this.#trail.filter(([time]) => now - time < RECENT_MS);
    const [first, last] = [recent[0], recent.at(-1)];
    if (recent.length < 2 || last[0] === first[0]) return;
    const speed = [1, 2].map((axis) => (last[axis] - first[axis]) / (last[0] - first[0]));
    const lasts = flight(THROW_MS);
    if (lasts && Math.hypot(...speed) > SLOWEST) this.#view.pan(...speed.map((each) => (each * lasts) / 3), lasts);
  }

  #touch({ touches, type }) {
    if (type === "touchstart") this.dragged = false;
    if (type === "touchend" && !touches.length && this.#held && this.dragged) this.#throw();
    const enough = touches.length > (this.cooperative ? 1 : 0);
    if (enough || this.#held) this.#take(enough ? [...touches] : []);
  }

  #touchMove(event) {
    if (!this.#held) {
      this.#say(HINTS.touch);
      return;
    }
    event.preventDefault();
    this.#drag([...event.touches]);
  }

  // ---------------------------------------------------------------------------------------------- wheel and keys

  #turn(event) {
    if (this.cooperative && !event.ctrlKey && !event.metaKey) {
      this.#say(HINTS.wheel);
      return;
    }
    event.preventDefault();
    this.#led();
    this.#view.zoomAt(this.#view.aim + levels(event), this.#at(event), flight(WHEEL_MS));
  }

  #key(event) {
    if (withModifier(event)) return;
    const pan = !event.shiftKey && PANS[event.key];
    const zoom = ZOOMS[event.key];
    if (!pan && !zoom) return;
    event.preventDefault();
    this.#led();
    if (pan) this.#view.pan(pan[0] * KEY_PX, pan[1] * KEY_PX, flight(KEY_MS));
    else this.#view.zoomAt(Math.round(this.#view.aim) + zoom * (event.shiftKey ? 2 : 1), undefined, flight(KEY_MS));
  }

  #say(text) {
    this.#hint.textContent = text;
    clearTimeout(this.#hinting);
    this.#hinting = setTimeout(() => { this.#hint.textContent = ""; }, HINT_MS);
  }
}
