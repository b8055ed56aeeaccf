/** Colours of what steps back while something else stands out. */

const KEPT = 0.16; // how much of its lightness a faded colour keeps

const channels = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

/**
 * A colour without its hue and nearly gone into the ground, so that no faded class passes for another one.
 *
 * @param {string} colour six hexadecimal digits
 * @param {string} ground what it fades into; the same
 * @returns {string} six hexadecimal digits
 */
export function faded(colour, ground) {
  const [red, green, blue] = channels(colour);
  const grey = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  const mixed = channels(ground).map((part) => Math.round(KEPT * grey + (1 - KEPT) * part));
  return `#${mixed.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}
