/**
 * Keys for the charts of months and of weekdays and hours, which the mouse clicks and drags on.
 *
 * Over each chart lies a slider that only the keyboard can reach. Arrows move a cursor from bar to bar or from cell to
 * cell, and its value is read out; Shift extends to a stretch, Enter chooses it and the same again clears it, just as
 * a click does. The lists and cells of the filters do the same.
 */

import { write, writeCycle } from "../page/address.mjs";
import { about, withModifier } from "../page/dom.mjs";
import { handed } from "../page/handed.mjs";
import { change, current, on } from "../page/question.mjs";
import { plotOn } from "./charts.mjs";
import { chooseHour, chooseMonths } from "./choose.mjs";

const YEAR = 12;
const HOURS = handed.address.cycles.hour;
const WEEK = handed.days.length;
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const shown = (property) => current().shown[property];
const place = new Map(); // id of a chart -> {at, from}: cells where the cursor is and where its stretch began

// --------------------------------------------------------------------------------------------------- the two charts

const bars = () => shown("months.figure").data[0];
const first = (text) => text.split(": ")[0];

/** Months are cells of one row. */
const months = {
  size: () => [bars().x.length, 1],
  start: () => [bars().x.length - 1, 0],
  moves: (key) => ({ ArrowUp: [1, 0], ArrowDown: [-1, 0], PageUp: [YEAR, 0], PageDown: [-YEAR, 0] })[key],
  middle: ([column]) => [bars().x[column], 0],
  says: ([low], [high]) => {
    const { text } = bars();
    if (low === high) return text[low];
    return `${first(text[low])} to ${first(text[high])}: ${high - low + 1} months`;
  },
  choose([low], [high]) {
    chooseMonths(bars().customdata.slice(low, high + 1));
  },
};

/** Hours are columns, weekdays rows. */
const clock = {
  size: () => [HOURS, WEEK],
  start: () => [0, 0],
  moves: (key) => ({ ArrowUp: [0, -1], ArrowDown: [0, 1], PageUp: [0, -WEEK], PageDown: [0, WEEK] })[key],
  middle: (cell) => cell,
  says: ([hour, day], [until, last]) => {
    const { text } = shown("clock.figure").data[0];
    if (hour === until && day === last) return text[day][hour];
    const name = (row) => text[row][0].split(" ")[0];
    const days = day === last ? name(day) : `${name(day)} to ${name(last)}`;
    return `${days}, ${String(hour).padStart(2, "0")}:00 to ${String(until).padStart(2, "0")}:59`;
  },
  choose([hour, day], [until, last]) {
    if (hour === until && day === last) {
      chooseHour(hour, day);
      return;
    }
    const hours = Array.from({ length: until - hour + 1 }, (_, i) => hour + i);
    const days = handed.days.slice(day, last + 1);
    change({ hour: writeCycle(hours, HOURS), day: days.length === WEEK ? "" : write(days), night: "" });
  },
};

const CHARTS = { "months-cursor": { id: "months", ...months }, "clock-cursor": { id: "clock", ...clock } };
const STEPS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], Home: [-1000, 0], End: [1000, 0] };

const sliderOf = (event) => about(event, "#months-cursor, #clock-cursor");

// ------------------------------------------------------------------------------------------------------- the cursor

function of(slider) {
  const chart = CHARTS[slider.id];
  const here = place.get(slider.id) ?? { at: chart.start(), from: null };
  const [columns, rows] = chart.size();
  const inside = (cell) => cell && [clamp(cell[0], 0, columns - 1), clamp(cell[1], 0, rows - 1)];
  return { chart, at: inside(here.at), from: inside(here.from), inside };
}

/** Corners of the stretch, the lower first. */
function corners({ at, from }) {
  const other = from ?? at;
  return [Math.min, Math.max].map((pick) => at.map((value, i) => pick(value, other[i])));
}

/** Draw the cursor and say where it is. */
function draw(slider) {
  const now = of(slider);
  const { chart, at } = now;
  const [low, high] = corners(now);
  const [columns, rows] = chart.size();
  const said = chart.says(low, high);
  slider.setAttribute("aria-valuemax", String(columns * rows));
  slider.setAttribute("aria-valuenow", String(at[1] * columns + at[0] + 1));
  slider.setAttribute("aria-valuetext", said);
  const plot = plotOn(chart.id);
  if (!plot) return;
  const [[x0, y0], [x1, y1]] = [chart.middle(low), chart.middle(high)];
  const [left, right] = [plot.across(x0 - 0.5), plot.across(x1 + 0.5)];
  const [top, bottom] = rows === 1 ? [plot.top, plot.top + plot.height] : [plot.down(y0 - 0.5), plot.down(y1 + 0.5)];
  const [box, words] = slider.children;
  Object.assign(box.style, {
    left: `${left}px`, top: `${top}px`, width: `${right - left}px`, height: `${bottom - top}px`,
  });
  words.textContent = said;
  const room = slider.clientWidth - words.offsetWidth;
  words.style.left = `${clamp((left + right - words.offsetWidth) / 2, 0, Math.max(0, room))}px`;
}

function move(slider, by, extend) {
  const now = of(slider);
  const at = now.inside(now.at.map((value, i) => value + by[i]));
  place.set(slider.id, { at, from: extend ? now.from ?? now.at : null });
  draw(slider);
}

/** Draw it again where the keyboard is, once its chart has been. */
function drawAnew() {
  setTimeout(() => document.activeElement.id in CHARTS && draw(document.activeElement));
}

const sizes = new ResizeObserver(drawAnew);

document.addEventListener("focusin", (event) => {
  const slider = sliderOf(event);
  if (!slider) return;
  draw(slider);
  sizes.observe(slider);
});

document.addEventListener("keydown", (event) => {
  const slider = sliderOf(event);
  if (!slider || withModifier(event)) return;
  const now = of(slider);
  const by = STEPS[event.key] ?? now.chart.moves(event.key);
  if (by) move(slider, by, event.shiftKey);
  else if (event.key === "Enter" || event.key === " ") {
    now.chart.choose(...corners(now));
    place.set(slider.id, { at: now.at, from: null });
  } else if (event.key === "Escape" && now.from && !document.body.hasAttribute("data-playing")) {
    place.set(slider.id, { at: now.at, from: null });
    draw(slider);
    event.stopPropagation();
  } else return;
  event.preventDefault();
}, true);

on("answer", drawAnew);
