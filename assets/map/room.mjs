/**
 * What lies over the map, and how much room does it leave? Buttons, captions and titles, insets, and what the page puts
 * there, as a legend.
 *
 * @typedef {import("./fit.mjs").Rectangle} Rectangle
 */

const NARROW_PX = 480;
const GAP_PX = 16; // between insets
const ABOVE_PX = 92; // above and between the insets, as in map.css
const MARGINS_PX = 44; // beside the areas and their insets
const LEAST_PX = 120; // that an inset must have to tell something
const SCALE_PX = 140; // room for the scale bar in a corner
const BROAD = 0.8; // from this shape on areas leave no corner for a legend
const BESIDE_PX = 560; // from this width on two maps stand beside each other, as in map.css

const between = (least, wanted, most) => Math.max(least, Math.min(wanted, most));

/**
 * Whether one of two maps is larger with its insets in a column beside it than in a row below, as map.css lays them out.
 *
 * @param {{width: number, height: number}} free what a pane has between its title and what lies below
 * @param {number} insets
 * @param {number} shape of the areas: their width over their height
 */
export function besideIsLarger({ width, height }, insets, shape) {
  const aside = between(LEAST_PX, 0.27 * width, 220);
  if (aside * insets + GAP_PX * (insets - 1) > height) return false;
  const below = between(88, width / insets - 14, 220);
  const high = (across, down) => Math.min((across - MARGINS_PX) / shape, down);
  return high(width - aside, height) > 1.1 * high(width, height - below - GAP_PX);
}

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
   * @param {boolean} two whether there are two maps; then, as on a narrow one, the insets stand in a row, unless each map
   *   is larger with them beside it
   * @param {number} shape of the areas: their width over their height
   */
  share(insets, two, shape) {
    this.#root.toggleAttribute("data-broad", shape > BROAD); // the legend lies by it
    const whole = this.#stage.getBoundingClientRect();
    const low = this.laid().map((element) => element.getBoundingClientRect())
      .filter(({ width, bottom }) => width && bottom > whole.bottom - SCALE_PX && bottom <= whole.bottom);
    const oneColumn = !two && this.wide;
    const below = low.filter(({ right }) => !oneColumn || right > whole.right - SCALE_PX);
    const floor = below.reduce((least, { top }) => Math.min(least, top - whole.top), whole.height);
    const column = two && this.#root.dataset.mode === "side" && this.#root.clientWidth >= BESIDE_PX &&
      besideIsLarger({ width: whole.width, height: floor - ABOVE_PX }, insets, shape);
    const row = !oneColumn && !column;
    this.#root.toggleAttribute("data-row", row);
    this.#root.toggleAttribute("data-column", column);
    this.#root.style.setProperty("--floor", `${Math.round(floor)}px`);
    this.#root.style.setProperty("--insets", String(insets));
    this.#root.toggleAttribute("data-beside", oneColumn && (floor - ABOVE_PX) / insets < LEAST_PX);
    const inTheWay = low.filter(({ left }) => left < whole.left + SCALE_PX);
    const band = inTheWay.some(({ right }) => right > whole.right - SCALE_PX);
    this.#root.toggleAttribute("data-scale-above", band);
    this.#root.toggleAttribute("data-scale-right", inTheWay.length > 0 && !band);
  }
}
