/**
 * What is a saved view or set, as text?
 *
 * @typedef {{name: string, kind: "view"|"set", search: string, team?: boolean, by?: string}} Saved
 *
 * Those of a team are its members' in common.
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
 * Whether one takes the place of another: they have a name, a kind and an owner in common.
 *
 * @param {Saved} one
 * @param {Saved} other
 */
export const same = (one, other) => one.name === other.name && one.kind === other.kind && Boolean(one.team) === Boolean(other.team);

/**
 * What is kept, with what was found: of the same name and kind the found one.
 *
 * @param {Saved[]} kept
 * @param {Saved[]} found
 */
export function merged(kept, found) {
  return [...kept.filter((one) => !found.some((other) => same(one, other))), ...found];
}
