/** How large is the type of the list? Smaller where it would not fit; then without sentences; then the chosen area in sight. */

const SMALLEST = 75; // percent of its size that it may have

export function fit() {
  const side = document.querySelector(".present-side");
  if (!side) return;
  for (const tight of [false, true]) {
    side.classList.toggle("present-tight", tight);
    for (let percent = 100; percent >= SMALLEST; percent -= 5) {
      side.style.fontSize = `${percent}%`;
      if (side.scrollHeight <= side.clientHeight) return;
    }
  }
  side.querySelector(".present-here")?.scrollIntoView({ block: "nearest" });
}
