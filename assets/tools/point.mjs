/** Which area is pointed at? On the map, in a list or in the table: it is marked in the others, and its class in the legend. */

import * as map from "../map/map.mjs";
import { about } from "../page/dom.mjs";
import { current } from "../page/question.mjs";

const AREA = "li[data-code], .row[data-code]";
const codeOf = (element) => element?.dataset.code ?? null;

let pointed = null; // code of the area under the pointer, or with the focus, in a list or the table

/** An area of a list or of the table is drawn around on the map while the pointer or the focus is on it. */
function point(event) {
  const code = codeOf(about(event, AREA));
  if (code === pointed) return;
  pointed = code;
  map.point(code);
}

document.addEventListener("pointerover", point);
document.addEventListener("focusin", point);

/** The area under the pointer on the map is marked in the lists, the table and the legend. */
map.onHover((code) => {
  for (const element of document.querySelectorAll(AREA)) element.classList.toggle("pointed", codeOf(element) === code);
  const row = code && current()?.rows.find((area) => area.code === code);
  for (const item of document.querySelectorAll(".legend-item")) {
    item.classList.toggle("legend-pointed", Boolean(row) && item.dataset.class === String(row.class));
  }
});
