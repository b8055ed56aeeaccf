/** How does an answer get onto the page? The map first; then every component that differs from what it shows. */

import { apply, parameterOf } from "../filters/controls.mjs";
import * as strip from "../filters/strip.mjs";
import * as charts from "../charts/charts.mjs";
import * as map from "../map/map.mjs";
import { follow as recoloured, shaded } from "../theme/theme.mjs";
import { put } from "./dash.mjs";
import { $, after } from "./dom.mjs";
import { draw, dress } from "./draw.mjs";
import * as early from "./early.mjs";
import { rest } from "./messages.mjs";
import { accept, begin, current, tell, wanted } from "./question.mjs";
import * as table from "../table/table.mjs";

const MAP_FIRST_MS = 150;
const FIGURE = ".figure";
const TABLE = "table";

const drawn = {}; // "component.property" -> JSON of its value, so that only changes are drawn
let marked = ""; // what is marked on the screen

/** Bring the answers to what is asked onto the page from now on; resolves when the page may be drawn too. */
export function follow() {
  const there = early.begin();
  recoloured(recolour);
  begin(show);
  return there;
}

/** Show an answer, unless the address has moved on. */
async function show(answer) {
  const first = !current();
  const painted = early.painted(answer) ?? map.paint(answer.frame);
  document.body.dataset.view = answer.view;
  document.body.dataset.level = answer.level;
  accept(answer);
  for (const [parameter, { values, off }] of Object.entries(answer.strips)) strip.set(parameter, values, off);
  // The map first: the table and the charts take the processor from it.
  if (!first) await Promise.race([painted, after(MAP_FIRST_MS)]);
  if (!wanted(answer)) return;
  charts.show(figures(answer));
  set(answer);
  const done = () => finish(answer);
  if (first) early.over().then(done, done);
  else done();
}

/** All of an answer is on the page. */
function finish(answer) {
  if (!wanted(answer)) return;
  document.body.dataset.shows = answer.asked;
  document.title = answer.title; // last: the browser draws its own frame anew for it
  rest("ready");
  tell("shown", answer);
  if (answer.selected) table.visit(answer.selected);
  else table.leave();
  if (!answer.selected && answer.marked !== marked) table.reveal(answer.rows[0]?.code);
  marked = answer.marked;
}

/** Set what differs from what is on the screen: controls through Dash, the table by itself, all else on its element. */
function set({ shown, rows }) {
  const changes = {}; // control or table -> its properties
  for (const [key, value] of Object.entries(shown)) {
    const [id, property] = key.split(".");
    if (property === "figure" || !differs(id, property, value)) continue;
    if (parameterOf(id) || id === TABLE) (changes[id] ??= {})[property] = value;
    else if (property === "children") draw($(id), value);
    else dress($(id), property, value);
  }
  const { [TABLE]: ofTable, ...ofControls } = changes;
  for (const [id, properties] of Object.entries(ofControls)) put(id, properties);
  if (ofTable) table.show(ofTable.rows ? { ...ofTable, rows } : ofTable);
}

function differs(id, property, value) {
  const parameter = parameterOf(id);
  if (parameter && ["value", "checked"].includes(property)) return apply(parameter, value);
  const json = JSON.stringify(value);
  if (json === drawn[`${id}.${property}`]) return false;
  drawn[`${id}.${property}`] = json;
  return true;
}

/** The figures of an answer in the theme of now, by the chart that they are for. */
const figures = ({ shown }) => Object.fromEntries(Object.entries(shown)
  .filter(([key]) => key.endsWith(FIGURE)).map(([key, figure]) => [key.slice(0, -FIGURE.length), shaded(figure)]));

/** Draw in the theme of now what does not follow it by itself: the map and the charts. */
function recolour() {
  map.restyle();
  if (current()) charts.show(figures(current()));
}
