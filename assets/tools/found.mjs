/** What is found by what is typed? What has these letters; what is called exactly so, or has that code, comes first. */

const plain = (text) => text.trim().toLowerCase();

/** Whether an option, "name · ward · borough · code", is called or coded so. */
const exactly = ({ label }, typed) => {
  const parts = label.split(" · ").map(plain);
  return typed === parts[0] || typed === parts.at(-1);
};

const firstThose = (list, are) => [...list.filter(are), ...list.filter((one) => !are(one))];

/**
 * What a list shows of its groups of options.
 *
 * @param {{options: {group: string, items: {label: string, value: string}[]}[], search: string, limit?: number}} asked
 */
export function found({ options, search, limit = Infinity }) {
  const typed = plain(search);
  const named = (item) => exactly(item, typed);
  const groups = options.map(({ group, items }) => (
    { group, items: firstThose(items.filter(({ label }) => plain(label).includes(typed)), named) }));
  let room = limit;
  return firstThose(groups, ({ items }) => items.some(named)).map(({ group, items }) => {
    const shown = items.slice(0, room);
    room -= shown.length;
    return { group, items: shown };
  }).filter(({ items }) => items.length);
}
