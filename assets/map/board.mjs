/**
 * The whole map: the main pane, the insets, the other map of a comparison, the buttons and the tooltip; what is painted,
 * marked and looked at.
 */

import { make, styled } from "../page/dom.mjs";
import { Camera } from "./camera.mjs";
import { Colours } from "./colours.mjs";
import { Insets } from "./insets.mjs";
import { lasso } from "./lasso.mjs";
import { mercator } from "./mercator.mjs";
import { Pane } from "./pane.mjs";
import { Room } from "./room.mjs";
import { scaleBar } from "./scale.mjs";
import { Scenes } from "./scenes.mjs";
import { Second } from "./second.mjs";
import { holds } from "./shapes.mjs";
import { Tip } from "./tip.mjs";

/** @typedef {import("./scenes.mjs").Scene} Scene */

const LATE_MS = 300; // after which shapes that are not there yet let the map before them fade
const MOST_BRUSHED = 400; // areas that get lines of their own; of more, fading the others says enough
const TABLE = "The table holds the same areas and the same numbers.";

/** The top areas of a frame: [id, rank]. */
const ranks = ({ ranked = [] }) => ranked.map((entry, i) => (Array.isArray(entry) ? entry : [entry, String(i + 1)]));

/** Say that a frame is on the screen. */
function announce({ query }, began) {
  const ms = performance.now() - began;
  window.dispatchEvent(new CustomEvent("hotspots:painted", { detail: { query, ms } }));
}

/** How wide what is looked at is over its height. @param {Scene} scene */
function shapeOf({ frame, shapes }) {
  const [west, south, east, north] = frame.bounds ?? shapes.box;
  const [[left, low], [right, high]] = [mercator([west, south]), mercator([east, north])];
  return (right - left) / (low - high || 1e-9);
}

export class Board {
  #config;
  #tell;
  #colours;
  #scenes;
  #room;
  /** @type {Pane} */ #main;
  /** @type {Camera} */ #camera;
  #insets = this.#magnifiers();
  #tip = new Tip();
  #turn = 0; // counts frames, so that one overtaken while its shapes load gives up
  #marked = { hover: null, selected: null, set: [] }; // codes
  #pointed = null; // the pane under the pointer
  #described = null; // code of the area under it, which the tooltip tells of; lists point at areas without one
  /** @type {import("./map.mjs").Frame|null} */ #asked = null; // the frame painted last, or still to be
  /** @type {Scene|null} */ #scene = null;
  /** @type {Second|null} */ #second = null;
  #mode = "one"; // how two maps lie: side by side, or one under the other with a divider to swipe
  #stopLasso = null;
  #growth = new ResizeObserver(() => this.#giveWay());

  /**
   * Build the map in an element.
   *
   * @param {HTMLElement} host
   * @param {import("./map.mjs").Config} config
   * @param {(kind: "select"|"hover"|"lasso", ...news: unknown[]) => void} tell
   * @returns {Promise<Board>}
   */
  static async open(host, config, tell) {
    const board = new Board(host, config, tell);
    await board.#start();
    return board;
  }

  constructor(host, config, tell) {
    this.#config = config;
    this.#tell = tell;
    this.stage = make("div", "map-pane");
    this.message = make("p", "map-message", { role: "alert", hidden: "" });
    const controls = this.#buttons();
    const { column } = this.#insets;
    this.root = make("div", "map", {}, this.stage, column, controls, this.#tip.element, this.message);
    host.replaceChildren(this.root);
    this.#room = new Room(this.root, { stage: this.stage, controls }, config.avoid);
  }

  #magnifiers() {
    return new Insets((element, label) => this.#pane(element, label, false), (box) => this.#camera.lookAt(box));
  }

  async #start() {
    await styled(); // they say in which colours it is drawn
    this.#colours = new Colours(this.root);
    this.#scenes = new Scenes(this.#config, this.#colours);
    this.#main = this.#pane(this.stage, this.#config.label, true);
    this.#camera = new Camera(this.#main, this.#room, () => this.#pair().flatMap((pane) => this.#obstacles(pane)));
    this.scale = scaleBar(this.#main);
    this.stage.append(this.scale);
    this.#listen();
  }

  /** Stand in another element, among what the page lays over that. */
  move(host) {
    host.replaceChildren(this.root);
    this.#growth.disconnect();
    this.#heed();
    this.#giveWay();
  }

  /** Give way to what the page lays over the map. */
  #heed() {
    this.#room.laid().forEach((element) => this.#growth.observe(element));
  }

  close() {
    this.#growth.disconnect();
    this.#everyPane().forEach((pane) => pane.close());
    this.root.remove();
  }

  // ---------------------------------------------------------------------------------------------------- frames

  /** Paint a frame on every pane, unless a newer one overtakes it. */
  async paint(frame) {
    const began = performance.now();
    this.#asked = frame;
    this.#turn += 1;
    const turn = this.#turn;
    const late = setTimeout(() => this.root.setAttribute("aria-busy", "true"), LATE_MS);
    const scene = await this.#scenes.of(frame).catch((error) => this.#miss(error));
    clearTimeout(late);
    if (turn === this.#turn) this.root.removeAttribute("aria-busy");
    if (!scene || turn !== this.#turn) return;
    this.#say("");
    this.#scene = { ...scene, windows: this.#windowsOf(scene) };
    this.#marked.selected = frame.selected ?? null;
    this.#entitle();
    this.scale.hidden = scene.tiled;
    this.#share();
    this.#camera.aimAt(scene, this.#mode, frame.bounds ?? null);
    this.#insets.assign(this.#scene.windows);
    await this.#paintOn([this.#main, ...this.#insets.panes], this.#scene);
    if (turn !== this.#turn) return;
    announce(frame, began);
    this.#retell();
    await this.#magnify(this.#insets, () => this.#scene);
  }

  /** Add the insets that are missing, in what is by then to be seen. */
  async #magnify(insets, scene) {
    await Promise.all(insets.missing(scene().windows).map(async () => {
      const pane = await insets.add(() => scene()?.windows ?? []);
      if (pane) await this.#paintOn([pane], scene());
    }));
  }

  /** What is magnified of a scene. @param {Scene} scene */
  #windowsOf({ frame, tiled }) {
    return tiled || !this.#roomForInsets() ? [] : frame.insets ?? [];
  }

  /** Paint the main frame of now again, which may still wait for its shapes. */
  async #paintAgain() {
    const frame = this.#asked;
    if (frame) await this.paint(this.#scene?.frame === frame ? { ...frame, selected: this.#marked.selected } : frame);
  }

  /** Paint the frames of now again, after something else changed. */
  async #repaint() {
    const second = this.#second?.frame;
    await Promise.all([
      this.#paintAgain(),
      second && this.compare(second, this.#mode),
    ]);
  }

  /** Paint a scene on some panes: outlines, writing, colours and marks; resolve when it is drawn. */
  async #paintOn(panes, scene) {
    const obstacles = panes.map((pane) => this.#obstacles(pane)); // read before anything is written
    await Promise.all(panes.map(async (pane) => {
      await pane.ready;
      pane.outline(scene.outlines);
      await pane.show(scene.shapes, scene.looks);
    }));
    const anew = panes.filter((pane, i) => {
      pane.marks.obstacles = obstacles[i];
      return pane.write(this.#writing(pane, scene));
    });
    anew.forEach(({ marks }) => marks.measure()); // of all before any is arranged, so that they are laid out once
    anew.forEach(({ marks }) => marks.arrange());
    for (const pane of panes) {
      pane.mark(this.#marks(scene.shapes));
      pane.brush(scene.lit.length <= MOST_BRUSHED ? scene.lit : []);
      pane.draw();
    }
  }

  /** What is written on a pane. */
  #writing(pane, { frame, shapes, places, looks, tiled, windows = [] }) {
    const badges = ranks(frame).map(([id, text]) => ({ text, point: shapes.anchor(id), extent: shapes.boxes[id] }));
    const framed = (text) => windows.some(({ name }) => name === text);
    const named = places.filter(({ text }) => !framed(text));
    const [[first] = []] = ranks(frame); // names stand beside what leads, whose tiles are as large as they are
    const shy = tiled && first !== undefined ? shapes.ids.filter((id) => looks[id] === looks[first]) : [];
    if (!pane.box) return { badges, places: named, frames: windows, shy: shy.map((id) => shapes.boxes[id]) };
    const here = ({ point }) => holds(pane.box, point);
    return { badges: badges.filter(here), places: named.filter(here) };
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

  /**
   * Show a second frame on a map of its own with the camera of the first, or end that.
   *
   * @param {import("./map.mjs").Frame|null} frame
   * @param {string} mode side by side, or "swipe": under a divider that the reader moves
   */
  async compare(frame, mode = "side") {
    const began = performance.now();
    const turned = Boolean(frame) && this.#mode !== mode;
    this.#mode = frame ? mode : "one";
    this.root.dataset.mode = this.#mode;
    if (!frame) {
      if (!this.#second) return;
      this.#second.close();
      this.#second = null;
      await this.#repaint();
      return;
    }
    this.#second ??= new Second(this.root, this.#main, (element, label) => this.#pane(element, label, true), this.#magnifiers());
    const second = this.#second;
    second.frame = frame;
    const scene = await this.#scenes.of(frame).catch((error) => this.#miss(error));
    if (!scene || this.#second !== second || second.frame !== frame) return;
    second.scene = { ...scene, windows: this.#windowsOf(scene) };
    this.#entitle();
    second.insets.assign(second.scene.windows);
    if (turned && this.#scene) await this.#paintAgain();
    await this.#paintOn([second.pane, ...second.insets.panes], second.scene);
    announce(frame, began);
    await this.#magnify(second.insets, () => second.scene);
  }

  // ----------------------------------------------------------------------------------------------------- panes

  #pane(element, label, interactive) {
    const cooperative = interactive && !this.#room.wide;
    const pane = new Pane(element, { label, interactive, cooperative, theme: this.#colours.theme });
    element.addEventListener("pointermove", (event) => {
      if (event.buttons || event.target.closest("button")) this.#hover(null); // who drags or draws looks at the map
      else this.#point(pane, event);
    });
    element.addEventListener("pointerleave", () => this.#hover(null));
    pane.on("click", (point, additive) => this.#choose(pane.areaAt(point), additive));
    return pane;
  }

  /** The main pane, and the one compared with. */
  #pair() {
    return this.#second ? [this.#main, this.#second.pane] : [this.#main];
  }

  /** All panes on the screen. */
  #panes() {
    return [...this.#pair(), ...this.#insets.panes, ...this.#second?.insets.panes ?? []];
  }

  /** All panes, those of insets without a window too. */
  #everyPane() {
    return [...this.#pair(), ...this.#insets.everyPane, ...this.#second?.insets.everyPane ?? []];
  }

  resize() {
    this.#panes().forEach((pane) => pane.resize());
  }

  async settled() {
    await Promise.all(this.#panes().map((pane) => pane.settled()));
  }

  restyle() {
    this.#colours.read();
    this.#everyPane().forEach((pane) => pane.restyle(this.#colours.theme));
    return this.#repaint();
  }

  // ------------------------------------------------------------------------------------------------------ room

  #roomForInsets() {
    return this.#config.insets > 0;
  }

  /**
   * Insets for which room is kept: usually for as many as there usually are, so that the map stays where it is. Two maps,
   * beneath which they stand, have no room for what is not there.
   */
  #kept() {
    if (!this.#roomForInsets() || this.#scene?.tiled) return 0;
    const { length } = this.#scene?.windows ?? [];
    if (this.#second && this.#scene && !length) return 0;
    return this.#scene?.frame.bounds ? length : Math.max(length, this.#config.insets);
  }

  #obstacles({ element }) {
    const insets = element === this.stage ? this.#insets : element === this.#second?.pane.element ? this.#second.insets : null;
    return this.#room.obstacles(element, insets?.column, this.#kept());
  }

  #share() {
    const insets = this.#scene?.windows.length || this.#config.insets || 1;
    this.#room.share(insets, Boolean(this.#second), this.#scene ? shapeOf(this.#scene) : 1);
  }

  /** Make room where what the page lays over the map has grown over the areas. */
  #giveWay() {
    this.#share();
    for (const pane of this.#pair()) {
      pane.marks.obstacles = this.#obstacles(pane);
      pane.marks.arrange();
    }
    this.#camera.giveWay();
  }

  goHome() {
    if (this.#scene) this.#camera.home(this.#scene, this.#mode);
  }

  lookAt(box) {
    this.#camera.lookAt(box);
  }

  flyTo(code) {
    const { shapes } = this.#scene ?? {};
    const id = shapes?.find(code) ?? -1;
    if (id >= 0) this.#camera.closeUp(shapes.corners([id]));
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

  /** Let the reader draw around areas, or stop that. */
  setLasso(wanted) {
    this.#stopLasso?.();
    this.#stopLasso = wanted ? lasso(this.#main, (codes) => this.#tell("lasso", codes)) : null;
  }

  // ---------------------------------------------------------------------------------------------- what is under it

  #point(pane, { clientX, clientY }) {
    const frame = pane.element.getBoundingClientRect();
    const whole = this.root.getBoundingClientRect();
    const code = pane.areaAt({ x: clientX - frame.left, y: clientY - frame.top });
    this.#hover(code, pane, { x: clientX - whole.left, y: clientY - whole.top });
    pane.canvas.style.cursor = code ? "pointer" : "";
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
    if (code) this.#tip.place(point, this.root);
  }

  /** Say again what is under the pointer, as after other numbers came. */
  #retell() {
    this.#tip.tell(this.#described, this.#second && this.#pointed === this.#second.pane ? this.#second.scene : this.#scene);
  }

  // ------------------------------------------------------------------------------------------------- the reader

  #buttons() {
    const button = (label, text, act) => {
      const element = make("button", "map-button", { type: "button", "aria-label": label, title: label }, text);
      element.addEventListener("click", () => this.#main && act());
      return element;
    };
    return make("div", "map-controls", { role: "group", "aria-label": "Map view" },
      button("Zoom in", "+", () => this.#zoom(1)),
      button("Zoom out", "−", () => this.#zoom(-1)),
      button("Show the whole map", "Whole map", () => this.goHome()));
  }

  #zoom(levels) {
    this.#camera.leave();
    this.#main.zoomBy(levels);
  }

  #listen() {
    const main = this.#main;
    const { canvas } = main;
    const middle = () => ({ x: this.stage.clientWidth / 2, y: this.stage.clientHeight / 2 });
    this.root.addEventListener("keydown", (event) => {
      const { hover, selected } = this.#marked;
      if (event.key !== "Escape" || (selected === null && hover === null)) return;
      event.stopPropagation();
      this.#hover(null);
      if (selected !== null) this.#choose(null, false);
    });
    canvas.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && this.#scene) this.#choose(main.areaAt(middle()), event.shiftKey);
    });
    main.on("rest", () => {
      if (!canvas.matches(":focus-visible") || !this.#scene) return;
      this.#hover(main.areaAt(middle()), main, middle());
    });
    main.on("led", () => this.#camera.leave());
    this.#heed();
    let { wide } = this.#room;
    main.on("resize", () => {
      this.#share();
      this.#camera.again();
      if (wide !== this.#room.wide) {
        wide = !wide;
        main.cooperate(!wide);
        this.#repaint();
      }
    });
  }

  #say(text) {
    this.message.textContent = text;
    this.message.hidden = !text;
  }
}
