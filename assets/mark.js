/**
 * Linked views. Marking: a class of the legend or a bar of a chart lets its areas stand out everywhere, while the others fade.
 *
 * Whatever carries `data-mark="decile:1"` marks its areas; the same again clears them, Shift adds or drops. What is
 * marked is in the address, so the answer of the server says it to every part of the page.
 */
(() => {
  "use strict";

  const now = () => new URLSearchParams(location.search).get("mark") ?? "";

  /** What to mark once "kind:value" is chosen. */
  function after(mark, add) {
    const [kind, value] = mark.split(":");
    const [of, list = ""] = now().split(":");
    const marked = of === kind ? list.split(",").filter(Boolean) : [];
    const others = marked.filter((one) => one !== value);
    const wanted = add ? [...others, ...(marked.includes(value) ? [] : [value])]
      : marked.length === 1 && marked[0] === value ? [] : [value];
    if (kind !== "class") wanted.sort((a, b) => a - b);
    return wanted.length ? `${kind}:${wanted}` : "";
  }

  const choose = (mark, add) => window.hotspotsPage?.current() && window.hotspotsPage.change({ mark: after(mark, add) });

  document.addEventListener("click", (event) => {
    const { mark } = event.target.closest?.("[data-mark]")?.dataset ?? {};
    if (mark) choose(mark, event.shiftKey);
  });

  /** A bar of the gradient was clicked. */
  function markDecile(clicked) {
    const point = clicked?.points?.[0];
    if (!point) return;
    window.dash_clientside.set_props("gradient", { clickData: null });
    document.querySelectorAll("#gradient-deciles button")[point.x - 1].click();
  }

  let held = null; // the mark of the button that has the focus

  document.addEventListener("focusin", ({ target }) => { held = target.closest("[data-mark]")?.dataset.mark ?? null; });
  document.addEventListener("pointerdown", ({ target }) => { if (!target.closest("[data-mark]")) held = null; });

  /** Every answer draws these buttons anew: the one that had the focus gets it again. */
  function keepFocus() {
    if (!held || document.activeElement !== document.body) return;
    document.querySelector(`[data-mark="${held}"]`)?.focus({ preventScroll: true });
  }

  /** After the mark was cleared where it is said, go on from the finding. */
  function leave({ marked }) {
    if (marked || !document.activeElement.closest("#marked")) return;
    document.getElementById("headline").focus({ preventScroll: true });
  }

  // ------------------------------------------------------------------------------------------------- what is pointed at

  const AREA = "li[data-code], .ag-row[row-id]";
  const codeOf = (element) => element?.dataset.code ?? element?.getAttribute("row-id") ?? null;
  let pointed = null; // code of the area under the pointer, or with the focus, in a list or the table

  /** An area of a list or of the table is drawn around on the map while the pointer or the focus is on it. */
  function point({ target }) {
    const code = codeOf(target.closest?.(AREA));
    if (code === pointed) return;
    pointed = code;
    window.hotspotsMap.point(code);
  }

  /** The area under the pointer on the map is marked in the lists and the table. */
  function hover(code) {
    for (const element of document.querySelectorAll(AREA)) element.classList.toggle("pointed", codeOf(element) === code);
  }

  function watch() {
    const observer = new MutationObserver(keepFocus);
    for (const part of document.querySelectorAll("#legend, #gradient-deciles")) {
      observer.observe(part, { childList: true, subtree: true });
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    window.dash_clientside.hotspots.markDecile = markDecile;
    window.hotspotsMap.onHover(hover);
    document.addEventListener("pointerover", point);
    document.addEventListener("focusin", point);
    let watching = false;
    window.hotspotsPage.onAnswer((answer) => {
      if (!watching) watch();
      watching = true;
      leave(answer);
    });
  });
})();
