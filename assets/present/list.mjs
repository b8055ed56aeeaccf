/** Which of the listed areas is looked at? One after the other, by its number, or none: the whole county. */

import * as map from "../map/map.mjs";
import { $, about } from "../page/dom.mjs";
import { toast } from "../page/messages.mjs";
import { change, parameters } from "../page/question.mjs";
import { presenting } from "./screen.mjs";
import { fit } from "./size.mjs";

let looking = ""; // code of the area that the map was last sent to

const chosen = () => parameters().get("area") ?? "";
const rows = () => [...document.querySelectorAll("#present-list .present-row")];

/** The row of the chosen area. */
export const here = () => rows().find(({ dataset }) => dataset.code === chosen());

/** Send the map to an area, or for none to the whole county, unless it is there. */
function look(code) {
  if (code === looking) return;
  looking = code;
  if (code) map.flyTo(code);
  else map.goHome();
}

/** Choose an area, "" for none. */
export function choose(code) {
  map.select(code || null);
  look(code);
  change({ area: code });
}

/** Move through the list; before its first area is the whole county. */
export function step(by) {
  const codes = rows().map((row) => row.dataset.code);
  const place = codes.indexOf(chosen());
  if (codes.length) choose(codes[Math.min(place + by, codes.length - 1)] ?? "");
}

/** Choose the area of a number. */
export function jump(number) {
  const row = rows()[number - 1];
  if (row) choose(row.dataset.code);
  else toast(`${rows().length} areas are listed.`);
}

const fitted = () => presenting() && fit();
window.addEventListener("resize", fitted);
new MutationObserver((records) => {
  if (records.some((one) => about(one, ".present-side") || one.target === $("react-entry-point"))) fitted();
}).observe($("react-entry-point"), { childList: true, subtree: true });

// The map is looked at anew once an answer is painted: by then it has the room of the new layout.
window.addEventListener("hotspots:painted", () => {
  if (presenting()) look(chosen());
  else looking = "";
});
