/**
 * A painter that lets MapLibre draw a pane by WebGL: national maps, where this browser has it.
 *
 * Colours travel by feature state alone, so that a repaint touches no geometry. Layers that a frame does not need are
 * kept at opacity 0, which MapLibre skips without cost and brings back without reading the shapes again.
 *
 * @typedef {import("./shapes.mjs").Shapes} Shapes
 * @typedef {import("./pane.mjs").Look} Look
 */

import { BRUSHED, CLEAR, HAIR, HATCHINGS, MARKS, OUTLINES, tile } from "./ink.mjs";

const AREAS_END = "areas end"; // areas are added below this layer, outlines above it
const RATIO = 2; // device pixels a pixel of a hatching

const byZoom = (stops) => ["interpolate", ["linear"], ["zoom"], ...stops.flat()];

/** The lines between areas: a colour of six hexadecimal digits with alpha. */
const hair = (colour) => byZoom(HAIR.map(([zoom, share]) => (
  [zoom, colour + Math.round(255 * share).toString(16).padStart(2, "0")])));

/** The colour that the state of an area gives. */
const stated = (state) => ["to-color", ["coalesce", ["feature-state", state], CLEAR]];

/** A colour wherever the state of an area gives one. */
const under = (state, colour) => ["case", ["==", ["coalesce", ["feature-state", state], CLEAR], CLEAR], CLEAR, colour];

/** A hatching as a distance field, which MapLibre fills with the colour of the state: edge at 3/4 of alpha. */
function image(hatching) {
  const { side, alpha } = tile(hatching, RATIO, (outside) => 0.75 - outside / RATIO / 4);
  const found = new ImageData(side, side);
  alpha.forEach((value, i) => { found.data[4 * i + 3] = value; });
  return found;
}

const collection = (features) => ({ type: "FeatureCollection", features });

/** MapLibre, or null where this browser has no WebGL or the server no library. */
export async function library(vendor = new URL("../vendor/maplibre-gl/", import.meta.url).href) {
  if (!document.createElement("canvas").getContext("webgl2")) return null;
  try {
    return await import(new URL("maplibre-gl.mjs", vendor).href);
  } catch (error) {
    console.warn("The map library is not installed on the server (python tools/vendor.py there): drawing by hand.", error);
    return null;
  }
}

export class WebGlPainter {
  #map;
  #theme;
  #levels = new Map(); // key of shapes -> {ids, looks, layers}: what is loaded, how each was last painted
  #outlines = []; // sources of ward and borough outlines
  #tokens = new Map(); // layer -> [property, token of the theme]
  #shown = null; // key of the shapes on the screen

  /**
   * @param {any} maplibre
   * @param {HTMLElement} container
   * @param {{interactive: boolean, cooperative: boolean, theme: Record<string, string>}} how
   */
  constructor(maplibre, container, { interactive, cooperative, theme }) {
    this.#theme = theme;
    const source = { type: "geojson", data: collection([]), tolerance: 0 };
    this.#map = new maplibre.Map({
      container,
      style: {
        version: 8,
        transition: { duration: 0, delay: 0 },
        sources: { marked: source, brushed: source },
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
    this.#map.touchZoomRotate.disableRotation();
    this.#map.keyboard.disableRotation();
    this.ready = this.#map.once("style.load").then(() => this.#furnish());
  }

  #furnish() {
    this.#tokens.set("ground", ["background-color", "water"]);
    for (const [name, hatching] of Object.entries(HATCHINGS)) {
      this.#map.addImage(name, image(hatching), { pixelRatio: RATIO, sdf: true });
    }
    this.#line("brushed", { source: "brushed", ...BRUSHED });
    for (const mark of MARKS) this.#line(`${mark.kind}:${mark.token}`, { source: "marked", ...mark });
  }

  /**
   * Add a layer of lines in a colour of the theme, perhaps of one kind of feature only.
   *
   * @param {string} id
   * @param {{source: string, kind?: string, token: string, width: number[][], below?: string}} how
   */
  #line(id, { source, kind, token, width, below }) {
    this.#tokens.set(id, ["line-color", token]);
    this.#map.addLayer({
      id, type: "line", source,
      ...(kind && { filter: ["==", ["get", "kind"], kind] }),
      layout: { "line-join": "round", "line-cap": "round" },
      paint: { "line-color": this.#theme[token], "line-width": byZoom(width) },
    }, below);
  }

  get canvas() {
    return this.#map.getCanvas();
  }

  /** Be told of a "move", its end ("rest"), that the reader takes the camera ("led"), a "resize", a "click". */
  on(kind, callback) {
    if (kind === "rest") this.#map.on("moveend", callback);
    else if (kind === "led") this.#map.on("movestart", ({ originalEvent }) => originalEvent && callback());
    else if (kind === "click") this.#map.on(kind, ({ point, originalEvent }) => callback(point, originalEvent.shiftKey));
    else this.#map.on(kind, callback);
  }

  close() {
    this.#map.remove();
  }

  // -------------------------------------------------------------------------------------------------- the camera

  project(point) {
    const { x, y } = this.#map.project(point);
    return [x, y];
  }

  unproject(pixel) {
    return this.#map.unproject(pixel).toArray();
  }

  get stand() {
    return { center: this.#map.getCenter().toArray(), zoom: this.#map.getZoom() };
  }

  go(stand, lasts) {
    if (lasts) this.#map.easeTo({ ...stand, duration: lasts });
    else this.#map.jumpTo(stand);
  }

  zoomBy(levels, lasts) {
    this.#map.zoomTo(this.#map.getZoom() + levels, { duration: lasts });
  }

  cooperate(wanted) {
    this.#map.cooperativeGestures[wanted ? "enable" : "disable"]();
  }

  resize() {
    this.#map.resize();
  }

  // -------------------------------------------------------------------------------------------- what is painted

  restyle(theme) {
    this.#theme = theme;
    for (const [layer, [property, token]] of this.#tokens) this.#map.setPaintProperty(layer, property, theme[token]);
    for (const [key, { layers }] of this.#levels) {
      this.#map.setPaintProperty(`colour:${key}`, "fill-outline-color", hair(theme.hair));
      for (const name of layers) {
        if (HATCHINGS[name]?.token) this.#map.setPaintProperty(`${name}:${key}`, "fill-color", this.#hatching(name));
      }
    }
  }

  /**
   * Show some areas of one level in place of the others, already in their colours. The first time the shapes have to be
   * tiled; the level shown before stays on the screen until that is done.
   *
   * @param {Shapes} shapes
   * @param {number[]} ids
   * @param {Look[]} looks one for every area of the shapes
   */
  async show(shapes, ids, looks) {
    const states = ["nodata", "suppressed", "lines", "overlay"].filter((state) => looks.some((look) => look[state] !== CLEAR));
    const hatchings = Object.keys(HATCHINGS).filter((name) => states.includes(HATCHINGS[name].state));
    const fresh = [this.#load(shapes, ids), this.#layers(shapes.key, ["colour", ...hatchings])].some(Boolean);
    this.#colour(shapes.key, looks);
    if (!this.#shown) this.#reveal(shapes.key, hatchings);
    if (fresh) await this.#tiled(shapes.key);
    this.#reveal(shapes.key, hatchings);
  }

  /** Bring areas into the map, where they are others than before. Say whether so. */
  #load({ key, features }, ids) {
    const known = this.#levels.get(key);
    if (known?.ids.length === ids.length && known.ids.every((id, i) => id === ids[i])) return false;
    const data = collection(ids.map((id) => features[id]));
    if (known) {
      known.ids = ids;
      this.#map.getSource(key).setData(data);
    } else {
      this.#levels.set(key, { ids, looks: [], layers: [] });
      this.#map.addSource(key, { type: "geojson", data, tolerance: 0, maxzoom: 14 });
    }
    return true;
  }

  /** Add the layers of a level that were not needed before: each makes every recolouring dearer. Say whether any. */
  #layers(source, names) {
    const { layers } = this.#levels.get(source);
    const missing = names.filter((name) => !layers.includes(name));
    for (const name of missing) {
      const paint = name === "colour"
        ? { "fill-color": stated(name), "fill-outline-color": hair(this.#theme.hair) }
        : { "fill-color": this.#hatching(name), "fill-pattern": name, "fill-antialias": false };
      this.#map.addLayer({ id: `${name}:${source}`, type: "fill", source, paint }, AREAS_END);
    }
    layers.push(...missing);
    return missing.length > 0;
  }

  #hatching(name) {
    const { state, token } = HATCHINGS[name];
    return token ? under(state, this.#theme[token]) : stated(state);
  }

  /** Resend the state of every area whose look changed. */
  #colour(source, looks) {
    const level = this.#levels.get(source);
    for (const id of level.ids) {
      if (looks[id] !== level.looks[id]) {
        this.#map.setFeatureState({ source, id }, looks[id]);
        level.looks[id] = looks[id];
      }
    }
  }

  /** Let one level be seen, and of its hatchings those in use. */
  #reveal(shown, hatchings) {
    this.#shown = shown;
    for (const [key, { layers }] of this.#levels) {
      for (const name of layers) {
        const seen = key === shown && (name === "colour" || hatchings.includes(name));
        this.#map.setPaintProperty(`${name}:${key}`, "fill-layer-opacity", seen ? 1 : 0);
      }
    }
  }

  /** Resolve when the source has its tiles. */
  async #tiled(source) {
    this.draw(); // only then is it known what has to be loaded
    while (!this.#map.isSourceLoaded(source)) await this.#map.once("sourcedata");
  }

  /**
   * Show one set of ward and borough outlines.
   *
   * @param {string} name
   * @param {object[]} features lines or polygons with the property kind: ward or borough
   */
  outline(name, features) {
    const source = `outline:${name}`;
    const layer = (key, i) => `${key}:${i}`;
    if (!this.#map.getSource(source)) {
      this.#map.addSource(source, { type: "geojson", data: collection(features), tolerance: 0, maxzoom: 14 });
      OUTLINES.forEach((outline, i) => this.#line(layer(source, i), { ...outline, source, below: "brushed" }));
      this.#outlines.push(source);
    }
    for (const other of this.#outlines) {
      OUTLINES.forEach(({ opacity }, i) => (
        this.#map.setPaintProperty(layer(other, i), "line-opacity", other === source ? byZoom(opacity) : 0)));
    }
  }

  /** Draw around areas. @param {{kind: string, geometry: any}[]} lines */
  mark(lines) {
    this.#put("marked", lines);
  }

  /** Draw thin lines around areas. @param {any[]} geometries */
  brush(geometries) {
    this.#put("brushed", geometries.map((geometry) => ({ kind: "", geometry })));
  }

  #put(source, lines) {
    this.#map.getSource(source).setData(collection(lines.map(({ kind, geometry }) => (
      { type: "Feature", properties: { kind }, geometry }))));
  }

  /** Draw what was asked for now, rather than with the next frame of the browser. */
  draw() {
    this.#map.redraw();
  }

  /** Resolve when nothing is left to load or to move. */
  async settled() {
    this.#map.triggerRepaint();
    await this.#map.once("idle");
  }
}
