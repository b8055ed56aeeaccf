/** What is marked once one more mark is chosen? Marks are texts as in the address: "decile:1,2". */

/**
 * @param {string} now what is marked, "" for nothing
 * @param {string} mark the one that is chosen
 * @param {boolean} add whether it goes with those of its kind that are marked already
 */
export function after(now, mark, add) {
  const [kind, value] = mark.split(":");
  const [of, list = ""] = now.split(":");
  const marked = of === kind ? list.split(",").filter(Boolean) : [];
  const others = marked.filter((one) => one !== value);
  const wanted = add ? [...others, ...(marked.includes(value) ? [] : [value])]
    : marked.length === 1 && marked[0] === value ? [] : [value];
  if (kind !== "class") wanted.sort((a, b) => Number(a) - Number(b));
  return wanted.length ? `${kind}:${wanted}` : "";
}
