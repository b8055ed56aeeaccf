/** Small helpers for the page: elements, motion. */

/** Make an element with a class, attributes and children (strings become text, never markup). */
export function make(tag, className = "", attributes = {}, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** How long a camera flight may take: none where the reader asked for less motion. */
export function flight(milliseconds = 400) {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : milliseconds;
}
