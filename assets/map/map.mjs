/**
 * The map of the page. `mount` starts it in an element, `paint` shows one answer of the server as a whole.
 *
 * The shapes of a level are fetched once; a new answer only recolours them. Everything comes from this server: shapes,
 * library, worker; names of places use the machine's fonts.
 *
 * @typedef {object} PaletteEntry
 * @property {string} colour
 * @property {string} label
 * @property {"nodata"|"suppressed"|null} [pattern] a hatching over the colour
 * @property {string|null} [lines] colour of level lines over it
 *
 * @typedef {object} Frame one answer of the server
 * @property {string} query the question that it answers, as in the address bar
 * @property {string} level lsoa, ward or borough
 * @property {string} classes base64 of one byte an area, in the order of the shapes; 255 is outside the filter
 * @property {PaletteEntry[]} palette
 * @property {{classes: string, palette: PaletteEntry[]}|null} [overlay] dots over the colours; 255 is none
 * @property {string|null} [marked] base64 of one byte an area: 1 stands out, the others fade
 * @property {{columns: string[], rows: string[][]}} [values] what a tooltip says under the name of an area
 * @property {string} [tips] of a country: where the server tells that, of so many areas at a time:
 * @property {number} [each]
 * @property {Array<number|[number, string]>} [ranked] the top areas in order, with their ranks where they tie
 * @property {string|null} [selected] code of the selected area
 * @property {[number, number, number, number]|null} [bounds] what to look at, where not the whole
 * @property {{name: string, box: [number, number, number, number]}[]} [insets] what to magnify
 * @property {"map"|"tiles"} [layout] areas in their places, or as tiles of equal area
 * @property {string} [title] what it shows, in a few words, written on the map where two are compared
 *
 * @typedef {object} Config
 * @property {Record<string, string>} geometry address of the shapes by level
 * @property {Record<string, {begins: string, files: number}>} [near] what addresses of the shapes of a country from near by
 *   begin with, by level, and how many there are: see near.mjs
 * @property {Record<string, string>} [tiles] address of the equal-area layout by level
 * @property {string|null} [places] address of the places: GeoJSON points with name and rank, 1 the largest
 * @property {Record<string, string>} [names] address of what the areas of a country are called, by level
 * @property {string} [label] what a screen reader calls the map
 * @property {number} [insets] how many parts of the map are magnified beside it as a rule; 0 is none ever
 * @property {string} [avoid] selector of what the page lays over the map: the areas and their names keep clear of it
 */

import { Board } from "./board.mjs";

const DEFAULTS = {
  label: "Map of the areas. Arrow keys move it, plus and minus zoom, Enter selects the area in the middle.",
  insets: 0,
  avoid: ".legend",
};
const listeners = { select: [], hover: [], lasso: [] };

/** @type {Promise<Board|null>|null} */ let board = null;
let latest = null; // the frame painted last, for a board that starts later

const tell = (kind, ...news) => listeners[kind].forEach((callback) => callback(...news));
const ask = (act) => board?.then((it) => it && act(it));

/**
 * Start the map in an element of the page.
 *
 * @param {string} elementId
 * @param {Config} config
 * @returns {Promise<void>} when frames are painted
 */
export async function mount(elementId, config) {
  ask((it) => it.close());
  board = Board.open(document.getElementById(elementId), { ...DEFAULTS, ...config }, tell);
  if (latest) ask((it) => it.paint(latest));
  await board;
}

/** Go on with the map, as it stands, in another element of the page. */
export const move = (elementId) => ask((it) => it.move(document.getElementById(elementId)));

/**
 * Show an answer of the server. When it is on the screen, the event `hotspots:painted` fires on the window with its query
 * and the milliseconds since this call.
 *
 * @param {Frame} frame
 */
export async function paint(frame) {
  latest = frame;
  await ask((it) => it.paint(frame));
}

/**
 * Show a second frame beside the first, or under it with a divider to swipe, with one camera; null ends that.
 *
 * @param {Frame|null} frame
 * @param {string} [mode] "side" or "swipe"
 */
export const compare = (frame, mode) => ask((it) => it.compare(frame, mode));

/** Mark the selected area by its code (null for none). */
export const select = (code) => ask((it) => it.select(code));

/** Mark a set of areas by their codes, as for a lasso or a bar of a chart (empty for none). */
export const highlight = (codes) => ask((it) => it.highlight(codes));

/** Draw around the area that is pointed at elsewhere on the page (null for none). */
export const point = (code) => ask((it) => it.point(code));

/** Look at one area. */
export const flyTo = (code) => ask((it) => it.flyTo(code));

/** Look at a box: west, south, east and north in degrees. */
export const lookAt = (box) => ask((it) => it.lookAt(box));

/** Look at the whole county. */
export const goHome = () => ask((it) => it.goHome());

/** Let the reader draw around areas instead of moving the map, or stop that. */
export const setLasso = (wanted) => ask((it) => it.setLasso(wanted));

/** Fit the element after its size or the page's type changed. */
export const resize = () => ask((it) => it.resize());

/** Read the colours of the page again, as after a change to a dark theme. */
export const restyle = () => ask((it) => it.restyle());

/** Resolve when nothing is left to load or to move, as before a picture is taken. */
export const settled = () => ask((it) => it.settled());

/** Be told the code of an area that the reader selects (null: none) and {additive}: whether Shift was held. */
export const onSelect = (callback) => { listeners.select.push(callback); };

/** Be told the codes of the areas that the reader drew around. */
export const onLasso = (callback) => { listeners.lasso.push(callback); };

/** Be told the code of the area under the pointer (null: none). */
export const onHover = (callback) => { listeners.hover.push(callback); };
