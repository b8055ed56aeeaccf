/** Draw around areas: a stroke over a pane, and the areas whose middle lies inside it. */

import { hull, insideRing } from "./shapes.mjs";

const SVG = "http://www.w3.org/2000/svg";
const STEP_PX = 4;

/**
 * Let the reader draw one stroke on a pane after another, until the returned function is called.
 *
 * @param {import("./pane.mjs").Pane} pane
 * @param {(codes: string[]) => void} done told the codes of the areas inside, at the end of each stroke
 * @returns {() => void}
 */
export function lasso(pane, done) {
  const sheet = document.createElementNS(SVG, "svg");
  const line = document.createElementNS(SVG, "polygon");
  sheet.setAttribute("class", "map-lasso");
  sheet.append(line);
  pane.element.append(sheet);
  let stroke = [];

  const draw = () => line.setAttribute("points", stroke.join(" "));
  sheet.addEventListener("pointerdown", (event) => {
    sheet.setPointerCapture(event.pointerId);
    stroke = [[event.offsetX, event.offsetY]];
  });
  sheet.addEventListener("pointermove", ({ offsetX, offsetY }) => {
    const last = stroke.at(-1);
    if (!last || Math.hypot(offsetX - last[0], offsetY - last[1]) < STEP_PX) return;
    stroke.push([offsetX, offsetY]);
    draw();
  });
  sheet.addEventListener("pointerup", () => {
    const ring = [...stroke, stroke[0]].map((point) => pane.unproject(point));
    stroke = [];
    draw();
    const { shapes } = pane;
    const near = shapes.within(hull(ring.map(([x, y]) => [x, y, x, y])));
    done(near.filter((id) => insideRing(ring, shapes.anchor(id))).map((id) => shapes.properties(id).code));
  });
  return () => sheet.remove();
}
