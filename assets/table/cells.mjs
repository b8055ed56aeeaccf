/** How are the cells of the ranked table drawn, and its numbers put in order? */

const element = (...parts) => window.React.createElement(...parts);

/** CSS of a colour of paper that follows the theme, as in dashboard/theme.py. */
const ink = (colour) => ({ "--swatch": `var(--on-${colour.slice(1)}, ${colour})` });

const swatch = ({ colour, pattern }) =>
  element("span", { className: `swatch swatch-${pattern}`, style: ink(colour), "aria-hidden": true });

const Rank = ({ data }) => element("span", { className: "cell-rank" }, swatch(data), data.rank || "–");

/** A name that is cut short keeps its end, "Central Bedf… 004C", which tells neighbours apart. */
function Area({ data: { name, ward } }) {
  const [, start, end] = /^(.*?)( \d{3}[A-Z]{1,2})?$/.exec(name);
  return element("span", { className: "cell-area", title: ward ? `${name}, ${ward}` : name },
    element("span", { className: "cell-name" },
      element("span", { className: "cell-start" }, start), end && element("span", { className: "cell-end" }, end)),
    ward && element("span", { className: "cell-ward" }, ward));
}

const Pill = ({ data }) =>
  (data.label === "–" ? "–" : element("span", { className: "pill", style: ink(data.colour) }, data.label));

/** Order texts by the number that they begin with, "1,234" or "3="; those without one (suppressed, none) come first. */
export function byNumber(a, b) {
  const [x, y] = [a, b].map((text) => parseFloat(String(text).replaceAll(",", "")));
  if (Number.isNaN(x) && Number.isNaN(y)) return String(a).localeCompare(String(b));
  return (Number.isNaN(x) ? -Infinity : x) - (Number.isNaN(y) ? -Infinity : y);
}

/** Order areas by what the map shows of them, as its legend does. */
export const byClass = (_a, _b, one, other) => one.data.class - other.data.class;

/** What the table calls by name. The Tab key leaves it, as it does any list; the arrow keys move inside it. */
export function offer() {
  Object.assign(window.dashAgGridComponentFunctions ??= {}, { Rank, Area, Pill });
  Object.assign(window.dashAgGridFunctions ??= {}, { byNumber, byClass, leave: () => false });
}
