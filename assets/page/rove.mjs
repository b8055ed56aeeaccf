/**
 * Groups of buttons and links have one stop for the Tab key, the one used last; the arrow keys, Home and End move inside.
 * So who uses the keyboard alone is soon at the end of the page.
 */

import { $, about, whenIdle, withModifier } from "./dom.mjs";
import { on } from "./question.mjs";

/** What holds a group, and what is in it. */
const GROUPS = [
  [".bar-views", "a"],
  [".bar", ":scope > .bar-action, .menu > summary"],
  [".map", ".map-button, .map-caption"],
  [".toolbar", ".tool"],
  [".legend", "button"],
  [".filters", ".link"],
  [".filters", ":scope > details > summary"],
  [".selected", ":is(a, button, summary):not(.fold-body *)"],
  [".selected .fold-body", "a, button"],
  [".findings", ":is(.ranking, .chart) :is(.copy, .note a, .deciles button), .evidence > summary"],
  [".months-head", ".quick a, .copy, .play button"],
  ["#assess-body > :is(header, nav, .assess-findings)", "a"],
  ["#assess-body > section[id]", "article :is(a, summary)"],
];
const seen = (item) => item.checkVisibility() && !item.disabled;

/** The groups on the page: what is in each, in order. */
const groups = () => GROUPS.flatMap(([home, items]) => (
  [...document.querySelectorAll(home)].map((group) => [...group.querySelectorAll(items)].filter(seen))));

/** Let one item of a group be its stop. */
function stop(items, item) {
  for (const other of items) {
    const wanted = other === item ? 0 : -1;
    if (other.getAttribute("tabindex") !== String(wanted)) other.tabIndex = wanted;
  }
}

/** Give each group its stop: the one it had, as far as that is still there. */
function settle() {
  for (const items of groups()) {
    const kept = items.filter(({ tabIndex }) => tabIndex === 0);
    if (items.length) stop(items, items.includes(document.activeElement) ? document.activeElement : kept[0] ?? items[0]);
  }
}

document.addEventListener("focusin", ({ target }) => {
  const items = about({ target }, "a, button, summary") && groups().find((group) => group.includes(target));
  if (items) stop(items, target);
});

document.addEventListener("keydown", (event) => {
  if (withModifier(event) || event.defaultPrevented || about(event, "select, input, [role=listbox]")) return;
  const items = groups().find((group) => group.includes(event.target));
  if (!items) return;
  const at = items.indexOf(event.target);
  const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  items[(to + items.length) % items.length].focus();
}, true);

const watched = new MutationObserver(() => whenIdle(settle));

on("shown", () => {
  whenIdle(settle);
  watched.observe($("selected"), { childList: true, subtree: true }); // a panel comes late
  watched.observe($("assess-body"), { childList: true }); // and an assessment
});
