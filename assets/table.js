/** Cells of the ranked table, and how its numbers are put in order. */
(() => {
  "use strict";

  const make = (...parts) => window.React.createElement(...parts);
  const swatch = ({ colour, pattern }) =>
    make("span", { className: `swatch swatch-${pattern}`, style: { "--swatch": colour }, "aria-hidden": true });

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
    data.label === "–" ? "–" : make("span", { className: "pill", style: { "--swatch": data.colour } }, data.label);

  /** Number in a text such as "1,234" or "=3"; what is not a number (suppressed, none) comes last. */
  const number = (text) => {
    const value = parseFloat(String(text).replace(/[,=]/g, ""));
    return Number.isNaN(value) ? -Infinity : value;
  };
  const functions = (window.dashAgGridFunctions ??= {});
  functions.byNumber = (a, b) => number(a) - number(b);
})();
