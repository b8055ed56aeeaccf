/**
 * What does the one file do that is taken along? It shows the pictures that were worked out when it was made: the map, the
 * list and its sentences, step by step. It asks nobody for anything.
 *
 * @typedef {object} Picture
 * @property {string} title
 * @property {string} finding
 * @property {string} unit
 * @property {string[]} rows the areas of the list, as HTML
 * @property {string} more
 * @property {string} when
 * @property {string} legend
 * @property {import("../map/map.mjs").Frame} frame
 *
 * @typedef {object} Taken
 * @property {Record<string, unknown>} shapes GeoJSON by level
 * @property {unknown} places GeoJSON points, or null
 * @property {number} insets
 * @property {string} label what a screen reader calls the map
 * @property {Record<string, Picture>} pictures by level and step, "lsoa whole"
 */

import * as map from "../map/map.mjs";
import { $, about, withModifier } from "../page/dom.mjs";
import "../page/paper.mjs";
import { fit } from "../present/size.mjs";

/** @returns {Promise<Taken>} what the file holds, unpacked */
async function unpack() {
  const packed = Uint8Array.from(atob($("taken").textContent), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}

const address = (collection) => collection && URL.createObjectURL(new Blob([JSON.stringify(collection)]));

const taken = await unpack();
const [level, step] = [$("take-level"), $("take-step")];
let area = null; // code of the area chosen
let drawn = Promise.resolve();

const picture = () => taken.pictures[`${level.value} ${step.value}`];
const rows = () => [...$("present-list").querySelectorAll("a[data-code]")];

/** Show the picture of now. */
function show() {
  const { title, finding, unit, rows: found, more, when, legend, frame } = picture();
  $("present-title").textContent = document.title = title;
  $("take-finding").textContent = finding;
  $("present-unit").innerHTML = unit;
  $("present-list").innerHTML = found.join("");
  $("present-more").textContent = more;
  $("take-when").innerHTML = when;
  $("legend").innerHTML = legend;
  $("take-before").disabled = step.selectedIndex === 0;
  $("take-after").disabled = step.selectedIndex === step.options.length - 1;
  if (!rows().some((row) => row.dataset.code === area)) area = null;
  drawn = map.paint({ ...frame, selected: area });
  choose(area);
}

/** Choose an area of the list or of the map (null: none). */
function choose(code) {
  area = code;
  map.select(code);
  for (const row of rows()) {
    const here = row.dataset.code === code;
    row.parentElement.classList.toggle("present-here", here);
    if (here) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
  fit();
  document.querySelector(".present-here")?.scrollIntoView({ block: "nearest" });
}

/** Choose the area before or after in the list. */
function walk(by) {
  const codes = rows().map((row) => row.dataset.code);
  if (!codes.length) return;
  const at = codes.indexOf(area);
  choose(codes[at < 0 ? (by > 0 ? 0 : codes.length - 1) : (at + by + codes.length) % codes.length]);
}

/** Go some options on in a list. */
function turn(list, by, round = false) {
  const { length } = list.options;
  const to = round ? (list.selectedIndex + by + length) % length : list.selectedIndex + by;
  if (to < 0 || to >= length || to === list.selectedIndex) return;
  list.selectedIndex = to;
  show();
}

/** Go to the first step of the next group: the whole, months, hours. */
function jump() {
  const groups = [...step.options].map(({ parentElement }) => parentElement);
  const [first] = groups;
  const next = groups.findIndex((group, i) => i > step.selectedIndex && group !== groups[step.selectedIndex]);
  turn(step, (next < 0 ? groups.indexOf(first) : next) - step.selectedIndex);
}

const KEYS = {
  ArrowDown: () => walk(1),
  ArrowUp: () => walk(-1),
  ArrowRight: () => turn(step, 1),
  ArrowLeft: () => turn(step, -1),
  l: () => turn(level, 1, true),
  m: jump,
  0: () => choose(null),
  Escape: () => choose(null),
  p: () => window.print(),
  "?": () => $("take-keys").showModal(),
};

document.addEventListener("keydown", (event) => {
  if (withModifier(event) || about(event, "select, dialog")) return;
  const act = KEYS[event.key] ?? (/^[1-9]$/.test(event.key) ? () => choose(rows()[Number(event.key) - 1]?.dataset.code ?? area) : null);
  if (!act || (event.key.startsWith("Arrow") && about(event, "canvas"))) return;
  event.preventDefault();
  act();
});

document.addEventListener("click", (event) => {
  const row = about(event, "a[data-code]");
  if (row) {
    event.preventDefault();
    choose(row.dataset.code === area ? null : row.dataset.code);
  }
  const act = about(event, "[data-key]")?.dataset.key;
  if (act) KEYS[act]();
});

[level, step].forEach((list) => list.addEventListener("change", show));
map.onSelect((code) => choose(code));
window.addEventListener("resize", fit);

await map.mount("map", {
  geometry: Object.fromEntries(Object.entries(taken.shapes).map(([name, shapes]) => [name, address(shapes)])),
  places: address(taken.places),
  insets: taken.insets,
  label: taken.label,
});
show();
await drawn;
await map.settled();
document.body.dataset.shows = "";
