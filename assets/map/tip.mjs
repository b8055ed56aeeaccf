/** What is the area under the pointer? Its name, where it lies, and the numbers of the frame. */

import { make } from "../page/dom.mjs";

const EDGE_PX = 16;

/** The lines of a tooltip. */
function lines(id, { shapes, frame: { values } }) {
  const { name, known, ward, borough } = shapes.properties(id);
  const where = [known, ward, borough].filter((part) => part && part !== name).join(" · ");
  const rows = (values?.columns ?? []).map((column, i) => [column, values.rows[id]?.[i]]).filter(([, value]) => value);
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

  /** Tell of an area of a scene; of none where there is none. */
  tell(code, scene) {
    const id = scene?.shapes.find(code) ?? -1;
    this.element.hidden = id < 0;
    if (id >= 0) this.element.replaceChildren(...lines(id, scene));
  }

  /** Stand beside a point of the map, inside it. */
  place({ x, y }, { clientWidth, clientHeight }) {
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const beside = x + EDGE_PX + width > clientWidth ? x - EDGE_PX - width : x + EDGE_PX;
    const left = Math.min(Math.max(EDGE_PX / 2, beside), clientWidth - width - EDGE_PX / 2);
    const top = Math.min(Math.max(EDGE_PX / 2, y + EDGE_PX), clientHeight - height - EDGE_PX / 2);
    this.element.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }
}
