/**
 * What is a saved view or set, as text?
 *
 * @typedef {{name: string, kind: "view"|"set", search: string}} Saved
 */

/** @param {any} one */
const sound = ({ name, kind, search }) =>
  typeof name === "string" && ["view", "set"].includes(kind) && typeof search === "string" && /^(\?|$)/.test(search);

/**
 * Read those that are sound; fails where the text holds no list.
 *
 * @param {string} text JSON
 * @returns {Saved[]}
 */
export const read = (text) => JSON.parse(text).filter((one) => sound(one ?? {}));

/**
 * What is kept, with what was found: of the same name and kind the found one.
 *
 * @param {Saved[]} kept
 * @param {Saved[]} found
 */
export function merged(kept, found) {
  const names = new Set(found.map(({ name, kind }) => kind + name));
  return [...kept.filter(({ name, kind }) => !names.has(kind + name)), ...found];
}
