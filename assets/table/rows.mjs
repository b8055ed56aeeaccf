/** What does an answer tell of the areas, one by one? The server sends a list for each column, which is less to read. */

/**
 * @param {{looks: [string, string, string|null][], lit: number, code: string[], class: number[], [column: string]: any}} sent `looks`:
 *   colour, pattern and level lines by class; `lit`: how many rows, the first, are not muted
 * @returns {import("./cells.mjs").Row[]}
 */
export function rowsOf({ looks, lit, ...columns }) {
  const lists = Object.entries(columns);
  return columns.code.map((_, i) => {
    const row = Object.fromEntries(lists.map(([name, values]) => [name, values[i]]));
    const [colour, pattern, lines] = looks[row.class];
    return { ...row, colour, pattern, lines, muted: i >= lit };
  });
}
