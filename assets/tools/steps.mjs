/**
 * What is played? One month after another, or one hour after another.
 *
 * @typedef {{changes: Record<string, string>, said: string}} Step what it changes in the address, and its name
 */

const MONTH = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });
const HOURS = [...Array(24).keys()].map(String);

/**
 * Months of the period from its first, or from the one after the only one that is chosen.
 *
 * @param {string[]} all months loaded
 * @param {{from: string|null, to: string|null, kept: string[]}} asked the period, and the months of the year, none for all
 * @returns {Step[]}
 */
export function ofMonths(all, { from, to, kept }) {
  const one = from !== null && from === to;
  const start = one ? all.indexOf(from) + 1 : Math.max(0, all.findIndex((month) => month >= (from ?? all[0])));
  const rest = all.slice(start % all.length).filter((month) => one || !to || month <= to)
    .filter((month) => !kept.length || kept.includes(String(Number(month.slice(5)))));
  return rest.map((month) => ({ changes: { from: month, to: month }, said: MONTH.format(new Date(`${month}-01`)) }));
}

/**
 * Hours of the day from midnight, those chosen from their first, or from the one after the only one chosen.
 *
 * @param {string[]} kept hours chosen, none for all
 * @returns {Step[]}
 */
export function ofHours(kept) {
  const first = kept.find((hour) => !kept.includes(String((Number(hour) + 23) % 24))) ?? "0";
  const run = [...HOURS.slice(Number(first)), ...HOURS.slice(0, Number(first))];
  const hours = kept.length > 1 ? run.filter((hour) => kept.includes(hour))
    : HOURS.slice(kept.length ? (Number(kept[0]) + 1) % 24 : 0);
  return hours.map((hour) => ({ changes: { hour }, said: `${hour.padStart(2, "0")}:00 to ${hour.padStart(2, "0")}:59` }));
}
