/**
 * How large is the type of the list? Smaller where it would not fit; then without sentences; then without earlier
 * decisions; then without the numbers behind the latest; then without its last areas: none is cut in two, and the chosen one
 * is there.
 */

const SMALLEST = 80; // percent of its size that it may have
const LEAST = 16; // pixels that it has in any case
const SPARED = ["present-tight", "present-latest", "present-decided"]; // what goes, one after the other

export function fit() {
  const side = document.querySelector(".present-side");
  if (!side) return;
  const rows = [...side.querySelectorAll(".present-list li")];
  const fits = () => side.scrollHeight <= side.clientHeight;
  side.style.fontSize = "";
  const smallest = Math.max(SMALLEST, (LEAST / parseFloat(getComputedStyle(side).fontSize)) * 100);
  rows.forEach((row) => row.removeAttribute("data-cut"));
  for (let spared = 0; spared <= SPARED.length; spared += 1) {
    SPARED.forEach((name, i) => side.classList.toggle(name, i < spared));
    for (let percent = 100; percent >= smallest; percent -= 5) {
      side.style.fontSize = `${percent}%`;
      if (fits()) return;
    }
  }
  for (const row of rows.filter((one) => !one.matches(".present-here")).reverse()) {
    row.setAttribute("data-cut", "");
    if (fits()) break;
  }
  side.querySelector(".present-here")?.scrollIntoView({ block: "nearest" });
}
