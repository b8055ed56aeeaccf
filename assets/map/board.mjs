/**
 * The whole map: the main pane, the insets, the buttons and the tooltip; what is painted, marked and looked at.
 *
 * @typedef {import("./shapes.mjs").Box} Box
 * @typedef {object} Scene a frame with everything needed to paint it
 * @property {object} frame
 * @property {Shapes} shapes
 * @property {import("./pane.mjs").Look[]} looks
 * @property {number[]} lit the areas that stand out; none where all do
 * @property {[string, object[]]} outlines name and features
 * @property {import("./marks.mjs").Place[]} places
 * @property {{box: Box, name: string}[]} windows what the insets magnify, where there is room for them
 * @property {boolean} tiled whether areas are shown as tiles of equal area
 */

import { flight, make } from "./dom.mjs";
import { faded } from "./fade.mjs";
import { fitAround, hides } from "./fit.mjs";
import { lasso } from "./lasso.mjs";
import { scaleBar } from "./scale.mjs";
import { CLEAR, Pane } from "./pane.mjs";
import { Shapes, holds, outlinesBetween, outlinesOf } from "./shapes.mjs";

const OUTSIDE = 255;
const NARROW_PX = 600;
const EDGE_PX = 16;
const MOST = 2; // insets for which room is kept, so that the map stays where it is from answer to answer
const MOST_BRUSHED = 400; // areas that get lines of their own; of more, fading the others says enough
const SCALE_PX = 140; // room for the scale bar in a corner
const TABLE = "The table holds the same areas and the same numbers.";
const THEME = {
  water: "#e4ebef", outside: "#d5dee4", hair: "#ffffff", ink: "#17222b", halo: "#ffdd00", action: "#1d5b8f",
  hatch: "#7b8893", casing: "#ffffff", dark: "#0b0c0c", light: "#ffffff",
};

/** @returns {Uint8Array} the bytes of a base64 text */
const bytes = (base64) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

/** The top areas of a frame: [id, rank]. */
const ranks = ({ ranked = [] }) => ranked.map((entry, i) => (Array.isArray(entry) ? entry : [entry, String(i + 1)]));

async function fetchJson(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
  return answer.json();
}

/** Say that a frame is on the screen. */
function announce({ query }, began) {
  const ms = performance.now() - began;
  window.dispatchEvent(new CustomEvent("hotspots:painted", { detail: { query, ms } }));
}

export class Board {
  #config;
  #tell;
  #library;
  #theme;
  #main;
  #insets = []; // {figure, caption, pane, window}
  #shades = new Map(); // colours of palettes as the page shows them, until its theme changes
  #fetched = new Map(); // promises by address
  #looks = new Map(); // looks by their colours, so that equal looks are one object
  #turn = 0; // counts frames, so that one overtaken while its shapes load gives up
  #layout = "geo";
  #wantInsets;
  #marked = { hover: null, selected: null, set: [] }; // codes
  #pointed = null; // the pane under the pointer
  #described = null; // code of the area under it, which the tooltip tells of; lists point at areas without one
  #aim = null; // what the camera was last sent to, and whether the reader left it
  /** @type {Scene|null} */ #scene = null;
  /** @type {{pane: Pane, frame: object, scene: Scene|null}|null} */ #second = null; // the other map of a comparison
  #mode = "one"; // how two maps lie: side by side, or one under the other with a divider to swipe
  #stopLasso = null;
  #growth = new ResizeObserver(() => this.#giveWay());

  /**
   * Build the map in an element.
   *
   * @param {HTMLElement} host
   * @param {object} config as in map.js
   * @param {(kind: "select"|"hover", ...news: unknown[]) => void} tell
   * @returns {Promise<Board|null>} null where this browser or server cannot draw it, which the element then says
   */
  static async open(host, config, tell) {
    const board = new Board(host, config, tell);
    return (await board.#start()) ? board : null;
  }

  constructor(host, config, tell) {
    this.#config = config;
    this.#tell = tell;
    this.#wantInsets = config.insets;
    this.stage = make("div", "map-pane");
    this.column = make("div", "map-insets");
    this.tip = make("div", "map-tip", { role: "status", hidden: "" });
    this.message = make("p", "map-message", { role: "alert", hidden: "" });
    this.controls = this.#buttons();
    this.root = make("div", "map", {}, this.stage, this.column, this.controls, this.tip, this.message);
    host.replaceChildren(this.root);
  }

  async #start() {
    if (!document.createElement("canvas").getContext("webgl2")) {
      this.#say(`This browser cannot draw the map, because WebGL is switched off or missing. ${TABLE}`);
      return false;
    }
    Object.values(this.#config.geometry).forEach((address) => this.#shapes(address)); // meanwhile
    try {
      this.#library = await import(new URL(`${this.#config.vendor}maplibre-gl.mjs`, document.baseURI).href);
    } catch (error) {
      console.error(error);
      this.#say(`The map library is not installed on the server: run python tools/vendor.py there. ${TABLE}`);
      return false;
    }
    this.#theme = this.#readTheme();
    this.#main = this.#pane(this.stage, this.#config.label, true);
    this.scale = scaleBar(this.#main.map);
    this.stage.append(this.scale);
    this.#listen();
    return true;
  }

  close() {
    this.#growth.disconnect();
    this.#everyPane().forEach((pane) => pane.map.remove());
    this.root.remove();
  }

  // ---------------------------------------------------------------------------------------------------- frames

  /** Paint a frame on every pane, unless a newer one overtakes it. */
  async paint(frame) {
    const began = performance.now();
    this.#turn += 1;
    const turn = this.#turn;
    const scene = await this.#sceneOf(frame).catch((error) => this.#miss(error));
    if (!scene || turn !== this.#turn) return;
    this.#say("");
    this.#scene = { ...scene, windows: this.#windows(scene) };
    this.#marked.selected = frame.selected ?? null;
    this.#entitle();
    this.scale.hidden = scene.tiled;
    this.#makeRoom();
    this.#aimAt(frame.bounds);
    this.#insets.forEach((inset, i) => this.#assign(inset, this.#scene.windows[i]));
    await this.#paintOn([this.#main, ...this.#magnified()], this.#scene);
    if (turn !== this.#turn) return;
    announce(frame, began);
    this.#retell();
    const missing = this.#scene.windows.slice(this.#insets.length);
    await Promise.all(missing.map(() => this.#addInset()));
  }

  /** Paint the frames of now again, after something else changed. */
  async #repaint() {
    const second = this.#second?.frame;
    await Promise.all([
      this.#scene && this.paint({ ...this.#scene.frame, selected: this.#marked.selected }),
      second && this.compare(second, this.#mode),
    ]);
  }

  /** Paint a scene on some panes: outlines, writing, colours and marks; resolve when it is drawn. */
  async #paintOn(panes, scene) {
    await Promise.all(panes.map(async (pane) => {
      await pane.ready;
      pane.outline(...scene.outlines);
      pane.marks.obstacles = this.#obstacles(pane.element);
      pane.write(this.#writing(pane, scene));
      await pane.show(scene.shapes, scene.looks);
      pane.mark(this.#marks(scene.shapes));
      pane.brush(scene.lit.length <= MOST_BRUSHED ? scene.lit : []);
      pane.draw();
    }));
  }

  /** Write on two maps which is which. */
  #entitle() {
    const second = this.#second;
    this.#main.title.textContent = second ? this.#scene?.frame.title ?? "" : "";
    if (second) second.pane.title.textContent = second.frame?.title ?? "";
  }

  #miss(error) {
    console.error(error);
    this.#say(`The shapes of the areas could not be loaded. Reload the page to try again. ${TABLE}`);
  }

  /** Everything needed to paint a frame; what is not yet here is fetched. */
  async #sceneOf(frame) {
    const { geometry, tiles } = this.#config;
    const tiled = (frame.layout ?? this.#layout) === "tiles" && Boolean(tiles?.[frame.level]);
    const shapes = await this.#shapes((tiled ? tiles : geometry)[frame.level]);
    const [outlines, places] = await Promise.all(tiled
      ? [this.#once(`outlines ${shapes.key}`, async () => [shapes.key, outlinesBetween(shapes)]), shapes.boroughs()]
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
    return this.#once(address, async () => new Shapes(address, await fetchJson(address)));
  }

  #outlines() {
    const { geometry } = this.#config;
    return this.#once("outlines", async () => {
      const levels = ["ward", "borough"].filter((level) => geometry[level]);
      const loaded = await Promise.all(levels.map((level) => this.#shapes(geometry[level])));
      return ["geo", outlinesOf(Object.fromEntries(levels.map((level, i) => [level, loaded[i]])))];
    });
  }

  #places() {
    const address = this.#config.places;
    if (!address) return [];
    return this.#once(address, async () => (await fetchJson(address)).features.map(({ properties, geometry }) => (
      { text: properties.name, rank: properties.rank, point: geometry.coordinates })));
  }

  /** How every area of a frame is drawn. */
  #looksOf({ classes, palette, overlay, marked }) {
    const { outside } = this.#theme;
    const lit = marked && bytes(marked);
    const over = overlay && bytes(overlay.classes);
    const colours = palette.map(({ colour }) => this.#shade(colour));
    const dotted = overlay?.palette.map(({ colour }) => this.#shade(colour));
    return Array.from(bytes(classes), (k, id) => {
      const seen = (colour) => (lit && !lit[id] ? faded(colour, outside) : colour);
      const colour = k === OUTSIDE ? outside : seen(colours[k]);
      const pattern = palette[k]?.pattern; // none outside
      const dots = over && k !== OUTSIDE && over[id] !== OUTSIDE ? seen(dotted[over[id]]) : CLEAR;
      const hatch = seen(this.#theme.hatch);
      const key = [colour, pattern, dots, hatch].join();
      if (!this.#looks.has(key)) {
        const hatched = (name) => (pattern === name ? hatch : CLEAR);
        this.#looks.set(key, {
          colour, nodata: hatched("nodata"), suppressed: hatched("suppressed"), overlay: dots,
        });
      }
      return this.#looks.get(key);
    });
  }

  /** The windows to magnify. */
  #windows({ frame, tiled }) {
    return tiled || !this.#roomForInsets() ? [] : frame.insets ?? [];
  }

  // ----------------------------------------------------------------------------------------------------- panes

  #pane(element, label, interactive) {
    const cooperative = interactive && !this.#wide();
    const pane = new Pane(this.#library, element, { label, interactive, cooperative, theme: this.#theme });
    element.addEventListener("pointermove", (event) => {
      if (event.target.closest("button")) this.#hover(null);
      else if (!event.buttons) this.#point(pane, event);
    });
    element.addEventListener("pointerleave", () => this.#hover(null));
    pane.map.on("click", ({ point, originalEvent }) => this.#choose(pane.areaAt(point), originalEvent.shiftKey));
    return pane;
  }

  /** The panes of the insets on the screen. */
  #magnified() {
    return this.#insets.filter(({ window }) => window).map(({ pane }) => pane);
  }

  /** All panes on the screen. */
  #panes() {
    return [this.#main, ...this.#magnified(), ...(this.#second ? [this.#second.pane] : [])];
  }

  /** All panes, those of insets without a window too. */
  #everyPane() {
    return new Set([...this.#panes(), ...this.#insets.map(({ pane }) => pane)]);
  }

  /** What is written on a pane. */
  #writing(pane, { frame, shapes, places, windows = [] }) {
    const badges = ranks(frame).map(([id, text]) => ({ text, point: shapes.anchors[id], extent: shapes.boxes[id] }));
    const framed = (text) => windows.some(({ name }) => name === text);
    const named = places.filter(({ text }) => !framed(text));
    if (!pane.box) return { badges, places: named, frames: windows };
    const here = ({ point }) => holds(pane.box, point);
    return { badges: badges.filter(here), places: named.filter(here) };
  }

  /** Build one more inset and show what it magnifies. */
  async #addInset() {
    const caption = make("button", "map-caption", { type: "button" });
    const figure = make("figure", "map-inset", {}, caption);
    this.column.append(figure);
    const pane = this.#pane(figure, "Magnified part of the map", false);
    const inset = { figure, caption, pane, window: null };
    caption.addEventListener("click", () => {
      const [west, south, east, north] = inset.window.box;
      this.#go([[west, south], [east, north]]);
    });
    pane.map.on("resize", () => inset.window && pane.fill(inset.window.box));
    const place = this.#insets.push(inset) - 1;
    await pane.ready;
    this.#assign(inset, this.#scene.windows[place]);
    if (inset.window) await this.#paintOn([pane], this.#scene);
  }

  /** Point an inset at a window, or hide it. */
  #assign(inset, window) {
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

  // ------------------------------------------------------------------------------------------------ comparison

  /**
   * Show a second frame on a map of its own with the camera of the first, or end that.
   *
   * @param {object|null} frame
   * @param {"side"|"swipe"} mode side by side, or under a divider that the reader moves
   */
  async compare(frame, mode = "side") {
    const began = performance.now();
    this.#mode = frame ? mode : "one";
    this.root.dataset.mode = this.#mode;
    if (!frame) {
      if (!this.#second) return;
      this.#second.pane.map.remove();
      this.#second.pane.element.remove();
      this.divider.remove();
      this.#second = null;
      await this.#repaint();
      return;
    }
    const fresh = !this.#second;
    if (fresh) this.#addSecond();
    const second = this.#second;
    second.frame = frame;
    const scene = await this.#sceneOf(frame).catch((error) => this.#miss(error));
    if (!scene || this.#second !== second || second.frame !== frame) return;
    second.scene = scene;
    this.#entitle();
    if (fresh && this.#scene) await this.paint({ ...this.#scene.frame, selected: this.#marked.selected });
    await this.#paintOn([second.pane], scene);
    announce(frame, began);
  }

  #addSecond() {
    const element = make("div", "map-pane map-second");
    this.divider = make("input", "map-divider", {
      type: "range", min: "0", max: "100", "aria-label": "Divider between the two maps",
    });
    const divide = () => this.root.style.setProperty("--divide", this.divider.value / 100);
    this.divider.addEventListener("input", divide);
    this.stage.after(element, this.divider);
    divide();
    const pane = this.#pane(element, "The map compared with", true);
    this.#second = { pane, frame: null, scene: null };
    let following = false;
    const follow = (leader, follower) => leader.map.on("move", () => {
      if (following) return;
      following = true;
      follower.map.jumpTo({ center: leader.map.getCenter(), zoom: leader.map.getZoom() });
      following = false;
    });
    const { map } = this.#main;
    pane.map.jumpTo({ center: map.getCenter(), zoom: map.getZoom() });
    follow(this.#main, pane);
    follow(pane, this.#main);
  }

  // ---------------------------------------------------------------------------------------------------- camera

  #wide() {
    return this.root.clientWidth >= NARROW_PX;
  }

  #roomForInsets() {
    return this.#wantInsets && this.#wide() && !this.#second;
  }

  /** What lies over a pane: buttons, captions and titles, insets, and what the page puts there, as a legend. */
  #obstacles(element) {
    const whole = element.getBoundingClientRect();
    const over = ({ left, top, right, bottom }) => (
      { left: left - whole.left, top: top - whole.top, right: right - whole.left, bottom: bottom - whole.top });
    const within = ({ left, top, right, bottom }) => (
      left < right && top < bottom && left < whole.width && top < whole.height && right > 0 && bottom > 0);
    const written = element.querySelectorAll(".map-title, .map-caption, .map-scale");
    const boxes = [this.controls, ...written, ...document.querySelectorAll(this.#config.avoid)]
      .map((each) => over(each.getBoundingClientRect()));
    if (element === this.stage && this.#roomForInsets() && !this.#scene?.tiled) {
      const column = over(this.column.getBoundingClientRect());
      const figures = this.#scene?.frame.bounds ? this.#scene.windows.length : MOST;
      const side = column.right - column.left;
      boxes.push({ ...column, bottom: column.top + figures * (side + EDGE_PX) });
    }
    return boxes.filter(within);
  }

  /** What lies over either of two maps with one camera, or over the only one. */
  #allObstacles() {
    return [this.#main, this.#second?.pane].flatMap((pane) => (pane ? this.#obstacles(pane.element) : []));
  }

  #size() {
    return { width: this.stage.clientWidth, height: this.stage.clientHeight };
  }

  #fit(points, options) {
    return fitAround(points, this.#size(), this.#allObstacles(), options);
  }

  /** Let the insets be as large as what lies below them leaves room, and the scale bar stand where nothing does. */
  #makeRoom() {
    const whole = this.stage.getBoundingClientRect();
    const laid = [...document.querySelectorAll(this.#config.avoid)].map((element) => element.getBoundingClientRect())
      .filter(({ width, bottom }) => width && bottom > whole.bottom - SCALE_PX && bottom <= whole.bottom);
    const below = laid.filter(({ right }) => right > whole.right - SCALE_PX);
    const floor = below.reduce((least, { top }) => Math.min(least, top - whole.top), whole.height);
    this.root.style.setProperty("--floor", `${Math.round(floor)}px`);
    this.root.style.setProperty("--insets", this.#scene?.windows.length || MOST);
    this.root.toggleAttribute("data-scale-right", laid.some(({ left }) => left < whole.left + SCALE_PX));
  }

  /** Make room where what the page lays over the map has grown over the areas. */
  #giveWay() {
    this.#makeRoom();
    for (const { marks, element } of [this.#main, this.#second?.pane].filter(Boolean)) {
      marks.obstacles = this.#obstacles(element);
      marks.arrange();
    }
    const hidden = () => hides(this.#aim.points, this.#main.camera(), this.#size(), this.#allObstacles());
    if (this.#aim?.kept && hidden()) this.#aimAgain(true);
  }

  /** Send the camera to the areas of the frame, or to its bounds, where that is not what it was last sent to. */
  #aimAt(bounds) {
    const { tiled, shapes } = this.#scene;
    const key = `${tiled} ${this.#mode} ${bounds}`;
    if (this.#aim?.key === key) return;
    const points = bounds ? shapes.corners(shapes.within(bounds)).filter((point) => holds(bounds, point))
      : shapes.corners(shapes.ids);
    const first = this.#aim === null;
    this.#aim = { key, points, kept: true };
    this.#main.go(this.#fit(points), !first);
  }

  /** Look at the areas of the frame again, as after the room for them changed. */
  #aimAgain(fly) {
    this.#aim.kept = true;
    this.#main.go(this.#fit(this.#aim.points), fly);
  }

  goHome() {
    if (!this.#scene) return;
    this.#aim = { key: null };
    this.#aimAt(null);
  }

  /** Look at a part of the map. */
  #go(points, options) {
    if (this.#aim) this.#aim.kept = false;
    this.#main.go(this.#fit(points, options));
  }

  flyTo(code) {
    const { shapes } = this.#scene ?? {};
    const id = shapes?.find(code) ?? -1;
    if (id >= 0) this.#go(shapes.corners([id]), { maxZoom: 13, margin: 2 * EDGE_PX });
  }

  resize() {
    this.#panes().forEach((pane) => pane.resize());
  }

  async settled() {
    await Promise.all(this.#panes().map((pane) => pane.settled()));
  }

  setInsets(wanted) {
    this.#wantInsets = wanted;
    return this.#repaint();
  }

  /** Let the reader draw around areas, or stop that. */
  setLasso(wanted) {
    this.#stopLasso?.();
    this.#stopLasso = wanted ? lasso(this.#main, (codes) => this.#tell("lasso", codes)) : null;
  }

  setLayout(layout) {
    this.#layout = layout;
    return this.#repaint();
  }

  restyle() {
    this.#shades.clear();
    this.#theme = this.#readTheme();
    this.#everyPane().forEach((pane) => pane.restyle(this.#theme));
    return this.#repaint();
  }

  /** A colour of a palette as the page shows it: as its property `--on-rrggbb` says, where it sets one. */
  #shade(colour) {
    if (!this.#shades.has(colour)) {
      const set = getComputedStyle(this.root).getPropertyValue(`--on-${colour.slice(1)}`).trim();
      this.#shades.set(colour, set || colour);
    }
    return this.#shades.get(colour);
  }

  /** The colours that the page sets, or their defaults, as six hexadecimal digits. */
  #readTheme() {
    const style = getComputedStyle(this.root);
    const pen = document.createElement("canvas").getContext("2d");
    return Object.fromEntries(Object.entries(THEME).map(([name, otherwise]) => {
      pen.fillStyle = otherwise;
      pen.fillStyle = style.getPropertyValue(`--map-${name}`).trim(); // what is no colour changes nothing
      return [name, pen.fillStyle];
    }));
  }

  // ----------------------------------------------------------------------------------------------------- marks

  select(code) {
    this.#marked.selected = code;
    this.#mark();
  }

  point(code) {
    this.#marked.hover = code;
    this.#mark();
  }

  highlight(codes) {
    this.#marked.set = codes;
    this.#mark();
  }

  #marks(shapes) {
    const { hover, selected, set } = this.#marked;
    return { hover: shapes.find(hover), selected: shapes.find(selected), set: set.map((code) => shapes.find(code)) };
  }

  #mark() {
    if (this.#scene) this.#panes().forEach((pane) => pane.mark(this.#marks(pane.shapes ?? this.#scene.shapes)));
  }

  /** The reader chose an area (null: none); the same again clears it, and Shift gathers a set. */
  #choose(code, additive) {
    const chosen = code === this.#marked.selected ? null : code;
    if (!additive) this.select(chosen);
    this.#tell("select", additive ? code : chosen, { additive });
  }

  #point(pane, { clientX, clientY }) {
    const frame = pane.element.getBoundingClientRect();
    const whole = this.root.getBoundingClientRect();
    const code = pane.areaAt({ x: clientX - frame.left, y: clientY - frame.top });
    this.#hover(code, pane, { x: clientX - whole.left, y: clientY - whole.top });
    pane.map.getCanvas().style.cursor = code ? "pointer" : "";
  }

  /** Mark the area under the pointer and say what it is (null: none). */
  #hover(code, pane = null, point = null) {
    if (code !== this.#marked.hover || pane !== this.#pointed) {
      this.#marked.hover = this.#described = code;
      this.#pointed = pane;
      this.#retell();
      this.#mark();
      this.#tell("hover", code);
    }
    if (code) this.#placeTip(point);
  }

  /** Say again what is under the pointer, as after other numbers came. */
  #retell() {
    const scene = this.#pointed === this.#second?.pane ? this.#second?.scene : this.#scene;
    const id = scene?.shapes.find(this.#described) ?? -1;
    this.tip.hidden = id < 0;
    if (id >= 0) this.tip.replaceChildren(...this.#describe(id, scene));
  }

  /** The lines of a tooltip: the name, where it lies, and the numbers of the frame. */
  #describe(id, { shapes, frame: { values } }) {
    const { name, ward, borough } = shapes.properties(id);
    const where = [ward, borough].filter((part) => part && part !== name).join(" · ");
    const all = (values?.columns ?? []).map((column, i) => [column, values.rows[id]?.[i]]);
    const rows = all.filter(([, value]) => value);
    return [
      make("strong", "map-tip-name", {}, name),
      make("span", "map-tip-where", {}, where),
      make("dl", "map-tip-values", {}, ...rows.flatMap(([column, value]) => [
        make("dt", "", {}, column), make("dd", "", {}, value),
      ])),
    ];
  }

  #placeTip({ x, y }) {
    const { offsetWidth: width, offsetHeight: height } = this.tip;
    const beside = x + EDGE_PX + width > this.root.clientWidth ? x - EDGE_PX - width : x + EDGE_PX;
    const left = Math.min(Math.max(EDGE_PX / 2, beside), this.root.clientWidth - width - EDGE_PX / 2);
    const top = Math.min(Math.max(EDGE_PX / 2, y + EDGE_PX), this.root.clientHeight - height - EDGE_PX / 2);
    this.tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }

  // ------------------------------------------------------------------------------------------------- the reader

  #buttons() {
    const button = (label, text, act) => {
      const element = make("button", "map-button", { type: "button", "aria-label": label, title: label }, text);
      element.addEventListener("click", () => this.#main && act(this.#main.map));
      return element;
    };
    return make("div", "map-controls", { role: "group", "aria-label": "Map view" },
      button("Zoom in", "+", (gl) => gl.zoomIn({ duration: flight(200) })),
      button("Zoom out", "−", (gl) => gl.zoomOut({ duration: flight(200) })),
      button("Show the whole map", "Whole map", () => this.goHome()));
  }

  #listen() {
    const { map } = this.#main;
    const canvas = map.getCanvas();
    const middle = () => ({ x: this.stage.clientWidth / 2, y: this.stage.clientHeight / 2 });
    this.root.addEventListener("keydown", (event) => {
      const { hover, selected } = this.#marked;
      if (event.key !== "Escape" || (selected === null && hover === null)) return;
      event.stopPropagation();
      this.#hover(null);
      if (selected !== null) this.#choose(null, false);
    });
    canvas.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && this.#scene) this.#choose(this.#main.areaAt(middle()), event.shiftKey);
    });
    map.on("moveend", () => {
      if (!canvas.matches(":focus-visible") || !this.#scene) return;
      this.#hover(this.#main.areaAt(middle()), this.#main, middle());
    });
    map.on("movestart", ({ originalEvent }) => {
      if (originalEvent && this.#aim) this.#aim.kept = false;
    });
    document.querySelectorAll(this.#config.avoid).forEach((element) => this.#growth.observe(element));
    let wide = this.#wide();
    map.on("resize", () => {
      this.#makeRoom();
      if (this.#aim?.kept) this.#aimAgain(false);
      if (wide !== this.#wide()) {
        wide = !wide;
        map.cooperativeGestures[wide ? "disable" : "enable"]();
        this.#repaint();
      }
    });
  }

  #say(text) {
    this.message.textContent = text;
    this.message.hidden = !text;
  }
}
