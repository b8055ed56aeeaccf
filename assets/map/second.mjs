/** What is the map compared with? A second pane with the camera of the first, beside it or under a divider. */

import { make } from "../page/dom.mjs";

/** Let two panes look at the same place, whichever is moved. */
function follow(one, other) {
  let following = false;
  const lead = (leader, follower) => leader.on("move", () => {
    if (following) return;
    following = true;
    follower.go(leader.stand, false);
    following = false;
  });
  other.go(one.stand, false);
  lead(one, other);
  lead(other, one);
}

export class Second {
  /** @type {import("./map.mjs").Frame|null} */ frame = null;
  /** @type {import("./scenes.mjs").Scene|null} */ scene = null;
  #divider = make("input", "map-divider", {
    type: "range", min: "0", max: "100", "aria-label": "Divider between the two maps",
  });

  /**
   * @param {HTMLElement} root of the map
   * @param {import("./pane.mjs").Pane} main
   * @param {(element: HTMLElement, label: string) => import("./pane.mjs").Pane} open makes a pane
   * @param {import("./insets.mjs").Insets} insets
   */
  constructor(root, main, open, insets) {
    const element = make("div", "map-pane map-second");
    const divide = () => root.style.setProperty("--divide", String(Number(this.#divider.value) / 100));
    this.#divider.addEventListener("input", divide);
    this.insets = insets;
    insets.column.classList.add("map-insets-second");
    main.element.after(element, this.#divider);
    root.append(insets.column);
    divide();
    this.pane = open(element, "The map compared with");
    follow(main, this.pane);
  }

  close() {
    this.pane.close();
    this.insets.everyPane.forEach((pane) => pane.close());
    this.insets.column.remove();
    this.pane.element.remove();
    this.#divider.remove();
  }
}
