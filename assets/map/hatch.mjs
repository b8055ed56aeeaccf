/** How does a look fill a surface? With its colour, and with hatchings over it as squares that repeat. */

import { make } from "../page/dom.mjs";
import { CLEAR, HATCHINGS, tile } from "./ink.mjs";

/** The pen of a canvas that the processor draws: where WebGL is done by software, shapes are fifty times slower by way of it. */
export const penOf = (canvas) => canvas.getContext("2d", { willReadFrequently: true });

/** One tile of a hatching in a colour. */
export function inked(hatching, colour, ratio) {
  const { side, alpha } = tile(hatching, ratio, (outside) => 0.5 - outside);
  const canvas = make("canvas", "", { width: side, height: side });
  const pen = penOf(canvas);
  const image = pen.createImageData(side, side);
  alpha.forEach((value, i) => { image.data[4 * i + 3] = value; });
  pen.putImageData(image, 0, 0);
  pen.globalCompositeOperation = "source-in";
  pen.fillStyle = colour;
  pen.fillRect(0, 0, side, side);
  return canvas;
}

/** The least number that several divide. */
const common = (numbers) => numbers.reduce((a, b) => {
  let found = a;
  while (found % b) found += a;
  return found;
}, 1);

/**
 * The colours of a look, pixel by pixel.
 *
 * @param {import("./pane.mjs").Look} look
 * @param {Record<string, string>} theme
 * @param {number} ratio device pixels a pixel
 * @returns {{flat: number, side: number, tile: Uint32Array|null}} one colour, or a square of colours
 */
export function ink(look, theme, ratio) {
  const hatchings = Object.values(HATCHINGS).filter(({ state }) => look[state] !== CLEAR);
  const tiles = hatchings.map((hatching) => inked(hatching, hatching.token ? theme[hatching.token] : look[hatching.state], ratio));
  const side = common(tiles.map(({ width }) => width));
  const pen = penOf(make("canvas", "", { width: side, height: side }));
  pen.fillStyle = look.colour;
  pen.fillRect(0, 0, side, side);
  for (const each of tiles) {
    pen.fillStyle = pen.createPattern(each, "repeat");
    pen.fillRect(0, 0, side, side);
  }
  const pixels = new Uint32Array(pen.getImageData(0, 0, side, side).data.buffer);
  return { flat: pixels[0], side, tile: tiles.length ? pixels : null };
}
