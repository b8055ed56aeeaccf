/**
 * Play: the same question for one month after another, or for one hour after another, at a steady pace.
 *
 * Each step is an address, so what is shown is always the answer to the address; the first step is a step of the
 * history, the others replace it. Playing ends at the last step, at a second press, with Esc, or when the reader asks
 * for something else; a second press goes on where it stopped. Where little motion is asked for, a press is one step.
 */
(() => {
  "use strict";

  const PACE_MS = 900;
  const HOURS = [...Array(24).keys()].map(String);
  const $ = (id) => document.getElementById(id);
  const question = () => window.hotspotsTheme.strip(location.search);
  const asked = () => new URLSearchParams(question());
  const wantsLittleMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

  let page; // window.hotspotsPage
  let player = null; // {by, frames: those to come, search: what was asked last, said, since, first: whether none was}
  let paused = null; // the player that was stopped before its end

  // ------------------------------------------------------------------------------------------------------ what is played

  const MONTH = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });
  const months = () => page.current().shown["filter-from.data"].map(({ value }) => value);
  const chosen = (strip) => page.current().strips[strip].values;

  /** Months of the period from its first, or from the one after the only one that is chosen. */
  function ofMonths() {
    const all = months();
    const [from, to] = [asked().get("from"), asked().get("to")];
    const one = from !== null && from === to;
    const start = one ? all.indexOf(from) + 1 : Math.max(0, all.findIndex((month) => month >= (from ?? all[0])));
    const kept = chosen("month");
    const rest = all.slice(start % all.length).filter((month) => one || !to || month <= to)
      .filter((month) => !kept.length || kept.includes(String(Number(month.slice(5)))));
    return rest.map((month) => ({ changes: { from: month, to: month }, said: MONTH.format(new Date(`${month}-01`)) }));
  }

  /** Hours of the day from midnight, those chosen from their first, or from the one after the only one chosen. */
  function ofHours() {
    const kept = chosen("hour");
    const first = kept.find((hour) => !kept.includes(String((Number(hour) + 23) % 24))) ?? "0";
    const run = [...HOURS.slice(Number(first)), ...HOURS.slice(0, Number(first))];
    const hours = kept.length > 1 ? run.filter((hour) => kept.includes(hour))
      : HOURS.slice(kept.length ? (Number(kept[0]) + 1) % 24 : 0);
    return hours.map((hour) => ({ changes: { hour }, said: `${hour.padStart(2, "0")}:00 to ${hour.padStart(2, "0")}:59` }));
  }

  // ------------------------------------------------------------------------------------------------------- start and stop

  function toggle() {
    if (player) return stop();
    const by = $("play-by").value;
    const again = paused?.by === by && paused.search === question() && paused.frames.length;
    player = { by, frames: again ? paused.frames : by === "hours" ? ofHours() : ofMonths(), first: true };
    paused = null;
    if (!player.frames.length) {
      player = null;
      return page.toast("Nothing to play: no month of this period is loaded.");
    }
    if (!wantsLittleMotion()) show(true);
    step();
  }

  function step() {
    if (!player) return;
    const frame = player.frames.shift();
    const search = asked();
    for (const [key, value] of Object.entries(frame.changes)) search.set(key, value);
    player.search = `?${search.toString().replaceAll("%2C", ",").replaceAll("%3A", ":")}`;
    player.said = frame.said;
    player.since = performance.now();
    const once = wantsLittleMotion();
    if (player.search !== question()) {
      const address = location.pathname + window.hotspotsTheme.dress(player.search);
      history[player.first || once ? "pushState" : "replaceState"](null, "", address);
      page.ask(player.search);
    } else player.timer = setTimeout(next, PACE_MS);
    player.first = false;
    if (once) {
      paused = player;
      player = null;
      return;
    }
    $("play-at").textContent = frame.said;
  }

  /** Its time is over: once the step has been seen, the next one, or the end. */
  function next() {
    if (!player) return;
    if (document.body.dataset.shows !== question()) player.timer = setTimeout(next, PACE_MS / 10);
    else if (player.frames.length) step();
    else end(`Played to the end: ${player.said}.`);
  }

  function follow(answer) {
    const hours = document.querySelector("#play-by [value=hours]");
    hours.disabled = answer.strips.hour.off;
    hours.textContent = hours.disabled ? "hours (not known)" : "hours";
    $("play-by").title = answer.strips.hour.off ? answer.shown["clock-off.children"] : "What to play through";
    if (answer.strips.hour.off) $("play-by").value = "months";
    if (!player) return;
    if (answer.asked !== player.search) end("");
    else player.timer = setTimeout(next, Math.max(0, PACE_MS - (performance.now() - player.since)));
  }

  /** Stop where it is. @returns {boolean} whether anything was playing */
  function stop() {
    if (!player) return false;
    paused = player;
    end(`Stopped at ${player.said}. Play goes on from here.`);
    return true;
  }

  function end(said) {
    clearTimeout(player.timer);
    player = null;
    show(false);
    if (said) page.toast(said);
  }

  /** While it plays, the finding is not read out at each step. */
  function show(playing) {
    document.querySelector("[data-act=play]").setAttribute("aria-pressed", String(playing));
    $("play-word").textContent = playing ? "Stop" : "Play";
    $("play-at").textContent = "";
    document.body.toggleAttribute("data-playing", playing);
    $("finding-said").setAttribute("aria-live", playing ? "off" : "polite");
    if (playing) page.toast(`Playing the ${player.by}, ${player.frames.length} to come. Press k or Esc to stop.`);
  }

  document.addEventListener("change", ({ target }) => target.id === "play-by" && stop());

  document.addEventListener("DOMContentLoaded", () => {
    page = window.hotspotsPage;
    page.onAnswer(follow);
  });

  window.hotspotsPlay = { toggle, stop };
})();
