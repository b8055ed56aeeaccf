/** How does an answer get onto the page? The map first; then every component that differs from what it shows. */

import { applied, parameterOf } from "../filters/controls.mjs";
import * as strip from "../filters/strip.mjs";
import * as charts from "../charts/charts.mjs";
import * as map from "../map/map.mjs";
import { follow as recoloured, shaded } from "../theme/theme.mjs";
import { outputs, put, rendered, same } from "./dash.mjs";
import { after } from "./dom.mjs";
import { handed } from "./handed.mjs";
import { rest } from "./messages.mjs";
import { accept, begin, current, tell, wanted } from "./question.mjs";

const MAP_FIRST_MS = 150;
const FIGURE = ".figure";
const TABLE_MS = 5000; // for which the first answer waits for the table

const drawn = {}; // "component.property" -> JSON of its value, so that only changes are drawn
let marked = ""; // what is marked on the screen

/** Bring the answers to what is asked onto the page from now on. */
export function follow() {
  rendered.then(() => map.mount("map", handed.map));
  recoloured(recolour);
  begin((answer) => put("answer", { data: answer }));
}

/** Show an answer, unless the address has moved on: the values of all that it sets. */
export async function show(answer) {
  const all = outputs();
  const nothing = all.map(same);
  if (!answer || !wanted(answer)) return nothing;
  const first = !current();
  const painted = map.paint(answer.frame);
  document.title = answer.title;
  document.body.dataset.view = answer.view;
  document.body.dataset.level = answer.level;
  accept(answer);
  for (const [parameter, { values, off }] of Object.entries(answer.strips)) strip.set(parameter, values, off);
  // The map first: the table and the charts take the processor from it.
  if (!first) await Promise.race([painted, after(MAP_FIRST_MS)]);
  if (!wanted(answer)) return nothing;
  charts.show(figures(answer));
  const done = () => finish(answer);
  if (first) Promise.race([table(), after(TABLE_MS)]).then(done, done); // its library comes by itself
  else done();
  return all.map(({ id, property }) => fresh(id, property, answer.shown[`${id}.${property}`]));
}

/** All of an answer is on the page. */
function finish(answer) {
  if (!wanted(answer)) return;
  document.body.dataset.shows = answer.asked;
  rest("ready");
  tell("shown", answer);
  if (answer.selected) setTimeout(reveal, 0, answer.selected);
  else if (answer.marked !== marked) setTimeout(reveal, 0, answer.shown["table.rowData"][0]?.code);
  marked = answer.marked;
}

/** What to set a property to: nothing new where its value is the one on the screen. */
function fresh(id, property, value) {
  const parameter = parameterOf(id);
  if (parameter && ["value", "checked"].includes(property)) {
    applied(parameter, value);
    return value; // always: the control may have been moved since it was last set
  }
  const json = JSON.stringify(value);
  if (json === drawn[`${id}.${property}`]) return same();
  drawn[`${id}.${property}`] = json;
  return value;
}

/** The figures of an answer in the theme of now, by the chart that they are for. */
const figures = ({ shown }) => Object.fromEntries(Object.entries(shown)
  .filter(([key]) => key.endsWith(FIGURE)).map(([key, figure]) => [key.slice(0, -FIGURE.length), shaded(figure)]));

/** Draw in the theme of now what does not follow it by itself: the map and the charts. */
function recolour() {
  map.restyle();
  if (current()) charts.show(figures(current()));
}

/** The table, once it is there. */
const table = () => window.dash_ag_grid.getApiAsync("table");

/** Bring the row of an area into view, as far as it must move. */
async function reveal(code) {
  const api = await table();
  const row = api?.getRowNode(code);
  if (row) api.ensureNodeVisible(row, null);
}
