/**
 * One MapLibre map with the areas, their outlines and the marked ones. The main map, the insets and the second map of a
 * comparison are all panes, so that they colour, select and highlight by the same code.
 *
 * Colours travel by feature state alone, so that a repaint touches no geometry. Layers that a frame does not need are
 * kept at opacity 0, which MapLibre skips without cost and brings back without reading the shapes again.
 *
 * @typedef {import("./shapes.mjs").Shapes} Shapes
 * @typedef {object} Look how one area is drawn: CSS colours; "transparent" draws nothing
 * @property {string} colour
 * @property {string} nodata hatching of an area without data
 * @property {string} suppressed cross-hatching of a number that may not be shown
 * @property {string} overlay dots laid over the colour
 */

import { flight, make } from "../page/dom.mjs";
import { Marks } from "./marks.mjs";

export const CLEAR = "rgba(0,0,0,0)";
const AREAS_END = "areas end"; // areas are added below this layer, outlines above it
const byZoom = (...stops) => ["interpolate", ["linear"], ["zoom"], ...stops];
const OUTLINES = { // fainter where a county, or all of England, has too many for full ink
  ward: { width: byZoom(11, 0.8, 14, 1.6), opacity: byZoom(7, 0, 9, 0.35, 12, 0.9) },
  rim: { kind: "borough", token: "casing", width: byZoom(9, 2.6, 14, 5), opacity: byZoom(9, 0.3, 10, 0.7) }, // on any colour
  borough: { width: byZoom(6, 0.5, 8.5, 1.6, 11, 1.6, 14, 2.4), opacity: byZoom(6, 0.6, 8.5, 1) },
};
// Two lines around what is marked, a dark and a light one, so that one of them stands out on any colour.
const MARKS = [
  { kind: "set", token: "dark", width: byZoom(9, 4, 13, 6) },
  { kind: "set", token: "light", width: byZoom(9, 1.6, 13, 2.4) },
  { kind: "hover", token: "light", width: 4.5 },
  { kind: "hover", token: "dark", width: 2 },
  { kind: "selected", token: "dark", width: byZoom(9, 6.5, 13, 9) },
  { kind: "selected", token: "halo", width: byZoom(9, 3, 13, 4.5) },
];
const MOST_JOINED = 600; // areas of a set that have one line around them all
const PATTERNS = {
  nodata: { state: "nodata", size: 10, distance: (x, y) => stripe(x + y, 10, 0.55) },
  suppressed: {
    state: "suppressed", size: 10, distance: (x, y) => Math.min(stripe(x + y, 10, 0.5), stripe(x - y, 10, 0.5)),
  },
  casing: { state: "overlay", size: 8, distance: (x, y) => Math.hypot(x - 4, y - 4) - 2.6 },
  overlay: { state: "overlay", size: 8, distance: (x, y) => Math.hypot(x - 4, y - 4) - 1.7 },
};

/** The lines between areas, fainter where there are many: a colour of six hexadecimal digits with alpha. */
const hair = (colour) => byZoom(6.5, `${colour}00`, 8.5, `${colour}4d`, 10, `${colour}80`, 13, `${colour}e6`);

/** The colour that the state of an area gives. */
const stated = (state) => ["to-color", ["coalesce", ["feature-state", state], CLEAR]];

/** A ring wherever there is an overlay, so that its dots stand out on any colour. */
const casing = (colour) => ["case", ["==", ["coalesce", ["feature-state", "overlay"], CLEAR], CLEAR], CLEAR, colour];

/** Distance of a point to the nearest of the diagonal stripes that repeat every `step`, less half their width. */
function stripe(along, step, half) {
  const rest = ((along % step) + step) % step;
  return Math.min(rest, step - rest) / Math.SQRT2 - half;
}

/** A pattern tile as a distance field, which MapLibre fills with the colour of the state: edge at 3/4 of alpha. */
function patternImage({ size, distance }, ratio = 2) {
  const pixels = size * ratio;
  const image = new ImageData(pixels, pixels);
  for (let i = 0; i < pixels * pixels; i += 1) {
    const x = ((i % pixels) + 0.5) / ratio;
    const y = (Math.floor(i / pixels) + 0.5) / ratio;
    image.data[4 * i + 3] = 255 * Math.min(1, Math.max(0, 0.75 - distance(x, y) / 4));
  }
  return image;
}

const collection = (features) => ({ type: "FeatureCollection", features });

export class Pane {
  /**
   * @param {any} library the module maplibre-gl
   * @param {HTMLElement} element
   * @param {object} options
   * @param {string} options.label what a screen reader calls it
   * @param {boolean} options.interactive whether the reader may move it
   * @param {boolean} options.cooperative whether one finger scrolls the page and two move the map
   * @param {Record<string, string>} options.theme
   */
  constructor(library, element, { label, interactive, cooperative = false, theme }) {
    this.element = element;
    this.theme = theme;
    /** @type {Shapes|null} */ this.shapes = null;
    /** @type {import("./shapes.mjs").Box|null} */ this.box = null; // all that it can ever show, where not everything
    this.levels = new Map(); // key of shapes -> {box, ids, looks, layers}: what is loaded, how each was last painted
    this.outlines = []; // sources of ward and borough outlines
    this.tokens = new Map(); // layer -> [property, token of the theme]
    this.marked = "";
    this.brushed = "";
    const container = make("div", "map-canvas");
    this.title = make("p", "map-title"); // says which is which where two panes are compared
    element.append(container, this.title);
    this.map = new library.Map({
      container,
      style: {
        version: 8,
        transition: { duration: 0, delay: 0 },
        sources: {
          marked: { type: "geojson", data: collection([]), tolerance: 0 },
          brushed: { type: "geojson", data: collection([]), tolerance: 0 },
        },
        layers: [
          { id: "ground", type: "background", paint: { "background-color": theme.water } },
          { id: AREAS_END, type: "background", layout: { visibility: "none" } },
        ],
      },
      interactive,
      cooperativeGestures: cooperative,
      attributionControl: false,
      fadeDuration: 0,
      renderWorldCopies: false,
      boxZoom: false, // Shift gathers a set of areas
      doubleClickZoom: false,
      dragRotate: false,
      touchPitch: false,
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    this.call(label);
    this.map.getCanvas().tabIndex = interactive ? 0 : -1;
    if (!interactive) this.map.getCanvas().setAttribute("role", "img");
    this.ready = this.map.once("style.load").then(() => this.#furnish());
    this.marks = new Marks(this);
  }

  #furnish() {
    this.tokens.set("ground", ["background-color", "water"]);
    for (const [name, pattern] of Object.entries(PATTERNS)) {
      this.map.addImage(name, patternImage(pattern), { pixelRatio: 2, sdf: true });
    }
    this.#line("brushed", { source: "brushed", token: "ink", width: byZoom(9, 0.9, 13, 1.8) });
    for (const mark of MARKS) this.#line(`${mark.kind}:${mark.token}`, { source: "marked", ...mark });
  }

  /**
   * Add a layer of lines in a colour of the theme, perhaps of one kind of feature only.
   *
   * @param {string} id
   * @param {{source: string, kind?: string, token: string, width: unknown, below?: string}} how
   */
  #line(id, { source, kind, token, width, below }) {
    this.tokens.set(id, ["line-color", token]);
    this.map.addLayer({
      id, type: "line", source,
      ...(kind && { filter: ["==", ["get", "kind"], kind] }),
      layout: { "line-join": "round", "line-cap": "round" },
      paint: { "line-color": this.theme[token], "line-width": width },
    }, below);
  }

  /** Give the pane the name that a screen reader says. */
  call(label) {
    this.map.getCanvas().setAttribute("aria-label", label);
  }

  /** Take the colours of another theme. */
  restyle(theme) {
    this.theme = theme;
    for (const [layer, [property, token]] of this.tokens) this.map.setPaintProperty(layer, property, theme[token]);
    for (const [key, { layers }] of this.levels) {
      this.map.setPaintProperty(`colour:${key}`, "fill-outline-color", hair(theme.hair));
      if (layers.includes("casing")) this.map.setPaintProperty(`casing:${key}`, "fill-color", casing(theme.casing));
    }
  }

  /**
   * Show the areas of one level in place of the others, already in their colours. The first time the shapes have to be
   * tiled; the level shown before stays on the screen until that is done.
   *
   * @param {Shapes} shapes
   * @param {Look[]} looks one for every area
   */
  async show(shapes, looks) {
    const states = ["nodata", "suppressed", "overlay"].filter((state) => looks.some((look) => look[state] !== CLEAR));
    const patterns = Object.keys(PATTERNS).filter((name) => states.includes(PATTERNS[name].state));
    const fresh = [this.#load(shapes), this.#layers(shapes.key, ["colour", ...patterns])].some(Boolean);
    this.#colour(shapes.key, looks);
    if (!this.shapes) this.#reveal(shapes, patterns);
    if (fresh) await this.#tiled(shapes.key);
    this.#reveal(shapes, patterns);
  }

  /** Bring the areas that this pane can show into its map, where they are new or its box moved. Say whether so. */
  #load(shapes) {
    const known = this.levels.get(shapes.key);
    if (known && known.box === this.box) return false;
    const ids = this.box ? shapes.within(this.box) : shapes.ids;
    const data = collection(ids.map((id) => shapes.features[id]));
    if (known) {
      Object.assign(known, { box: this.box, ids });
      this.map.getSource(shapes.key).setData(data);
    } else {
      this.levels.set(shapes.key, { box: this.box, ids, looks: [], layers: [] });
      this.map.addSource(shapes.key, { type: "geojson", data, tolerance: 0, maxzoom: 14 });
    }
    return true;
  }

  /** Add the layers of a level that were not needed before: each makes every recolouring dearer. Say whether any. */
  #layers(source, names) {
    const { layers } = this.levels.get(source);
    const missing = names.filter((name) => !layers.includes(name));
    for (const name of missing) {
      const paint = name === "colour"
        ? { "fill-color": stated(name), "fill-outline-color": hair(this.theme.hair) }
        : { "fill-color": name === "casing" ? casing(this.theme.casing) : stated(name), "fill-pattern": name, "fill-antialias": false };
      this.map.addLayer({ id: `${name}:${source}`, type: "fill", source, paint }, AREAS_END);
    }
    layers.push(...missing);
    return missing.length > 0;
  }

  /** Resend the state of every area whose look changed. */
  #colour(source, looks) {
    const level = this.levels.get(source);
    for (const id of level.ids) {
      if (looks[id] !== level.looks[id]) {
        this.map.setFeatureState({ source, id }, looks[id]);
        level.looks[id] = looks[id];
      }
    }
  }

  /** Let one level be seen, and of its patterns those in use. */
  #reveal(shapes, patterns) {
    this.shapes = shapes;
    for (const [key, { layers }] of this.levels) {
      for (const name of layers) {
        const seen = key === shapes.key && (name === "colour" || patterns.includes(name));
        this.map.setPaintProperty(`${name}:${key}`, "fill-layer-opacity", seen ? 1 : 0);
      }
    }
  }

  /** Resolve when the source has its tiles. */
  async #tiled(source) {
    this.draw(); // only then is it known what has to be loaded
    while (!this.map.isSourceLoaded(source)) await this.map.once("sourcedata");
  }

  /**
   * Show one set of ward and borough outlines.
   *
   * @param {string} name
   * @param {object[]} features lines or polygons with the property kind: ward or borough
   */
  outline(name, features) {
    const source = `outline:${name}`;
    if (!this.map.getSource(source)) {
      this.map.addSource(source, { type: "geojson", data: collection(features), tolerance: 0, maxzoom: 14 });
      for (const [line, { kind = line, token = "ink", width }] of Object.entries(OUTLINES)) {
        this.#line(`${source}:${line}`, { source, kind, token, width, below: "brushed" });
      }
      this.outlines.push(source);
    }
    for (const other of this.outlines) {
      for (const [line, { opacity }] of Object.entries(OUTLINES)) {
        this.map.setPaintProperty(`${other}:${line}`, "line-opacity", other === source ? opacity : 0);
      }
    }
  }

  /**
   * Draw around areas.
   *
   * @param {{hover: number, selected: number, set: number[]}} ids -1 for none
   */
  mark({ hover, selected, set }) {
    if (!this.shapes) return;
    const known = { set: set.filter((id) => id >= 0), hover, selected };
    const marked = `${this.shapes.key} ${JSON.stringify(known)}`;
    if (marked === this.marked) return;
    this.marked = marked;
    const geometries = [
      ...this.#around(known.set).map((geometry) => ["set", geometry]),
      ...["hover", "selected"].filter((kind) => known[kind] >= 0)
        .map((kind) => [kind, this.shapes.features[known[kind]].geometry]),
    ];
    this.map.getSource("marked").setData(collection(geometries.map(([kind, geometry]) => (
      { type: "Feature", properties: { kind }, geometry }))));
  }

  /** Draw thin lines around the areas that stand out while the others are faded. */
  brush(ids) {
    const brushed = `${this.shapes.key} ${ids}`;
    if (brushed === this.brushed) return;
    this.brushed = brushed;
    this.map.getSource("brushed").setData(collection(this.#around(ids).map((geometry) => (
      { type: "Feature", properties: {}, geometry }))));
  }

  /** Lines around some areas: around all of them together, unless they are many. */
  #around(ids) {
    if (ids.length > MOST_JOINED) return ids.map((id) => this.shapes.features[id].geometry);
    return [{ type: "MultiLineString", coordinates: this.shapes.around(ids) }];
  }

  /** Write numbers, frames and names on the pane: see Marks.write. */
  write(marks) {
    this.marks.write(marks);
  }

  /** Fit the element after its size or the page's type changed. */
  resize() {
    this.map.resize();
    this.marks.measure();
  }

  /** Draw what was asked for now, rather than with the next frame of the browser. */
  draw() {
    this.map.redraw();
  }

  /** Resolve when nothing is left to load or to move. */
  async settled() {
    this.map.triggerRepaint();
    await this.map.once("idle");
  }

  /** Send the camera somewhere: by a short flight, or at once where motion is unwelcome. */
  go({ center, zoom }, fly = true) {
    this.map.easeTo({ center, zoom, duration: fly ? flight() : 0 });
  }

  /** Where the camera stands. */
  camera() {
    return { center: this.map.getCenter().toArray(), zoom: this.map.getZoom() };
  }

  /** Fill the pane with a box in degrees, at once. */
  fill([west, south, east, north]) {
    this.map.fitBounds([[west, south], [east, north]], { duration: 0 });
  }

  /** Code of the area under a point of the screen, or null. */
  areaAt({ x, y }) {
    const { lng, lat } = this.map.unproject([x, y]);
    const id = this.shapes?.at([lng, lat]) ?? -1;
    return id < 0 ? null : this.shapes.properties(id).code;
  }
}
