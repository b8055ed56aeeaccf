/**
 * How does the map play? The same question for one month or hour after another, at a steady pace.
 *
 * Each step is an address, so what is shown is always the answer to the address; the first step is a step of the
 * history, the others replace it. Playing ends at the last step, at a second press, with Esc, or when the reader asks
 * for something else; a second press goes on where it stopped. Where little motion is asked for, a press is one step.
 */

import { written } from "../page/address.mjs";
import { $, about, wantsLittleMotion } from "../page/dom.mjs";
import { toast } from "../page/messages.mjs";
import { current, on, parameters, question, visit } from "../page/question.mjs";
import { ofHours, ofMonths } from "./steps.mjs";

const PACE_MS = 900;

let player = null; // {by, frames: those to come, search: what was asked last, said, since, first: whether none was}
let paused = null; // the player that was stopped before its end

const chosen = (parameter) => current().strips[parameter].values;

function months() {
  const now = parameters();
  const all = current().shown["filter-from.data"].map(({ value }) => value);
  return ofMonths(all, { from: now.get("from"), to: now.get("to"), kept: chosen("month") });
}

// --------------------------------------------------------------------------------------------------------- start and stop

/** Play, or stop. */
export function toggle() {
  if (player) {
    stop();
    return;
  }
  const by = $("play-by").value;
  const again = paused?.by === by && paused.search === question() && paused.frames.length;
  player = { by, frames: again ? paused.frames : by === "hours" ? ofHours(chosen("hour")) : months(), first: true };
  paused = null;
  if (!player.frames.length) {
    player = null;
    toast("Nothing to play: no month of this period is loaded.");
    return;
  }
  if (!wantsLittleMotion()) show(true);
  step();
}

function step() {
  if (!player) return;
  const frame = player.frames.shift();
  const search = parameters();
  for (const [key, value] of Object.entries(frame.changes)) search.set(key, value);
  player.search = written(search);
  player.said = frame.said;
  player.since = performance.now();
  const once = wantsLittleMotion();
  if (player.search === question()) player.timer = setTimeout(next, PACE_MS);
  else visit(player.search, player.first || once ? "push" : "replace");
  player.first = false;
  if (once) {
    paused = player;
    player = null;
  } else $("play-at").textContent = frame.said;
}

/** Its time is over: once the step has been seen, the next one, or the end. */
function next() {
  if (!player) return;
  if (document.body.dataset.shows !== question()) player.timer = setTimeout(next, PACE_MS / 10);
  else if (player.frames.length) step();
  else end(`Played to the end: ${player.said}.`);
}

on("answer", (answer) => {
  const hours = document.querySelector("#play-by [value=hours]");
  const { off } = answer.strips.hour;
  hours.disabled = off;
  hours.textContent = off ? "hours (not known)" : "hours";
  $("play-by").title = off ? answer.shown["clock-off.children"] : "What to play through";
  if (off) $("play-by").value = "months";
  if (!player) return;
  if (answer.asked !== player.search) end("");
  else player.timer = setTimeout(next, Math.max(0, PACE_MS - (performance.now() - player.since)));
});

/** Stop where it is. @returns {boolean} whether anything was playing */
export function stop() {
  if (!player) return false;
  paused = player;
  end(`Stopped at ${player.said}. Play goes on from here.`);
  return true;
}

function end(said) {
  clearTimeout(player.timer);
  player = null;
  show(false);
  if (said) toast(said);
}

/** While it plays, the finding is not read out at each step. */
function show(playing) {
  document.querySelector("[data-act=play]").setAttribute("aria-pressed", String(playing));
  $("play-word").textContent = playing ? "Stop" : "Play";
  $("play-at").textContent = "";
  document.body.toggleAttribute("data-playing", playing);
  $("finding-said").setAttribute("aria-live", playing ? "off" : "polite");
  if (playing) toast(`Playing the ${player.by}, ${player.frames.length} to come. Press k or Esc to stop.`);
}

document.addEventListener("change", (event) => about(event, "#play-by") && stop());
