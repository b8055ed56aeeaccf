/** How do the options of a list say what they are? By a label, and below it a sentence. */

const element = (...parts) => window.React.createElement(...parts);

const explained = ({ option: { label, said }, checked }) =>
  element("span", { className: checked ? "choice choice-made" : "choice" },
    element("span", { className: "choice-label" }, label), element("span", { className: "choice-said" }, said));

/** What the lists call by name. */
export function offer() {
  Object.assign(window.dashMantineFunctions ??= {}, { explained });
}

/** An open list that is longer than its room can be scrolled by the keyboard, too. */
document.addEventListener("click", () => requestAnimationFrame(() => {
  for (const list of document.querySelectorAll('.mantine-Select-options:not([tabindex="0"])')) list.tabIndex = 0;
}));
