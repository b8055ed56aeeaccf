/**
 * What lies over the map, and how much room does it leave? Buttons, captions and titles, insets, and what the page puts
 * there, as a legend.
 *
 * @typedef {import("./fit.mjs").Rectangle} Rectangle
 */

const NARROW_PX = 480;
const GAP_PX = 16; // between insets
const ABOVE_PX = 92; // above and between the insets, as in map.css
const LEAST_PX = 120; // that an inset must have to tell something
const SCALE_PX = 140; // room for the scale bar in a corner

export class Room {
  #root;
  #stage;
  #over;
  #avoid;

  /**
   * @param {HTMLElement} root of the map
   * @param {object} parts
   * @param {HTMLElement} parts.stage the main map
   * @param {HTMLElement} parts.controls the buttons
   * @param {string} avoid selector of what the page lays over the map
   */
  constructor(root, { stage, controls }, avoid) {
    this.#root = root;
    this.#stage = stage;
    this.#over = controls;
    this.#avoid = avoid;
  }

  /** Whether the map is wide enough for a column of insets, and for fingers to move it without catching the page. */
  get wide() {
    return this.#root.clientWidth >= NARROW_PX;
  }

  get size() {
    return { width: this.#stage.clientWidth, height: this.#stage.clientHeight };
  }

  /** What the page lays over the map. */
  laid() {
    return [...document.querySelectorAll(this.#avoid)];
  }

  /**
   * What lies over a pane, in its pixels.
   *
   * @param {HTMLElement} element of the pane
   * @param {HTMLElement|undefined} column of its insets, or the row in which they are
   * @param {number} insets for which room is kept
   * @returns {Rectangle[]}
   */
  obstacles(element, column, insets) {
    const whole = element.getBoundingClientRect();
    const inPane = ({ left, top, right, bottom }) => (
      { left: left - whole.left, top: top - whole.top, right: right - whole.left, bottom: bottom - whole.top });
    const within = ({ left, top, right, bottom }) => (
      left < right && top < bottom && left < whole.width && top < whole.height && right > 0 && bottom > 0);
    const written = element.querySelectorAll(".map-title, .map-caption, .map-scale");
    const boxes = [this.#over, ...written, ...this.laid()].map((each) => inPane(each.getBoundingClientRect()));
    if (column && insets) {
      const taken = inPane(column.getBoundingClientRect());
      const stacked = !this.#root.hasAttribute("data-row") && !this.#root.hasAttribute("data-beside");
      if (stacked) taken.bottom = taken.top + insets * (taken.right - taken.left + GAP_PX);
      boxes.push(taken);
    }
    return boxes.filter(within);
  }

  /**
   * Let the insets be as large as what lies below them leaves room, beside each other where that is little, and the scale
   * bar stand where nothing does.
   *
   * @param {number} insets how many there are
   * @param {boolean} two whether there are two maps; then, as on a narrow one, the insets stand in a row
   */
  share(insets, two) {
    const whole = this.#stage.getBoundingClientRect();
    const low = this.laid().map((element) => element.getBoundingClientRect())
      .filter(({ width, bottom }) => width && bottom > whole.bottom - SCALE_PX && bottom <= whole.bottom);
    const row = two || !this.wide;
    this.#root.toggleAttribute("data-row", row);
    const below = low.filter(({ right }) => row || right > whole.right - SCALE_PX);
    const floor = below.reduce((least, { top }) => Math.min(least, top - whole.top), whole.height);
    this.#root.style.setProperty("--floor", `${Math.round(floor)}px`);
    this.#root.style.setProperty("--insets", String(insets));
    this.#root.toggleAttribute("data-beside", !row && (floor - ABOVE_PX) / insets < LEAST_PX);
    this.#root.toggleAttribute("data-scale-right", low.some(({ left }) => left < whole.left + SCALE_PX));
  }
}
