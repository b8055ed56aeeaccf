/** What does a click on a link do? A link to another question asks it; a skip link moves the focus; menus close. */

import { $, about, typing, withModifier } from "./dom.mjs";
import { go } from "./question.mjs";

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
