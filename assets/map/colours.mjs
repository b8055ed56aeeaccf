/** In which colours is the map drawn? Those that the page sets, in the theme of now. */

const TOKENS = {
  water: "#e4ebef", outside: "#d5dee4", hair: "#ffffff", ink: "#17222b", halo: "#ffdd00", action: "#1d5b8f",
  hatch: "#7b8893", casing: "#ffffff", dark: "#0b0c0c", light: "#ffffff",
};

export class Colours {
  #root;
  #shades = new Map(); // colours of palettes as the page shows them

  /** @param {HTMLElement} root of the map, in the page */
  constructor(root) {
    this.#root = root;
    this.read();
  }

  /** Read the colours of the page, as at first and after its theme changed. */
  read() {
    this.#shades.clear();
    const style = getComputedStyle(this.#root);
    const pen = document.createElement("canvas").getContext("2d");
    /** What is no part of a palette, as six hexadecimal digits: as the page sets it, else its default. */
    this.theme = Object.fromEntries(Object.entries(TOKENS).map(([name, otherwise]) => {
      pen.fillStyle = otherwise;
      pen.fillStyle = style.getPropertyValue(`--map-${name}`).trim(); // what is no colour changes nothing
      return [name, String(pen.fillStyle)];
    }));
  }

  /** A colour of a palette as the page shows it: as its property `--on-rrggbb` says, where it sets one. */
  shade(colour) {
    if (!this.#shades.has(colour)) {
      const set = getComputedStyle(this.#root).getPropertyValue(`--on-${colour.slice(1)}`).trim();
      this.#shades.set(colour, set || colour);
    }
    return this.#shades.get(colour);
  }
}
