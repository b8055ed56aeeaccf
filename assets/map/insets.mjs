/** Which parts are magnified beside the map? The windows of the frame, each on a pane of its own. */

import { make } from "../page/dom.mjs";

export class Insets {
  column = make("div", "map-insets");
  #all = []; // {figure, caption, pane, window}
  #open;
  #look;

  /**
   * @param {(element: HTMLElement, label: string) => import("./pane.mjs").Pane} open makes a pane
   * @param {(box: import("./shapes.mjs").Box) => void} look sends the main map to a box
   */
  constructor(open, look) {
    this.#open = open;
    this.#look = look;
  }

  /** The panes on the screen. */
  get panes() {
    return this.#all.filter(({ window }) => window).map(({ pane }) => pane);
  }

  /** All panes, those without a window too. */
  get everyPane() {
    return this.#all.map(({ pane }) => pane);
  }

  /** Magnify some windows on the panes that there are, and hide those that are left. */
  assign(windows) {
    this.#all.forEach((inset, i) => this.#point(inset, windows[i]));
  }

  /** Windows that have no pane yet. */
  missing(windows) {
    return windows.slice(this.#all.length);
  }

  /**
   * Build one more pane.
   *
   * @param {() => {box: import("./shapes.mjs").Box, name: string}[]} windows of the frame by the time that it is there
   * @returns {Promise<import("./pane.mjs").Pane|null>} null where that has no window for it any more
   */
  async add(windows) {
    const caption = make("button", "map-caption", { type: "button" });
    const figure = make("figure", "map-inset", {}, caption);
    this.column.append(figure);
    const pane = this.#open(figure, "Magnified part of the map");
    const inset = { figure, caption, pane, window: null };
    caption.addEventListener("click", () => this.#look(inset.window.box));
    pane.on("resize", () => inset.window && pane.fill(inset.window.box));
    const place = this.#all.push(inset) - 1;
    await pane.ready;
    this.#point(inset, windows()[place]);
    return inset.window ? pane : null;
  }

  /** Point an inset at a window, or hide it. */
  #point(inset, window) {
    const { figure, caption, pane } = inset;
    figure.hidden = !window;
    inset.window = window;
    if (!window || String(pane.box) === String(window.box)) return;
    caption.textContent = window.name;
    caption.title = `Look at ${window.name} on the main map`;
    pane.call(`${window.name}, magnified`);
    pane.fill(window.box);
    pane.box = window.box;
  }
}
