/** How is the ranked table written as text, for a sheet? */

const FIRST = [["code", "Code"], ["rank", "Rank"], ["name", "Area"], ["ward", "Ward"]];

/**
 * @param {import("./cells.mjs").Column[]} shown the columns on the screen
 * @param {Record<string, unknown>[]} rows
 */
export function asText(shown, rows) {
  const others = shown.filter(({ kind }) => kind === "number" || kind === "pill");
  const columns = [...FIRST, ...others.map(({ field, head }) => [field, head])];
  const lines = [columns.map(([, head]) => head), ...rows.map((row) => columns.map(([field]) => row[field] ?? ""))];
  return lines.map((line) => line.join("\t")).join("\n");
}
