/**
 * Strips: rows of cells of which some, or none for all, are chosen (hours, weekdays, months of the year…).
 *
 * A strip is a multi-select listbox with one stop for the Tab key. Mouse or finger: choose a cell, or drag across
 * several. Keys: arrows move, Space or Enter chooses, Shift with an arrow extends, Home and End jump. The cells are
 * made by the server; this gives them their behaviour and remembers nothing but their state on the page.
 */

import { write, writeCycle } from "../page/address.mjs";
import { $, about, withModifier } from "../page/dom.mjs";
import { handed } from "../page/handed.mjs";
import { change } from "../page/question.mjs";

const cellsOf = (strip) => [...strip.querySelectorAll("[role=option]")];
const isOn = (cell) => cell.getAttribute("aria-selected") === "true";
function turn(cell, on) {
  if (isOn(cell) !== on) cell.setAttribute("aria-selected", String(on));
}
const isOff = (strip) => strip.getAttribute("aria-disabled") === "true";

/** @returns {string[]} values of the chosen cells, in order */
const values = (strip) => cellsOf(strip).filter(isOn).map((cell) => cell.dataset.value);

/** Show a state of the strip of a parameter, where it has one: which cells are chosen, and whether it can be used. */
export function set(parameter, chosen, off) {
  const strip = $(handed.control + parameter);
  if (!strip?.dataset.strip) return;
  for (const cell of cellsOf(strip)) turn(cell, chosen.includes(cell.dataset.value));
  if (off) strip.setAttribute("aria-disabled", "true");
  else strip.removeAttribute("aria-disabled");
}

/** Ask for what was chosen, if it differs; all cells are the same as none. */
function commit(strip, before) {
  const now = values(strip);
  if (now.join() === before.join()) return;
  const parameter = strip.dataset.strip;
  const cycle = handed.address.cycles[parameter];
  const all = now.length === cellsOf(strip).length;
  change({ [parameter]: cycle ? writeCycle(now, cycle) : all ? "" : write(now) });
}

// ------------------------------------------------------------------------------------------------------ dragging

let drag = null; // the stroke under way: where it began, what was chosen before, what it does

function paint(to) {
  const [low, high] = [Math.min(drag.from, to), Math.max(drag.from, to)];
  drag.cells.forEach((cell, i) => turn(cell, i >= low && i <= high ? drag.on : drag.was[i]));
}

document.addEventListener("pointerdown", (event) => {
  const cell = about(event, "[data-strip] [role=option]");
  if (!cell || event.button !== 0) return;
  const strip = cell.closest("[data-strip]");
  if (isOff(strip)) return;
  const cells = cellsOf(strip);
  drag = { strip, cells, from: cells.indexOf(cell), was: cells.map(isOn), before: values(strip), on: !isOn(cell) };
  event.preventDefault();
  focus(cells, drag.from);
  paint(drag.from);
});

document.addEventListener("pointermove", (event) => {
  if (!drag) return;
  const under = document.elementFromPoint(event.clientX, event.clientY)?.closest("[role=option]");
  const to = drag.cells.indexOf(under);
  if (to >= 0) paint(to);
});

/** End the stroke, and keep what it chose or not. */
function end(keep) {
  if (!drag) return;
  const { strip, cells, was, before } = drag;
  drag = null;
  if (keep) commit(strip, before);
  else cells.forEach((cell, i) => turn(cell, was[i]));
}

document.addEventListener("pointerup", () => end(true));
document.addEventListener("pointercancel", () => end(false));

// ---------------------------------------------------------------------------------------------------------- keys

function focus(cells, at) {
  for (const cell of cells) if (cell.tabIndex === 0 && cell !== cells[at]) cell.tabIndex = -1;
  cells[at].tabIndex = 0;
  cells[at].focus({ preventScroll: false });
}

/** Cells in one row of the strip, for the up and down arrows. */
const across = (cells) => cells.filter((cell) => cell.offsetTop === cells[0].offsetTop).length;

document.addEventListener("keydown", (event) => {
  const cell = about(event, "[data-strip] [role=option]");
  if (!cell || withModifier(event)) return;
  const strip = cell.closest("[data-strip]");
  const cells = cellsOf(strip);
  const at = cells.indexOf(cell);
  const moves = {
    ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: at + across(cells), ArrowUp: at - across(cells),
    Home: 0, End: cells.length - 1,
  };
  if (event.key in moves) {
    const to = (moves[event.key] + cells.length) % cells.length;
    focus(cells, to);
    if (event.shiftKey && !isOff(strip)) {
      const before = values(strip);
      turn(cell, true);
      turn(cells[to], true);
      commit(strip, before);
    }
  } else if ((event.key === " " || event.key === "Enter") && !isOff(strip)) {
    const before = values(strip);
    turn(cell, !isOn(cell));
    commit(strip, before);
  } else return;
  event.preventDefault();
});
