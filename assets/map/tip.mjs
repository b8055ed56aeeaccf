/** What is the area under the pointer? Its name, where it lies, and the numbers of the frame. */

import { make } from "../page/dom.mjs";

const EDGE_PX = 16;

const came = new WeakMap(); // frame of a country -> what the server told, by the first area of which it told

/**
 * What a frame says of an area: a text for each column; a promise where the server is still to be asked, as of a country.
 *
 * @param {import("./map.mjs").Frame} frame
 * @returns {Said|Promise<Said>}
 * @typedef {{columns: string[], row: string[]}} Said
 */
function said(frame, id) {
  const { values, tips, each } = frame;
  if (!tips) return { columns: values?.columns ?? [], row: values?.rows[id] ?? [] };
  if (!came.has(frame)) came.set(frame, new Map());
  const told = came.get(frame);
  const first = id - (id % each);
  const pick = ({ columns, rows }) => ({ columns, row: rows[id - first] ?? [] });
  if (!told.has(first)) {
    const asked = fetch(`${tips}${tips.includes("?") ? "&" : "?"}at=${first}`)
      .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(`${answer.status}`))));
    told.set(first, asked);
    asked.then((found) => told.set(first, found), () => told.delete(first));
  }
  const known = told.get(first);
  return known instanceof Promise ? known.then(pick) : pick(known);
}

/** The lines of a tooltip. */
function lines({ name, known, ward, borough }, { columns, row }) {
  const where = [known, ward, borough].filter((part) => part && part !== name).join(" · ");
  const rows = columns.map((column, i) => [column, row[i]]).filter(([, value]) => value);
  return [
    make("strong", "map-tip-name", {}, name),
    make("span", "map-tip-where", {}, where),
    make("dl", "map-tip-values", {}, ...rows.flatMap(([column, value]) => [
      make("dt", "", {}, column), make("dd", "", {}, value),
    ])),
  ];
}

export class Tip {
  element = make("div", "map-tip", { role: "status", hidden: "" });

  #told = 0; // counts what is told, so that what comes late is left out
  #stand = () => {}; // where it stood last, once more

  /** Tell of an area of a scene; of none where there is none. */
  tell(code, scene) {
    const id = scene?.shapes.find(code) ?? -1;
    this.element.hidden = id < 0;
    this.#told += 1;
    if (id < 0) return;
    const [area, turn] = [scene.shapes.properties(id), this.#told];
    const show = (known) => this.element.replaceChildren(...lines(area, known));
    const known = said(scene.frame, id);
    if (!(known instanceof Promise)) {
      show(known);
      return;
    }
    show({ columns: [], row: [] });
    known.then((found) => {
      if (turn !== this.#told) return;
      show(found);
      this.#stand(); // it is higher now
    }, () => {});
  }

  /** Stand beside a point of the map, inside it. */
  place({ x, y }, { clientWidth, clientHeight }) {
    this.#stand = () => this.place({ x, y }, { clientWidth, clientHeight });
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const beside = x + EDGE_PX + width > clientWidth ? x - EDGE_PX - width : x + EDGE_PX;
    const left = Math.min(Math.max(EDGE_PX / 2, beside), clientWidth - width - EDGE_PX / 2);
    const top = Math.min(Math.max(EDGE_PX / 2, y + EDGE_PX), clientHeight - height - EDGE_PX / 2);
    this.element.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }
}
