/**
 * The map adapter: MapLibre GL drawn from shapes fetched once, recoloured by feature state.
 *
 * `window.hotspotsMap` is the whole interface; `mount` starts it and `paint` shows a frame. Everything the map needs
 * comes from this server: shapes, library and worker; place names use the fonts of the machine.
 */
(() => {
  "use strict";

  /**
   * @typedef {{code: string, name: string, ward?: string, borough?: string}} AreaProperties
   * @typedef {"nodata"|"suppressed"|"dots"|"lines"|null} Pattern
   * @typedef {{colour: string, label: string, pattern?: Pattern}} PaletteEntry
   * @typedef {[number, number, number, number]} Box west, south, east, north in degrees
   * @typedef {object} Frame one answer of the server, to be painted as a whole
   * @property {string} query the question that it answers, as in the address bar
   * @property {string} level lsoa, ward or borough
   * @property {string} classes base64 of one byte an area, in the order of the shapes; 255 is outside the filter
   * @property {PaletteEntry[]} palette
   * @property {{classes: string, palette: PaletteEntry[]}|null} [overlay]
   * @property {{columns: string[], rows: string[][]}} [values] what a tooltip says under the name
   * @property {Array<number|{index: number, rank: string}>} [ranked] the top areas in order, perhaps with rank labels
   * @property {string|null} [selected] code of the selected area
   * @property {Box|null} [bounds] what to look at, where not the whole
   *
   * @typedef {object} Config
   * @property {Record<string, string>} geometry address of the shapes by level
   * @property {string|null} [places] address of the place names
   * @property {string} [vendor] folder of the map library
   * @property {string} [label] what a screen reader calls the map
   */

  const OUTSIDE = 255;
  const FLIGHT_MS = 400;
  const NARROW_PX = 720;
  const OUTLINES = [
    { level: "ward", width: 0.8 },
    { level: "borough", width: 1.6 },
  ];

  const reducedMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

  /** Make an element with a class, attributes and children (strings become text, never markup). */
  function make(tag, className, attributes = {}, ...children) {
    const element = document.createElement(tag);
    element.className = className;
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  /** @returns {Uint8Array} the bytes of a base64 text */
  function bytes(base64) {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  }

  async function fetchJson(url) {
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
    return answer.json();
  }

  // ------------------------------------------------------------------------------------------------------- shapes

  const polygons = (geometry) =>
    geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;

  /** @param {Box[]} boxes */
  const hull = (boxes) => [
    Math.min(...boxes.map((box) => box[0])),
    Math.min(...boxes.map((box) => box[1])),
    Math.max(...boxes.map((box) => box[2])),
    Math.max(...boxes.map((box) => box[3])),
  ];

  const meets = (a, b) => a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3];

  const holds = (box, [x, y]) => box[0] <= x && x <= box[2] && box[1] <= y && y <= box[3];

  /** @returns {Box} */
  function boxOf(geometry) {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (const [ring] of polygons(geometry)) {
      for (const [x, y] of ring) {
        if (x < box[0]) box[0] = x;
        if (y < box[1]) box[1] = y;
        if (x > box[2]) box[2] = x;
        if (y > box[3]) box[3] = y;
      }
    }
    return box;
  }

  /** West-to-east crossings of a parallel with every ring of an area, in order: inside lies between pairs. */
  function crossings(geometry, y) {
    const found = [];
    for (const rings of polygons(geometry)) {
      for (const ring of rings) {
        for (let i = 1; i < ring.length; i += 1) {
          const [x0, y0] = ring[i - 1];
          const [x1, y1] = ring[i];
          if (y0 > y !== y1 > y) found.push(x0 + ((y - y0) / (y1 - y0)) * (x1 - x0));
        }
      }
    }
    return found.sort((a, b) => a - b);
  }

  /** Whether an area holds a point: an odd number of crossings lies to the west. */
  const inside = (geometry, [x, y]) => crossings(geometry, y).filter((crossing) => crossing < x).length % 2 === 1;

  /** A point well inside an area: the middle of the widest stretch along the middle parallel of its box. */
  function anchorOf(geometry, box) {
    const y = (box[1] + box[3]) / 2;
    const xs = crossings(geometry, y);
    let widest = 0;
    for (let i = 2; i + 1 < xs.length; i += 2) {
      if (xs[i + 1] - xs[i] > xs[widest + 1] - xs[widest]) widest = i;
    }
    return xs.length < 2 ? [(box[0] + box[2]) / 2, y] : [(xs[widest] + xs[widest + 1]) / 2, y];
  }

  /** The areas of one level: what the server sent, with boxes, anchors and a lookup by code. */
  class Shapes {
    constructor(key, geojson) {
      this.key = key;
      this.features = geojson.features.map((feature, id) => ({ ...feature, id }));
      this.boxes = this.features.map((feature) => boxOf(feature.geometry));
      this.anchors = this.features.map((feature, i) => anchorOf(feature.geometry, this.boxes[i]));
      this.box = hull(this.boxes);
      this.positions = new Map(this.features.map((feature, i) => [feature.properties.code, i]));
    }

    /** @returns {AreaProperties} */
    properties(id) {
      return this.features[id].properties;
    }

    /** Position of the area under a point in degrees, or -1. */
    at(point) {
      return this.boxes.findIndex((box, i) => holds(box, point) && inside(this.features[i].geometry, point));
    }

    /** Positions of the areas that meet a box. */
    within(box) {
      return [...this.boxes.keys()].filter((i) => meets(this.boxes[i], box));
    }
  }

  // ----------------------------------------------------------------------------------------------------- patterns

  /** Draw one pattern tile: strokes for hatchings and dots for overlays, in one colour on nothing. */
  function patternImage(pattern, colour) {
    const ratio = 2;
    const size = { nodata: 8, suppressed: 8, lines: 8, dots: 7 }[pattern] * ratio;
    const canvas = new OffscreenCanvas(size, size);
    const pen = canvas.getContext("2d");
    pen.strokeStyle = pen.fillStyle = colour;
    pen.lineWidth = 1.1 * ratio;
    const slash = (direction) => {
      for (const shift of [-size, 0, size]) {
        pen.beginPath();
        pen.moveTo(shift - ratio, direction > 0 ? size + ratio : -ratio);
        pen.lineTo(shift + size + ratio, direction > 0 ? -ratio : size + ratio);
        pen.stroke();
      }
    };
    if (pattern === "dots") {
      pen.beginPath();
      pen.arc(size / 2, size / 2, 1.5 * ratio, 0, 2 * Math.PI);
      pen.fill();
    } else {
      slash(pattern === "lines" ? -1 : 1);
      if (pattern === "suppressed") slash(-1);
    }
    return { image: pen.getImageData(0, 0, size, size), options: { pixelRatio: ratio } };
  }

  // --------------------------------------------------------------------------------------------------------- pane

  /**
   * One MapLibre map with the layers of every level that it was asked to show. The main map, the insets and the second
   * map of a comparison are all panes, so that they colour, select and highlight by the same code.
   */
  class Pane {
    constructor(library, element, { label, interactive, theme }) {
      this.element = element;
      this.theme = theme;
      this.shapes = null;
      this.states = new Map(); // shapes key -> what every area was last painted with
      this.marked = { hover: -1, selected: -1 };
      this.map = new library.Map({
        container: element,
        style: { version: 8, sources: {}, layers: [
          { id: "ground", type: "background", paint: { "background-color": theme.water } },
        ] },
        interactive,
        attributionControl: false,
        fadeDuration: 0,
        renderWorldCopies: false,
        doubleClickZoom: false,
        dragRotate: false,
        touchPitch: false,
        pitchWithRotate: false,
        cooperativeGestures: interactive && matchMedia(`(max-width: ${NARROW_PX}px)`).matches,
      });
      this.map.touchZoomRotate.disableRotation();
      this.map.keyboard.disableRotation();
      const canvas = this.map.getCanvas();
      canvas.setAttribute("aria-label", label);
      if (!interactive) canvas.tabIndex = -1;
      this.ready = new Promise((resolve) => this.map.once("load", resolve));
    }

    /** Show the areas of one level and hide the others; the source stays for the next time. */
    show(shapes) {
      if (this.shapes?.key === shapes.key) return;
      if (this.shapes) this.#visibility(this.shapes.key, "none");
      if (this.map.getSource(shapes.key)) this.#visibility(shapes.key, "visible");
      else this.#add(shapes);
      this.shapes = shapes;
    }

    #add(shapes) {
      const source = shapes.key;
      this.map.addSource(source, {
        type: "geojson",
        data: { type: "FeatureCollection", features: shapes.features },
        tolerance: 0.2,
        maxzoom: 14,
      });
      this.states.set(source, { colours: [], hatches: [], overlays: [] });
      const mark = (state, width) => ["case", ["boolean", ["feature-state", state], false], width, 0];
      const line = { "line-join": "round", "line-cap": "round" };
      const below = this.map.getLayer("outline:ward") ? "outline:ward" : undefined;
      this.map.addLayer({
        id: `fill:${source}`, type: "fill", source,
        paint: {
          "fill-color": ["to-color", ["coalesce", ["feature-state", "colour"], this.theme.outside]],
          "fill-antialias": false,
        },
      }, below);
      this.map.addLayer({
        id: `hair:${source}`, type: "line", source, layout: line,
        paint: {
          "line-color": this.theme.hair,
          "line-width": ["interpolate", ["linear"], ["zoom"], 8, 0.3, 10, 0.5, 13, 1],
        },
      }, below);
      this.map.addLayer({
        id: `hover:${source}`, type: "line", source, layout: line,
        paint: { "line-color": this.theme.ink, "line-width": mark("hover", 2.5) },
      });
      this.map.addLayer({
        id: `halo:${source}`, type: "line", source, layout: line,
        paint: { "line-color": this.theme.halo, "line-width": mark("selected", 6) },
      });
      this.map.addLayer({
        id: `selected:${source}`, type: "line", source, layout: line,
        paint: { "line-color": this.theme.ink, "line-width": mark("selected", 3) },
      });
    }

    /** Draw the ink lines of wards and boroughs over the areas. */
    outline(level, width, shapes) {
      const id = `outline:${level}`;
      if (this.map.getSource(id)) return;
      this.map.addSource(id, {
        type: "geojson",
        data: { type: "FeatureCollection", features: shapes.features },
        tolerance: 0.2,
        maxzoom: 14,
      });
      const above = [...this.states.keys()].map((key) => `hover:${key}`).find((layer) => this.map.getLayer(layer));
      this.map.addLayer({
        id, type: "line", source: id,
        layout: { "line-join": "round", "line-cap": "round" },
        paint: { "line-color": this.theme.ink, "line-width": width },
      }, above);
    }

    #visibility(key, value) {
      for (const layer of this.map.getStyle().layers) {
        if (layer.source === key) this.map.setLayoutProperty(layer.id, "visibility", value);
      }
    }

    /** Colour every area whose colour changed; the shapes are not touched. */
    colour(colours) {
      const source = this.shapes.key;
      const last = this.states.get(source).colours;
      for (let id = 0; id < colours.length; id += 1) {
        if (colours[id] !== last[id]) this.map.setFeatureState({ source, id }, { colour: colours[id] });
      }
      this.states.get(source).colours = colours;
    }

    /** Move the hover or the selected mark to an area (-1 for none). */
    mark(kind, id) {
      const source = this.shapes.key;
      const last = this.marked[kind];
      if (last.source === source && last.id === id) return;
      if (last.id >= 0) this.map.setFeatureState(last, { [kind]: false });
      if (id >= 0) this.map.setFeatureState({ source, id }, { [kind]: true });
      this.marked[kind] = { source, id };
    }

    /** Resolve when what was asked for is on the screen. */
    painted() {
      const settled = this.map.isSourceLoaded(this.shapes.key) && this.map.areTilesLoaded();
      this.map.triggerRepaint();
      return new Promise((resolve) => this.map.once(settled ? "render" : "idle", resolve));
    }

    /** Look at a box in degrees; at once, or by a short flight where motion is welcome. */
    look(box, { padding = 16, maxZoom = 15, fly = true } = {}) {
      const bounds = [[box[0], box[1]], [box[2], box[3]]];
      this.map.fitBounds(bounds, { padding, maxZoom, duration: fly && !reducedMotion() ? FLIGHT_MS : 0 });
    }
  }

  // -------------------------------------------------------------------------------------------------------- atlas

  const listeners = { select: [], hover: [] };
  const memo = new Map();
  /** @type {Config} */ let config;
  /** @type {Frame|null} */ let frame = null;
  let host, pane, tip, message, theme;
  let started = null;
  let newest = null; // the question asked last, where the page says so
  let turn = 0; // counts paints, so that one overtaken while fetching its shapes gives up
  let selected = null;
  let home = null;

  /** Shapes of a level, fetched at the first asking. */
  function shapesOf(level) {
    if (!memo.has(level)) {
      memo.set(level, fetchJson(config.geometry[level]).then((geojson) => new Shapes(level, geojson)));
    }
    return memo.get(level);
  }

  function readTheme(element) {
    const style = getComputedStyle(element);
    const token = (name, otherwise) => style.getPropertyValue(name).trim() || otherwise;
    return {
      water: token("--map-water", "#eef3f6"),
      outside: token("--map-outside", "#e4eaee"),
      hair: token("--map-hair", "#ffffff"),
      ink: token("--map-ink", "#17222b"),
      halo: token("--map-halo", "#ffdd00"),
    };
  }

  function say(text) {
    message.textContent = text;
    message.hidden = !text;
  }

  /**
   * Start the map in an element of the page. Later calls with the same element change nothing.
   *
   * @param {string} elementId
   * @param {Config} configuration
   * @returns {Promise<void>} when the map is ready to paint
   */
  function mount(elementId, configuration) {
    const element = document.getElementById(elementId);
    if (element === host && started) return started;
    host = element;
    config = { vendor: "/assets/vendor/maplibre-gl/", label: "Map of the areas", ...configuration };
    started = start();
    return started;
  }

  async function start() {
    host.classList.add("map");
    tip = make("div", "map-tip", { role: "status", hidden: "" });
    message = make("p", "map-message", { role: "alert", hidden: "" });
    const canvas = make("div", "map-pane");
    host.replaceChildren(canvas, controls(), tip, message);
    theme = readTheme(host);
    try {
      const library = await import(new URL(`${config.vendor}maplibre-gl.mjs`, document.baseURI).href);
      pane = new Pane(library, canvas, { label: config.label, interactive: true, theme });
    } catch (error) {
      say("This browser could not draw the map. The table holds the same areas and the same numbers.");
      console.error(error);
      return;
    }
    listen(pane);
    await pane.ready;
    const levels = OUTLINES.filter(({ level }) => config.geometry[level]);
    const outlines = await Promise.all(levels.map(({ level }) => shapesOf(level)));
    levels.forEach(({ level, width }, i) => pane.outline(level, width, outlines[i]));
    if (outlines.length) goHome({ fly: false, box: hull(outlines.map((shapes) => shapes.box)) });
    if (frame) await paint(frame);
  }

  function goHome({ fly = true, box = home } = {}) {
    home = box;
    pane.look(box, { fly });
  }

  function controls() {
    const button = (label, text, act) => {
      const element = make("button", "map-button", { type: "button", "aria-label": label, title: label }, text);
      element.addEventListener("click", act);
      return element;
    };
    const duration = () => (reducedMotion() ? 0 : FLIGHT_MS / 2);
    return make("div", "map-controls", { role: "group", "aria-label": "Map view" },
      button("Zoom in", "+", () => pane?.map.zoomIn({ duration: duration() })),
      button("Zoom out", "−", () => pane?.map.zoomOut({ duration: duration() })),
      button("Show the whole county", "⛶", () => pane && goHome()),
    );
  }

  /** Paint a frame, unless a newer one was asked for or has overtaken it. */
  async function paint(next) {
    if (newest !== null && next.query !== newest) return;
    const began = performance.now();
    frame = next;
    if (!pane) return;
    turn += 1;
    const mine = turn;
    await pane.ready;
    const shapes = await shapesOf(next.level);
    if (mine !== turn) return;
    const colours = next.palette.map((entry) => entry.colour);
    const classes = bytes(next.classes);
    pane.show(shapes);
    pane.colour(Array.from(classes, (k) => (k === OUTSIDE ? theme.outside : colours[k])));
    select(next.selected ?? null);
    if (!home) goHome({ fly: false, box: shapes.box });
    await pane.painted();
    const ms = performance.now() - began;
    window.dispatchEvent(new CustomEvent("hotspots:painted", { detail: { query: next.query, ms } }));
  }

  /** Say which question was asked last: answers to earlier ones are not painted. */
  function expect(query) {
    newest = query;
  }

  /** Mark an area as selected, or none. */
  function select(code) {
    selected = code;
    if (pane?.shapes) pane.mark("selected", pane.shapes.positions.get(code) ?? -1);
  }

  /** Look at one area. */
  async function flyTo(code) {
    const id = pane?.shapes?.positions.get(code) ?? -1;
    if (id >= 0) pane.look(pane.shapes.boxes[id], { padding: 120, maxZoom: 13 });
  }

  function choose(code) {
    const next = code === selected ? null : code;
    select(next);
    listeners.select.forEach((callback) => callback(next));
  }

  function listen(target) {
    const areaAt = (event) => target.shapes?.at([event.lngLat.lng, event.lngLat.lat]) ?? -1;
    target.map.on("click", (event) => {
      const id = areaAt(event);
      choose(id < 0 ? null : target.shapes.properties(id).code);
    });
    target.map.on("mousemove", (event) => hover(target, areaAt(event), event.point));
    target.map.on("mouseout", () => hover(target, -1));
    host.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && selected !== null) choose(null);
    });
  }

  let hovered = -1;

  function hover(target, id, point) {
    if (!target.shapes) return;
    target.mark("hover", id);
    target.map.getCanvas().style.cursor = id < 0 ? "" : "pointer";
    if (id !== hovered) {
      hovered = id;
      tip.hidden = id < 0;
      if (id >= 0) tip.replaceChildren(...describe(target.shapes.properties(id), frame?.values, id));
      listeners.hover.forEach((callback) => callback(id < 0 ? null : target.shapes.properties(id).code));
    }
    if (id >= 0) place(tip, point);
  }

  /** The lines of a tooltip: the name, where it lies, and the numbers of the frame. */
  function describe({ name, ward, borough }, values, id) {
    const where = [ward, borough].filter((part) => part && part !== name).join(" · ");
    const list = make("dl", "map-tip-values");
    (values?.columns ?? []).forEach((column, i) => {
      const value = values.rows[id]?.[i];
      if (value) list.append(make("dt", "", {}, column), make("dd", "", {}, value));
    });
    return [make("strong", "map-tip-name", {}, name), make("span", "map-tip-where", {}, where), list];
  }

  /** Put a box beside a point, inside the map. */
  function place(element, { x, y }) {
    const left = x + 16 + element.offsetWidth > host.clientWidth ? x - 16 - element.offsetWidth : x + 16;
    const top = Math.min(Math.max(8, y + 12), host.clientHeight - element.offsetHeight - 8);
    element.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }

  window.hotspotsMap = {
    mount,
    paint,
    expect,
    select,
    flyTo,
    onSelect: (callback) => listeners.select.push(callback),
    onHover: (callback) => listeners.hover.push(callback),
    resize: () => pane?.map.resize(),
  };
})();
