/**
 * How is a question written in an address? Query strings and their parts; nothing here knows the page.
 *
 * @typedef {import("./handed.mjs").AddressRules} AddressRules
 */

const parts = (search) => search.replace(/^\?/, "").split("&").filter(Boolean);

/** Query string of parameters, with commas and colons as people write them. */
export function written(parameters) {
  const text = parameters.toString().replaceAll("%2C", ",").replaceAll("%3A", ":");
  return text ? `?${text}` : "";
}

/**
 * A query string without what only the screen heeds: the question alone.
 *
 * @param {string} search
 * @param {AddressRules["screen"]} screen
 */
export function strip(search, screen) {
  const asks = (part) => {
    const [key, value] = part.split("=");
    return !screen[key]?.includes(value);
  };
  const rest = parts(search).filter(asks);
  return rest.length ? `?${rest.join("&")}` : "";
}

/** A query string with one more part, where there is one: "theme=dark". */
export const dress = (search, part) => (part ? `${search ? `${search}&` : "?"}${part}` : search);

/** Text of a control's value: none for all, a list by commas, never a blank. */
export function write(value) {
  if (typeof value === "boolean") return value ? "on" : "off";
  return String(value ?? "").replaceAll(/\s/g, "");
}

/**
 * Text of the members chosen of a cycle, as the hours of a day: one range where they are one, round its end too, else a
 * list; none for all.
 *
 * @param {Array<number|string>} members
 * @param {number} size of the cycle
 */
export function writeCycle(members, size) {
  const chosen = new Set(members.map(Number));
  const starts = [...chosen].filter((member) => !chosen.has((member + size - 1) % size));
  if (starts.length !== 1) return chosen.size === size ? "" : write(members);
  const last = (starts[0] + chosen.size - 1) % size;
  return chosen.size === 1 ? write(members) : `${starts[0]}-${last}`;
}

const RUN = 3; // codes one after the other from which on they are a run

/** Codes of areas as text, runs of them as the first and how many follow: "E01000001-2,E01000009". */
export function writeCodes(codes) {
  const runs = [];
  for (const code of codes) {
    const last = runs.at(-1);
    if (last && last[0][0] === code[0] && Number(code.slice(1)) === Number(last.at(-1).slice(1)) + 1) last.push(code);
    else runs.push([code]);
  }
  return runs.map((run) => (run.length >= RUN ? `${run[0]}-${run.length - 1}` : run.join())).join();
}

/**
 * Query string with some parameters changed; the defaults and the empty ones are left out, and so is what makes no sense
 * any more.
 *
 * @param {string} search
 * @param {Record<string, string>} changes
 * @param {Pick<AddressRules, "clears"|"stays"> & {defaults: Record<string, string>}} rules
 */
export function changed(search, changes, { clears, stays, defaults }) {
  const parameters = new URLSearchParams(search);
  const keeps = (name) => {
    const [other, pattern] = stays[name] ?? [];
    return other && new RegExp(`^(${pattern})`).test(parameters.get(other) ?? "");
  };
  for (const [key, value] of Object.entries(changes)) {
    if (!value || value === defaults[key]) parameters.delete(key);
    else parameters.set(key, value);
    for (const other of clears[key] ?? []) if (!(other in changes) && !keeps(other)) parameters.delete(other);
  }
  return written(parameters);
}

/** Address of the page without a parameter, or that of everything; fit for a link. */
export function without(search, parameter, plain) {
  const parameters = new URLSearchParams(search);
  parameters.delete(parameter);
  return written(parameters) || plain;
}

/** Query string of the parameters of some names only. */
export function only(search, names) {
  return written(new URLSearchParams([...new URLSearchParams(search)].filter(([key]) => names.includes(key))));
}
