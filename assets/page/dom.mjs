/** Small helpers for the page: elements, motion, who is typing. */

/** The element of an id. */
export const $ = (id) => document.getElementById(id);

/**
 * The element of a selector that an event is about: what it happened on, or the nearest around that.
 *
 * @param {{target: any}} event
 * @param {string} selector
 */
export const about = ({ target }, selector) => target.closest?.(selector);

/** Make an element with a class, attributes and children (strings become text, never markup). */
export function make(tag, className = "", attributes = {}, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Whether the reader asked for less motion. */
export const wantsLittleMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** How long a camera flight may take: none where the reader asked for less motion. */
export const flight = (milliseconds = 400) => (wantsLittleMotion() ? 0 : milliseconds);

/** Whether letters mean something to the element of an event. */
export const typing = (event) => about(event, "input, textarea, select, [role=option], [role=combobox], .grid");

/** Whether a key goes together with one of the browser's own. */
export const withModifier = ({ ctrlKey, metaKey, altKey }) => ctrlKey || metaKey || altKey;

/** Resolves when the style sheets of the page are there, before which its script may run. */
export const styled = () => Promise.all(Array.from(document.querySelectorAll("link[rel=stylesheet]"), (link) => (
  /** @type {HTMLLinkElement} */ (link).sheet || new Promise((done) => { link.onload = link.onerror = done; }))));

/** Resolves after so long. */
export const after = (milliseconds) => new Promise((done) => { setTimeout(done, milliseconds); });

/** Do something when the page has nothing better to do, soon. */
export const whenIdle = (act) => (window.requestIdleCallback ? requestIdleCallback(act, { timeout: 500 }) : setTimeout(act, 50));

/** Save a file that the page holds. */
export function save(blob, name) {
  const link = make("a", "", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
