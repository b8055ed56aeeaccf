/** What was chosen in the filters? The controls of Dash, against what they were last set to. */

import { write } from "../page/address.mjs";
import { inputs } from "../page/dash.mjs";
import { handed } from "../page/handed.mjs";
import { change, current } from "../page/question.mjs";

const set = {}; // parameter -> text of its control, as last set or last moved
const shown = {}; // parameter -> what its control then showed

/** The parameter that a component controls, or null. */
export const parameterOf = (id) => (id.startsWith(handed.control) ? id.slice(handed.control.length) : null);

/** A control is to show a value that the server gave it; say whether it shows another, or the same as it was typed. */
export function apply(parameter, value) {
  const json = JSON.stringify(value);
  if (shown[parameter] === json) return false;
  shown[parameter] = json;
  set[parameter] = write(value);
  return true;
}

/** A control moved: write what differs from what was last set. */
export function control() {
  if (!current()) return;
  const changes = {};
  for (const { id, value } of inputs()) {
    const parameter = parameterOf(id);
    const text = write(value);
    shown[parameter] = JSON.stringify(value);
    if (text !== set[parameter]) changes[parameter] = set[parameter] = text;
  }
  if (changes.breaks === "own") changes.edges = current().edges; // to begin with, the bounds now in force
  if (Object.keys(changes).length) change(changes);
}
