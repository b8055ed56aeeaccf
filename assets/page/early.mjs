/**
 * What is on the page before Dash has drawn it? The map, its legend and the finding, as soon as they are known, on a
 * skeleton that stands over the place of the page; the map then moves into the page.
 */

import * as map from "../map/map.mjs";
import { $, after, make } from "./dom.mjs";
import { handed } from "./handed.mjs";
import { on } from "./question.mjs";

const WORDS_MS = 1000; // for which the words of the first answer are waited for
const WIDE = "(min-width: 1100px)"; // where the map has its place before the words around it are known

let first = null; // the answer painted early
let onScreen = null; // when that is on the screen

/** The elements of a component as the server writes it: the components of dash.html, by the name of their element. */
export function elements(component) {
  if (component === null || component === undefined) return [];
  if (Array.isArray(component)) return component.flatMap(elements);
  if (typeof component !== "object") return [String(component)];
  const { type, props: { children, className, style, hidden } } = component;
  const element = make(type.toLowerCase(), className ?? "", hidden ? { hidden: "" } : {}, ...elements(children));
  for (const [name, value] of Object.entries(style ?? {})) {
    if (name.startsWith("--")) element.style.setProperty(name, value);
    else element.style[name] = value;
  }
  return [element];
}

/** Show the first answer as soon as it comes, until the page itself is there. */
export function begin() {
  map.mount("early-map", handed.map);
  on("early", (answer) => {
    for (const place of $("early").querySelectorAll("[data-early]")) {
      place.replaceChildren(...elements(answer.shown[place.dataset.early]));
    }
    $("early").dataset.came = "";
    if (answer.view !== "explore" || !matchMedia(WIDE).matches) return;
    first = answer;
    onScreen = map.paint(answer.frame);
  });
  on("trouble", () => over());
}

/** When the map of an answer that was painted early is on the screen; null for any other answer. */
export const painted = (answer) => (answer.frame === first?.frame ? onScreen : null);

/** Resolves when Dash has drawn the words of the first answer. */
export const worded = () => Promise.race([after(WORDS_MS), new Promise((done) => {
  new MutationObserver(done).observe($("headline"), { childList: true, characterData: true, subtree: true });
})]);

/** The page is there, once something has happened: let it be seen, with the map in its place. Resolves when it is. */
export async function over(once = Promise.resolve()) {
  await once;
  if (!$("early")) return;
  await map.move("map");
  $("early").remove();
}
