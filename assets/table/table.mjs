/**
 * How is the ranked table shown? As a grid of which only the rows in view are drawn, and of them only what differs.
 *
 * It is one stop of the Tab key. Arrows, Home, End and the Page keys move inside; on a row Enter or Space chooses its area,
 * on a head it sorts: upwards, downwards, and as it was.
 *
 * @typedef {import("./cells.mjs").Column} Column
 * @typedef {import("./cells.mjs").Row} Row
 */

import { $, about } from "../page/dom.mjs";
import { draw, dress } from "../page/draw.mjs";
import { choose } from "../tools/areas.mjs";
import { cell, sorted } from "./cells.mjs";

const ROW = 36; // pixels, as in page.css
const HEAD = 30;
const AHEAD = 6; // rows drawn beyond those in view
const PAGE = 8; // rows that a Page key moves
const ORDERS = ["none", "ascending", "descending"];

const table = { rows: /** @type {Row[]} */ ([]), columns: /** @type {Column[]} */ ([]), selected: null };
const sort = { field: "", order: 0 };
let order = []; // the rows as they stand
let at = { row: 0, column: 0 }; // the cell that is the stop of the Tab key; row -1 is the head
let height = 0; // of the part in view
let top = 0; // how far it is scrolled
let before = null; // how far it was scrolled before an area was open, and for it

const box = () => $("table");
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

/** Show rows, columns and what is selected, as far as they are given. */
export function show(given) {
  if (!Object.keys(given).length) return;
  if (!table.columns.length) begin();
  Object.assign(table, given);
  if (given.columns) {
    dress(box(), "style", { "--columns": table.columns.map(({ width }) => width).join(" ") });
    at.column = Math.min(at.column, table.columns.length - 1);
  }
  if (given.rows || given.columns) arrange();
  paint();
}

/** Bring the row of an area into view, as far as it must move. */
export function reveal(code) {
  const row = order.findIndex((one) => one.code === code);
  if (row >= 0) bring(row);
}

/** The same of the area that is open; the place where the reader was is kept. */
export function visit(code) {
  const from = before?.from ?? top;
  reveal(code);
  before = { from, to: top };
}

/** No area is open: back to where the reader was before one was, unless they scrolled on since. */
export function leave() {
  if (before?.to === top) scroll(before.from);
  before = null;
}

function begin() {
  new ResizeObserver(([{ contentRect }]) => {
    height = contentRect.height;
    paint();
  }).observe(box());
  box().addEventListener("scroll", () => {
    top = box().scrollTop;
    paint();
  }, { passive: true });
}

function arrange() {
  const by = table.columns.find(({ field }) => field === sort.field);
  order = by && sort.order ? sorted(table.rows, by, sort.order === 2) : table.rows;
}

// -------------------------------------------------------------------------------------------------------- drawing

function paint() {
  const inside = box().contains(document.activeElement);
  const first = Math.max(0, Math.floor(top / ROW) - AHEAD);
  const last = Math.min(order.length, Math.ceil((top + height - HEAD) / ROW) + AHEAD);
  if (at.row >= 0) at.row = clamp(at.row, first, Math.max(first, last - 1));
  const rows = order.slice(first, last).map((row, i) => line(row, first + i));
  const space = { paddingTop: `${first * ROW}px`, height: `${order.length * ROW}px` };
  dress(box(), "aria-rowcount", order.length + 1);
  draw(box(), [
    part("div", { className: "grid-head", role: "rowgroup" }, part("div", { role: "row", "aria-rowindex": "1" }, table.columns.map(head))),
    part("div", { className: "grid-rows", role: "rowgroup", style: space }, rows),
  ]);
  if (inside) focused()?.focus({ preventScroll: true });
}

const part = (type, properties, children) => ({ type, props: { ...properties, children } });
const stop = (row, column) => (at.row === row && at.column === column ? "0" : "-1");

function head({ field, kind, head: name, hint }, column) {
  const by = sort.field === field ? sort.order : 0;
  const looks = { role: "columnheader", className: "cell", "data-kind": kind, title: hint, tabIndex: stop(-1, column) };
  return part("div", { ...looks, "aria-sort": ORDERS[by], "data-column": column }, name);
}

function line(row, i) {
  const looks = { role: "row", className: row.muted ? "row row-muted" : "row", "data-code": row.code, "data-row": i };
  const cells = table.columns.map((column, j) => (
    part("div", { role: "gridcell", className: "cell", "data-kind": column.kind, tabIndex: stop(i, j), "data-column": j }, cell(column, row))));
  return part("div", { ...looks, "aria-rowindex": i + 2, "aria-selected": String(row.code === table.selected) }, cells);
}

/** The cell that has the stop. */
const focused = () => box().querySelector('[tabindex="0"]');

function bring(row) {
  const [high, low] = [row * ROW, (row + 1) * ROW - (height - HEAD)];
  const to = clamp(top, Math.min(low, high), high);
  if (to !== top) scroll(to);
}

function scroll(to) {
  box().scrollTop = to;
  top = box().scrollTop; // no further than it goes
  paint();
}

// ---------------------------------------------------------------------------------------------------------- acting

function act() {
  if (at.row >= 0) choose(order[at.row].code);
  else {
    const { field } = table.columns[at.column];
    Object.assign(sort, { field, order: sort.field === field ? (sort.order + 1) % ORDERS.length : 1 });
    arrange();
    paint();
  }
}

function go(row, column) {
  at = { row: clamp(row, -1, order.length - 1), column: clamp(column, 0, table.columns.length - 1) };
  if (at.row >= 0) bring(at.row);
  paint();
  focused()?.focus({ preventScroll: true });
}

const MOVES = {
  ArrowDown: ({ row, column }) => [row + 1, column],
  ArrowUp: ({ row, column }) => [row - 1, column],
  ArrowRight: ({ row, column }) => [row, column + 1],
  ArrowLeft: ({ row, column }) => [row, column - 1],
  PageDown: ({ row, column }) => [row + PAGE, column],
  PageUp: ({ row, column }) => [Math.max(0, row - PAGE), column],
  Home: ({ row }, far) => [far ? 0 : row, 0],
  End: ({ row }, far) => [far ? Infinity : row, Infinity],
};

/** Where in the table something happened. */
function placeOf(event) {
  const { column } = about(event, "#table .cell")?.dataset ?? {};
  return column && { row: Number(about(event, ".row")?.dataset.row ?? -1), column: Number(column) };
}

document.addEventListener("click", (event) => {
  const place = placeOf(event);
  if (!place) return;
  go(place.row, place.column);
  act();
});

document.addEventListener("focusin", (event) => {
  const place = placeOf(event);
  if (!place || (place.row === at.row && place.column === at.column)) return;
  at = place;
  paint();
});

document.addEventListener("keydown", (event) => {
  if (!placeOf(event) || event.altKey || event.shiftKey) return;
  if (event.key === "Enter" || event.key === " ") act();
  else if (event.key in MOVES) go(...MOVES[event.key](at, event.ctrlKey || event.metaKey));
  else return;
  event.preventDefault();
});
