/** How do the options of a list say what they are? By a label, and below it a sentence. */

import { $, about } from "../page/dom.mjs";
import { found } from "../tools/found.mjs";

const element = (...parts) => window.React.createElement(...parts);

const explained = ({ option: { label, said }, checked }) =>
  element("span", { className: checked ? "choice choice-made" : "choice" },
    element("span", { className: "choice-label" }, label), element("span", { className: "choice-said" }, said));

/** What the lists call by name. */
export function offer() {
  Object.assign(window.dashMantineFunctions ??= {}, { explained, found });
}

/** An open list that is longer than its room can be scrolled by the keyboard, too. */
document.addEventListener("click", () => requestAnimationFrame(() => {
  for (const list of document.querySelectorAll('.mantine-Select-options:not([tabindex="0"])')) list.tabIndex = 0;
}));

/** The list that is open below a box, and the option that is aimed at in it, which Mantine takes by itself. */
const listOf = (box) => $(box.getAttribute("aria-controls"));
export const aimed = (box) => listOf(box)?.querySelector("[data-combobox-selected]");

document.addEventListener("keydown", (event) => {
  const box = about(event, "input[aria-haspopup=listbox]");
  // Escape closes an open list, which Mantine does after this; out of a closed one it leads back to the page and its keys.
  if (event.key === "Escape" && box && !listOf(box)) box.blur();
  // Of several that can be chosen the first that was found is taken; in a list of which one is chosen, Mantine aims at it.
  if (event.key !== "Enter" || !box?.value || !about(event, ".mantine-MultiSelect-root") || aimed(box)) return;
  listOf(box)?.querySelector("[role=option]:not([data-combobox-disabled])")?.click();
}, true);
