/** Cells of the ranked table, and how its numbers are put in order. */
(() => {
  "use strict";

  const make = (...parts) => window.React.createElement(...parts);
  const swatch = ({ colour, pattern }) =>
    make("span", { className: `swatch swatch-${pattern}`, style: { "--swatch": colour }, "aria-hidden": true });

  const cells = (window.dashAgGridComponentFunctions ??= {});
  cells.Rank = ({ data }) => make("span", { className: "cell-rank" }, swatch(data), data.rank || "–");
  cells.Area = ({ data }) =>
    make("span", { className: "cell-area", title: data.ward ? `${data.name}, ${data.ward}` : data.name },
      make("span", { className: "cell-name" }, data.name),
      data.ward ? make("span", { className: "cell-ward" }, data.ward) : null);
  cells.Pill = ({ data }) =>
    data.label === "–" ? make("span", { className: "pill-none" }, "–")
      : make("span", { className: "pill", style: { "--swatch": data.colour } }, data.label);

  /** Number in a text such as "1,234" or "=3"; what is not a number (suppressed, none) comes last. */
  const number = (text) => {
    const value = parseFloat(String(text).replace(/[,=]/g, ""));
    return Number.isNaN(value) ? -Infinity : value;
  };
  const functions = (window.dashAgGridFunctions ??= {});
  functions.byNumber = (a, b) => number(a) - number(b);
})();
