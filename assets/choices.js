/** Options of a list that say what they are: a label, and below it a sentence. */
(() => {
  "use strict";

  const make = (...parts) => window.React.createElement(...parts);

  const options = (window.dashMantineFunctions ??= {});
  options.explained = ({ option: { label, said }, checked }) =>
    make("span", { className: checked ? "choice choice-made" : "choice" },
      make("span", { className: "choice-label" }, label), make("span", { className: "choice-said" }, said));
})();
