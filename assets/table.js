/** Cells of the ranked table, and how its numbers are put in order. */
(() => {
  "use strict";

  const make = (...parts) => window.React.createElement(...parts);
  /** CSS of a colour of paper that follows the theme, as in dashboard/theme.py. */
  const ink = (colour) => ({ "--swatch": `var(--on-${colour.slice(1)}, ${colour})` });
  const swatch = ({ colour, pattern }) =>
    make("span", { className: `swatch swatch-${pattern}`, style: ink(colour), "aria-hidden": true });

  const cells = (window.dashAgGridComponentFunctions ??= {});
  cells.Rank = ({ data }) => make("span", { className: "cell-rank" }, swatch(data), data.rank || "–");

  /** A name that is cut short keeps its end, "Central Bedf… 004C", which tells neighbours apart. */
  cells.Area = ({ data: { name, ward } }) => {
    const [, start, end] = /^(.*?)( \d{3}[A-Z]{1,2})?$/.exec(name);
    return make("span", { className: "cell-area", title: ward ? `${name}, ${ward}` : name },
      make("span", { className: "cell-name" },
        make("span", { className: "cell-start" }, start), end && make("span", { className: "cell-end" }, end)),
      ward && make("span", { className: "cell-ward" }, ward));
  };
  cells.Pill = ({ data }) =>
    data.label === "–" ? "–" : make("span", { className: "pill", style: ink(data.colour) }, data.label);

  /** Order texts by the number that they begin with, "1,234" or "3="; those without one (suppressed, none) come first. */
  const functions = (window.dashAgGridFunctions ??= {});
  functions.byNumber = (a, b) => {
    const [x, y] = [a, b].map((text) => parseFloat(String(text).replaceAll(",", "")));
    if (Number.isNaN(x) && Number.isNaN(y)) return String(a).localeCompare(String(b));
    return (Number.isNaN(x) ? -Infinity : x) - (Number.isNaN(y) ? -Infinity : y);
  };

  /** The Tab key leaves the table, as it does any list; the arrow keys move inside it. */
  functions.leave = () => false;
})();
