/**
 * The map of the page: `window.hotspotsMap`.
 *
 * `mount` starts it in an element, `paint` shows one answer of the server as a whole. The shapes of a level are fetched
 * once; a new answer only recolours them. Everything comes from this server: shapes, library, worker; names of places
 * use the machine's fonts. The work is done by the modules in the folder map, which load on mounting.
 *
 * @typedef {object} PaletteEntry
 * @property {string} colour
 * @property {string} label
 * @property {"nodata"|"suppressed"|null} [pattern] a hatching over the colour
 *
 * @typedef {object} Frame one answer of the server
 * @property {string} query the question that it answers, as in the address bar
 * @property {string} level lsoa, ward or borough
 * @property {string} classes base64 of one byte an area, in the order of the shapes; 255 is outside the filter
 * @property {PaletteEntry[]} palette
 * @property {{classes: string, palette: PaletteEntry[]}|null} [overlay] dots over the colours; 255 is none
 * @property {string|null} [marked] base64 of one byte an area: 1 stands out, the others fade
 * @property {{columns: string[], rows: string[][]}} [values] what a tooltip says under the name of an area
 * @property {Array<number|[number, string]>} [ranked] the top areas in order, with their ranks where they tie
 * @property {string|null} [selected] code of the selected area
 * @property {[number, number, number, number]|null} [bounds] what to look at, where not the whole
 * @property {{name: string, box: [number, number, number, number]}[]} [insets] what to magnify
 * @property {"map"|"tiles"} [layout] areas in their places or as tiles of equal area, where the server says
 * @property {string} [title] what it shows, in a few words, written on the map where two are compared
 *
 * @typedef {object} Config
 * @property {Record<string, string>} geometry address of the shapes by level
 * @property {Record<string, string>} [tiles] address of the equal-area layout by level
 * @property {string|null} [places] address of the places: GeoJSON points with name and rank, 1 the largest
 * @property {string} [vendor] folder of the map library
 * @property {string} [modules] folder of the modules of this adapter
 * @property {string} [label] what a screen reader calls the map
 * @property {boolean} [insets] whether towns are magnified beside the map
 * @property {string} [avoid] selector of what the page lays over the map: the areas and their names keep clear of it
 */
(() => {
  "use strict";

  const DEFAULTS = {
    vendor: "/assets/vendor/maplibre-gl/",
    modules: "/assets/map/",
    label: "Map of the areas. Arrow keys move it, plus and minus zoom, Enter selects the area in the middle.",
    insets: true,
    avoid: ".legend",
  };
  const listeners = { select: [], hover: [], lasso: [] };
  let board = null; // a promise of the Board in the page
  let host = null;
  let newest = null; // the question asked last, where the page says so
  let latest = null; // the frame painted last, for a board that starts later

  const tell = (kind, ...news) => listeners[kind].forEach((callback) => callback(...news));
  const ask = (act) => board?.then((it) => it && act(it));

  async function open(element, config) {
    import(new URL(`${config.vendor}maplibre-gl.mjs`, document.baseURI).href).catch(() => {}); // the board says so
    const { Board } = await import(new URL(`${config.modules}board.mjs`, document.baseURI).href);
    return Board.open(element, config, tell);
  }

  window.hotspotsMap = {
    /**
     * Start the map in an element of the page; again in the same element it changes nothing.
     *
     * @param {string} elementId
     * @param {Config} config
     * @returns {Promise<void>} when frames are painted
     */
    async mount(elementId, config) {
      const element = document.getElementById(elementId);
      if (!element) throw new Error(`There is no element #${elementId} to put the map in.`);
      if (element !== host) {
        ask((it) => it.close());
        host = element;
        board = open(element, { ...DEFAULTS, ...config });
        if (latest) ask((it) => it.paint(latest));
      }
      await board;
    },

    /**
     * Show an answer of the server, unless a later question was asked meanwhile. When it is on the screen, the event
     * `hotspots:painted` fires on the window with its query and the milliseconds since this call.
     *
     * @param {Frame} frame
     */
    async paint(frame) {
      if (newest !== null && frame.query !== newest) return;
      latest = frame;
      await ask((it) => it.paint(frame));
    },

    /** Say which question was asked last: answers to other ones are not painted. */
    expect(query) {
      newest = query;
    },

    /** Mark the selected area by its code (null for none). */
    select: (code) => ask((it) => it.select(code)),

    /** Mark a set of areas by their codes, as for a lasso or a bar of a chart (empty for none). */
    highlight: (codes) => ask((it) => it.highlight(codes)),

    /** Draw around the area that is pointed at elsewhere on the page (null for none). */
    point: (code) => ask((it) => it.point(code)),

    /** Look at one area. */
    flyTo: (code) => ask((it) => it.flyTo(code)),

    /** Look at the whole county. */
    goHome: () => ask((it) => it.goHome()),

    /** Show or hide the magnified towns. */
    setInsets: (wanted) => ask((it) => it.setInsets(wanted)),

    /** Show the areas in their places ("geo") or as tiles of equal area ("tiles"). */
    setLayout: (layout) => ask((it) => it.setLayout(layout)),

    /**
     * Show a second frame beside the first, or under it with a divider to swipe, with one camera; null ends that.
     *
     * @param {Frame|null} frame
     * @param {"side"|"swipe"} [mode]
     */
    compare: (frame, mode) => ask((it) => it.compare(frame, mode)),

    /** Let the reader draw around areas instead of moving the map, or stop that. */
    setLasso: (wanted) => ask((it) => it.setLasso(wanted)),

    /** Fit the element after its size or the page's type changed. */
    resize: () => ask((it) => it.resize()),

    /** Resolve when nothing is left to load or to move, as before a picture is taken. */
    settled: () => ask((it) => it.settled()),

    /** Read the colours of the page again, as after a change to a dark theme. */
    restyle: () => ask((it) => it.restyle()),

    /** Be told the code of an area that the reader selects (null: none) and {additive}: whether Shift was held. */
    onSelect: (callback) => listeners.select.push(callback),

    /** Be told the codes of the areas that the reader drew around. */
    onLasso: (callback) => listeners.lasso.push(callback),

    /** Be told the code of the area under the pointer (null: none). */
    onHover: (callback) => listeners.hover.push(callback),
  };
})();
