/**
 * What is there to paint? A frame of the server with everything that it takes: shapes, outlines, places, the look of
 * every area. What is not yet here is fetched, once.
 *
 * @typedef {import("./shapes.mjs").Box} Box
 * @typedef {import("./map.mjs").Frame} Frame
 *
 * @typedef {object} Scene
 * @property {Frame} frame
 * @property {Shapes} shapes
 * @property {import("./pane.mjs").Look[]} looks
 * @property {number[]} lit the areas that stand out; none where all do
 * @property {import("./shapes.mjs").Outline[]} outlines
 * @property {import("./marks.mjs").Place[]} places
 * @property {boolean} tiled whether areas are shown as tiles of equal area
 * @property {{box: Box, name: string}[]} [windows] what the insets magnify, where there is room for them
 */

import { faded } from "./fade.mjs";
import { Ground } from "./ground.mjs";
import { CLEAR } from "./ink.mjs";
import { Shapes, outlinesOf } from "./shapes.mjs";

const OUTSIDE = 255;

/** @returns {Uint8Array} the bytes of a base64 text */
function bytes(base64) {
  const text = atob(base64);
  const found = new Uint8Array(text.length);
  for (let i = 0; i < found.length; i += 1) found[i] = text.charCodeAt(i);
  return found;
}

async function fetched(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
  return answer;
}

const fetchBytes = async (address) => (await fetched(address)).arrayBuffer();

const fetchJson = async (address) => (await fetched(address)).json();

/** The areas of a country: their shapes, and what they are called. */
async function country(address, names, near) {
  const [file, called] = await Promise.all([fetchBytes(address), fetchJson(names)]);
  const shapes = new Shapes(address, new Ground(file, called));
  if (near) shapes.approach(near.files, (number) => fetchBytes(`${near.begins}${number}.bin`));
  return shapes;
}

export class Scenes {
  #config;
  #colours;
  #fetched = new Map(); // promises by address
  #countries; // by the address of shapes: that of the names of areas of a country, and where they are from near by
  #looks = new Map(); // looks by their colours, so that equal looks are one object

  /**
   * @param {import("./map.mjs").Config} config
   * @param {import("./colours.mjs").Colours} colours
   */
  constructor(config, colours) {
    this.#config = config;
    this.#colours = colours;
    this.#countries = new Map(Object.entries(config.names ?? {}).map(([level, names]) => (
      [config.geometry[level], { names, near: config.near?.[level] }])));
    Object.values(config.geometry).forEach((address) => this.#shapes(address)); // they will be wanted
  }

  /**
   * @param {Frame} frame
   * @returns {Promise<Scene>}
   */
  async of(frame) {
    const { geometry, tiles } = this.#config;
    const tiled = frame.layout === "tiles" && Boolean(tiles?.[frame.level]);
    const shapes = await this.#shapes((tiled ? tiles : geometry)[frame.level]);
    const [outlines, places] = await Promise.all(tiled
      ? [this.#once(`outlines ${shapes.key}`, async () => shapes.between()), shapes.boroughs()]
      : [this.#outlines(), this.#places()]);
    const marked = frame.marked ? bytes(frame.marked) : [];
    const lit = shapes.ids.filter((id) => marked[id]);
    return { frame, shapes, outlines, places, looks: this.#looksOf(frame), lit, tiled };
  }

  /** What a key stands for, found once; a failure is forgotten, so that the next frame tries again. */
  #once(key, find) {
    if (!this.#fetched.has(key)) this.#fetched.set(key, find());
    const found = this.#fetched.get(key);
    found.catch(() => this.#fetched.delete(key));
    return found;
  }

  #shapes(address) {
    const { names, near } = this.#countries.get(address) ?? {};
    return this.#once(address, async () => (
      names ? country(address, names, near) : new Shapes(address, await fetchJson(address))));
  }

  #outlines() {
    const { geometry } = this.#config;
    return this.#once("outlines", async () => {
      const levels = ["ward", "borough"].filter((level) => geometry[level]);
      const loaded = await Promise.all(levels.map((level) => this.#shapes(geometry[level])));
      return outlinesOf(Object.fromEntries(levels.map((level, i) => [level, loaded[i]])));
    });
  }

  #places() {
    const address = this.#config.places;
    if (!address) return this.#boroughs();
    return this.#once(address, async () => (await fetchJson(address)).features.map(({ properties, geometry }) => (
      { text: properties.name, rank: properties.rank, point: geometry.coordinates })));
  }

  /** The boroughs' own names, where no places are known. */
  async #boroughs() {
    const { borough } = this.#config.geometry;
    if (!borough) return [];
    const shapes = await this.#shapes(borough);
    return shapes.ids.map((id) => (
      { text: shapes.properties(id).name, rank: 1, point: shapes.anchor(id), extent: shapes.boxes[id] }));
  }

  /** How every area of a frame is drawn. @param {Frame} frame */
  #looksOf({ classes, palette, overlay, marked }) {
    const { outside, hatch: hatching } = this.#colours.theme;
    const lit = marked && bytes(marked);
    const over = overlay && bytes(overlay.classes);
    const colours = palette.map(({ colour }) => this.#colours.shade(colour));
    const ruled = palette.map(({ lines }) => lines && this.#colours.shade(lines));
    const dotted = overlay?.palette.map(({ colour }) => this.#colours.shade(colour));
    const look = (k, faint, dot) => {
      const seen = (colour) => (faint ? faded(colour, outside) : colour);
      const colour = k === OUTSIDE ? outside : seen(colours[k]);
      const pattern = palette[k]?.pattern; // none outside
      const dots = k !== OUTSIDE && dot !== OUTSIDE ? seen(dotted[dot]) : CLEAR;
      const hatch = seen(hatching);
      const lines = ruled[k] ? seen(ruled[k]) : CLEAR;
      const key = [colour, pattern, lines, dots, hatch].join();
      if (!this.#looks.has(key)) {
        const hatched = (name) => (pattern === name ? hatch : CLEAR);
        this.#looks.set(key, {
          colour, nodata: hatched("nodata"), suppressed: hatched("suppressed"), lines, overlay: dots,
        });
      }
      return this.#looks.get(key);
    };
    const found = new Map(); // by class, whether it fades, and dots
    return Array.from(bytes(classes), (k, id) => {
      const [faint, dot] = [Boolean(lit) && !lit[id], over ? over[id] : OUTSIDE];
      const kind = (k * 2 + Number(faint)) * 256 + dot;
      if (!found.has(kind)) found.set(kind, look(k, faint, dot));
      return found.get(kind);
    });
  }
}
