/**
 * How are the cells of the ranked table drawn, and its rows put in order?
 *
 * @typedef {import("../page/draw.mjs").Part} Part
 * @typedef {any} Row by the names of the columns
 * @typedef {{field: string, kind: "rank"|"area"|"number"|"pill", head: string, hint: string, width: string}} Column
 */

/** @returns {Part} */
const span = (className, children, more = {}) => ({ type: "span", props: { className, children, ...more } });

/** CSS of a colour of paper that follows the theme, as in dashboard/theme.py. */
const onScreen = (colour) => `var(--on-${colour.slice(1)}, ${colour})`;

const ink = (colour, lines) => ({ "--swatch": onScreen(colour), ...lines && { "--lines": onScreen(lines) } });

const swatch = ({ colour, pattern, lines }) => (
  span(`swatch swatch-${pattern}`, [], { style: ink(colour, lines), "aria-hidden": "true" }));

/** A name keeps its end, which tells neighbours apart: where it is too long for a line, the end begins the next. */
function area({ name, ward }) {
  const [, start, end] = /^(.*?)( \d{3}[A-Z]{1,2})?$/.exec(name);
  const words = [span("cell-start", start), end ? span("cell-end", end) : null]; // with the space between them
  return span("cell-area", [span("cell-name", words), ward ? span("cell-ward", ward) : null], { title: ward ? `${name}, ${ward}` : name });
}

/** @type {Record<string, (row: Row, field: string) => Part>} */
const KINDS = {
  rank: (row) => span("cell-rank", [swatch(row), row.rank || "–"]),
  area,
  number: (row, field) => row[field],
  pill: (row, field) => (row[field] === "–" ? "–" : span("pill", row[field], { style: ink(row.colour) })),
};

/** What a cell holds. @param {Column} column @param {Row} row @returns {Part} */
export const cell = ({ kind, field }, row) => KINDS[kind](row, field);

/** Order texts by the number that they begin with, "1,234" or "3="; those without one (suppressed, none) come first. */
export function byNumber(a, b) {
  const [x, y] = [a, b].map((text) => parseFloat(String(text).replaceAll(",", "")));
  if (Number.isNaN(x) && Number.isNaN(y)) return String(a).localeCompare(String(b));
  return (Number.isNaN(x) ? -Infinity : x) - (Number.isNaN(y) ? -Infinity : y);
}

/** Rows in the order of a column: names as words, classes as the legend has them, all else by number. */
export function sorted(rows, { kind, field }, down) {
  const order = {
    area: (a, b) => String(a.name).localeCompare(String(b.name), "en-GB"),
    pill: (a, b) => a.class - b.class,
  }[kind] ?? ((a, b) => byNumber(a[field], b[field]));
  return [...rows].sort((a, b) => (down ? order(b, a) : order(a, b)));
}
