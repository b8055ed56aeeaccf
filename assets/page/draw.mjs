/**
 * How do the words that the server writes get onto the page? Elements of HTML, as dash.html names them; only what differs
 * is touched, so that what is there keeps its focus, and a fold stays open.
 *
 * @typedef {string|number|null|{type: string, props: any}} Part
 */

const OWN = ["open", "tabindex"]; // attributes that the reader and rove.mjs set

/** Draw the children of an element. @param {Element} element @param {Part|Part[]} children */
export function draw(element, children) {
  const wanted = /** @type {Part[]} */ ([children].flat(Infinity)).filter((part) => part !== null && part !== undefined);
  wanted.forEach((part, i) => {
    const there = element.childNodes[i];
    const node = typeof part === "object" ? elementOf(there, part) : textOf(there, String(part));
    if (!there) element.append(node);
    else if (node !== there) there.replaceWith(node);
  });
  while (element.childNodes.length > wanted.length) element.lastChild.remove();
}

function textOf(there, text) {
  if (there?.nodeType !== Node.TEXT_NODE) return document.createTextNode(text);
  if (there.data !== text) there.data = text;
  return there;
}

function elementOf(there, { type, props: { children, ...properties } }) {
  const name = type.toLowerCase();
  const element = there?.localName === name ? there : document.createElement(name);
  const kept = new Set([...OWN, ...Object.keys(properties).map(attributeOf)]);
  for (const attribute of element.getAttributeNames()) if (!kept.has(attribute)) element.removeAttribute(attribute);
  for (const [property, value] of Object.entries(properties)) dress(element, property, value);
  draw(element, children ?? []);
  return element;
}

/** Set a property of an element, or take it away where it has no value. */
export function dress(element, property, value) {
  const attribute = attributeOf(property);
  const text = textFor(property, value);
  if (text === null) element.removeAttribute(attribute);
  else if (element.getAttribute(attribute) !== text) element.setAttribute(attribute, text);
}

/** @returns {string} */
const attributeOf = (property) => (property === "className" ? "class" : property.toLowerCase());

function textFor(property, value) {
  if (property === "style" && value) {
    const css = ([name, each]) => `${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}: ${each};`;
    return Object.entries(value).map(css).join(" "); // as a browser writes it
  }
  if (value === null || value === undefined || value === false) return null;
  return value === true ? "" : String(value);
}
