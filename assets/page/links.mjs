/**
 * What does a click on a link do? A link to another question asks it; a skip link moves the focus; menus close. A link to a
 * page beside this one has the theme that the address says.
 */

import { dressed, follow } from "../theme/theme.mjs";
import { strip } from "./address.mjs";
import { $, about, typing, withModifier } from "./dom.mjs";
import { handed } from "./handed.mjs";
import { go, on } from "./question.mjs";

const BESIDE = /^(data|indicators|patrol)(\?[^#]*)?(#.*)?$/;

/**
 * Give links to pages beside this one the theme of now.
 *
 * @param {Iterable<Element>} links
 */
function dress(links) {
  for (const link of links) {
    const [, path, search = "", hash = ""] = BESIDE.exec(link.getAttribute("href")) ?? [];
    if (path) link.setAttribute("href", path + dressed(strip(search, handed.address.screen)) + hash);
  }
}

const all = () => dress(document.querySelectorAll("a[href]"));
const one = (event) => dress([about(event, "a[href]")].filter(Boolean));
on("shown", all);
follow(all);
document.addEventListener("focusin", one); // it may have come since
document.addEventListener("pointerover", one);

/** Close the menus of the bar, but the one that holds an element. */
function closeMenus(but) {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(but)) menu.open = false;
}

document.addEventListener("click", (event) => {
  closeMenus(about(event, ".menu-list a") ? null : event.target);
  if (event.defaultPrevented || event.button || withModifier(event) || event.shiftKey) return;
  const link = about(event, 'a[href^="?"], a.skip');
  if (!link) return;
  event.preventDefault();
  if (link.matches(".skip")) $(link.hash.slice(1))?.focus();
  else go(link.getAttribute("href"));
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  closeMenus(null);
  if (!withModifier(event) && !typing(event)) document.body.removeAttribute("data-sheet");
});
