/**
 * How does a piece of HTML, which the server sends by itself after the answer, get into its part of the page?
 *
 * Charts in it are drawn, maps and pieces in it fetched, as they come into sight; the others follow one by one when there
 * is nothing else to do, so that all can be printed; but none of a part that is not shown, in which no chart has a size. A
 * piece that comes late is dropped.
 */

import { $, make } from "../page/dom.mjs";
import { on } from "../page/question.mjs";
import { get } from "../page/server.mjs";
import { draw } from "./plots.mjs";

const NEAR = "600px"; // how far ahead of sight
const SLOW_MS = 200; // after which waiting is shown

async function fetched(address, signal, tell) {
  const response = await get(address, { signal, tell });
  const text = await response.text();
  if (!response.ok) throw new Error(text.trim() || `error ${response.status}`);
  return text;
}

/** Fill a box with the piece that it names. */
async function fill(box) {
  try {
    box.innerHTML = await fetched(box.dataset.fetch);
    reach(box);
  } catch (error) {
    box.querySelector("p").textContent = error.message;
  }
}

const seen = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of /** @type {any[]} */ (entries)) {
    if (!isIntersecting) continue;
    open(target);
  }
}, { rootMargin: NEAR });

const WAITING = "[data-figure], [data-fetch], img[loading]";
/** @type {Map<any, Element>} */ const waiting = new Map(); // what was not in sight yet, and the part that it is in
const idle = window.requestIdleCallback ?? setTimeout;

/** Fill a box that was waiting. */
function open(box) {
  seen.unobserve(box);
  waiting.delete(box);
  if (box.dataset.figure) return draw(box);
  if (box.dataset.fetch) return fill(box);
  box.loading = "eager";
  return box.decode().catch(() => {}); // one that does not come says what it shows
}

/** Fill what waits in the parts that are shown, one box whenever there is nothing else to do. */
const fillOn = () => idle(async () => {
  const next = [...waiting].find(([, part]) => part.checkVisibility());
  if (!next) return;
  await open(next[0]);
  fillOn();
});

on("answer", fillOn); // another view may have been left half filled
window.addEventListener("beforeprint", () => [...waiting.keys()].forEach(open)); // at once, where Plotly is here

/** Put a piece into a part of the page. */
export function place(part, html) {
  const boxes = () => part.querySelectorAll(WAITING);
  for (const box of boxes()) {
    seen.unobserve(box);
    waiting.delete(box);
  }
  part.innerHTML = html;
  for (const box of boxes()) {
    seen.observe(box);
    waiting.set(box, part);
  }
  fillOn();
  reach(part);
}

/** Tables wider than their box are scrolled by keyboard too: they are a stop of the Tab key, with a name. */
const reach = (part) => part.querySelectorAll(".scroll").forEach((box) => sized.observe(box));

const sized = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const wide = target.scrollWidth > target.clientWidth;
    const name = target.querySelector("caption").textContent;
    for (const [key, value] of Object.entries({ tabindex: "0", role: "region", "aria-label": name })) {
      if (wide) target.setAttribute(key, value);
      else target.removeAttribute(key);
    }
  }
});

/**
 * Keep a part of the page filled with the newest piece: the last good one stays, muted, until that has come, and one
 * that comes after another was wanted is dropped.
 *
 * @param {string} id of the part
 * @param {{put: (html: string) => void, fail: (again: () => void) => void, slow?: number,
 *   tell?: (progress: import("../page/server.mjs").Progress) => void}} acts
 */
export function keeper(id, { put, fail, slow: patience = SLOW_MS, tell }) {
  let request = null; // of the piece on its way
  let slow = 0;

  /** What is shown is no longer true: its links lead nowhere, and if it takes long it is muted. */
  function mute() {
    clearTimeout(slow);
    $(id).dataset.late = "";
    slow = setTimeout(() => $(id).setAttribute("aria-busy", "true"), patience);
  }

  /** Drop the piece on its way. */
  function drop() {
    request?.abort();
    request = null;
    clearTimeout(slow);
    delete $(id).dataset.late;
    $(id).removeAttribute("aria-busy");
  }

  async function want(address) {
    request?.abort();
    const mine = request = new AbortController();
    mute();
    try {
      const html = await fetched(address, mine.signal, tell);
      if (request !== mine) return;
      drop();
      put(html);
    } catch (error) {
      if (request !== mine) return;
      drop();
      console.warn(error);
      fail(() => want(address));
    }
  }

  return { want, mute, drop };
}

/** Sentence that says what failed, with a button to try again. */
export function trouble(text, again) {
  const retry = make("button", "linklike", { type: "button" }, "Try again");
  const said = make("p", "piece-trouble", { role: "alert" }, `${text} `, retry);
  retry.addEventListener("click", () => {
    said.remove();
    again();
  });
  return said;
}
