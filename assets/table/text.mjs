/** How is the ranked table written as text, for a sheet? */

const FIRST = [["code", "Code"], ["rank", "Rank"], ["name", "Area"], ["ward", "Ward"]];

/**
 * @param {{field: string, headerName: string}[]} shown the columns on the screen
 * @param {Record<string, unknown>[]} rows
 */
export function asText(shown, rows) {
  const others = shown.filter(({ field, headerName }) => field !== "name" && headerName !== "#");
  const columns = [...FIRST, ...others.map(({ field, headerName }) => [field, headerName])];
  const lines = [columns.map(([, head]) => head), ...rows.map((row) => columns.map(([field]) => row[field] ?? ""))];
  return lines.map((line) => line.join("\t")).join("\n");
}
