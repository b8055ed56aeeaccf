/**
 * What does a colour look like on this screen, now? Light or dark, begun by early.js before the page was drawn.
 *
 * The theme is no part of what is asked of the server: answers come in the colours of paper, and each becomes its dark
 * counterpart here, by the properties `--on-rrggbb` of the page. Paper stays light.
 */

import { dress, strip } from "../page/address.mjs";
import { handed } from "../page/handed.mjs";

const STORE = "hotspots.theme"; // as in early.js
const root = document.documentElement;
const followers = [];

let said = root.dataset.themeSaid ?? ""; // the theme that the address says
let screen = root.dataset.theme; // the theme of the screen, while the page is printed

/** A question with the theme that the address says. */
export const dressed = (search) => dress(search, said && `theme=${said}`);

/** Be told that the theme changed, to draw again what does not follow it by itself. */
export const follow = (callback) => { followers.push(callback); };

const isDark = () => root.dataset.theme === "dark";

/** Tell the controls, whose library sets a theme of its own once they are on the page. */
function press() {
  const { theme } = root.dataset;
  if (root.dataset.mantineColorScheme !== theme) root.dataset.mantineColorScheme = theme;
  document.querySelector('[data-act="theme"]')?.setAttribute("aria-pressed", String(isDark()));
}

function apply(theme) {
  if (root.dataset.theme === theme) return;
  root.dataset.theme = theme;
  press();
  followers.forEach((callback) => callback());
}

/** The other theme, from now on, on this computer. */
export function toggle() {
  const theme = isDark() ? "light" : "dark";
  said = theme === "dark" ? theme : "";
  try {
    localStorage.setItem(STORE, theme);
  } catch {} // it then lasts as long as the address
  apply(theme);
  history.replaceState(null, "", location.pathname + dressed(strip(location.search, handed.address.screen)));
}

/** Colour of paper to that of the screen now; a text that is no colour stays. */
function shade(style, known, text) {
  if (!/^#[\da-f]{6}$/.test(text)) return text;
  if (!known.has(text)) known.set(text, style.getPropertyValue(`--on-${text.slice(1)}`).trim() || text);
  return known.get(text);
}

/** A value with every colour in it as the screen shows it: a figure of a chart, a list of colours. */
export function shaded(value) {
  if (!isDark()) return value;
  const style = getComputedStyle(root);
  const known = new Map();
  const walk = (part) => {
    if (typeof part === "string") return shade(style, known, part);
    if (Array.isArray(part)) return part.map(walk);
    if (part === null || typeof part !== "object") return part;
    return Object.fromEntries(Object.entries(part).map(([name, inner]) => [name, walk(inner)]));
  };
  return walk(value);
}

press();
new MutationObserver(press).observe(root, { attributeFilter: ["data-mantine-color-scheme"] });

// On paper everything is light, also what is drawn on a canvas.
window.addEventListener("beforeprint", () => {
  screen = root.dataset.theme;
  apply("light");
});
window.addEventListener("afterprint", () => apply(screen));
