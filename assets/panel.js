/**
 * The panel of the selected area and set: the head at once, from the table; the rest when the server has it.
 *
 * It is asked for when the map is on the screen, so that it never holds the map up.
 */
(() => {
  "use strict";

  const TALL = 900; // pixels of a window that has room for an open fold
  const OPEN = ["By month"];
  const FAILED = "What the panel tells of this area could not be worked out.";
  const $ = (id) => document.getElementById(id);

  const folds = {}; // name of a fold -> whether the reader wants it open
  let page; // window.hotspotsPage
  let piece; // the keeper of the panel

  const shown = () => $("selected").querySelector('[data-panel="area"]');

  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  // ------------------------------------------------------------------------------------------------------- the head

  /** What the table knows of an area, as the server will head its panel. */
  function head(code) {
    const { shown: { "table.rowData": rows }, noun, ranked } = page.current();
    const row = rows.find((area) => area.code === code);
    const name = row?.name ?? code;
    const rank = row?.rank && `Rank ${row.rank} of ${ranked.toLocaleString("en-GB")}`;
    const line = row ? [rank, `${row.count} ${noun}`, row.ward].filter(Boolean).join(" · ") : "…";
    const close = make("a", { class: "selected-close", href: without("area"), title: "Esc", "aria-label": `Close ${name}` }, "×");
    return make("section", { class: "panel", "aria-label": `Area: ${name}`, "data-panel": "area", "data-code": code },
      make("div", { class: "selected-head" },
        make("div", {}, make("h2", { class: "selected-name", tabindex: "-1" }, name), make("p", { class: "selected-line" }, line)),
        close),
      make("div", { class: "panel-body panel-skeleton" }));
  }

  function without(parameter) {
    const rest = new URLSearchParams(location.search);
    rest.delete(parameter);
    return `?${rest.toString().replaceAll("%2C", ",").replaceAll("%3A", ":")}`;
  }

  // ------------------------------------------------------------------------------------------------ asked and answered

  /** Something is asked: the head of another area at once; what is no longer true is muted. */
  function asked(search) {
    const parameters = new URLSearchParams(search);
    const code = parameters.get("area");
    piece.drop();
    if (!code && !parameters.get("set")) return hide();
    if (shown()?.dataset.code !== code) {
      shown()?.remove();
      if (code && page.current()) open(code);
    }
    return piece.mute();
  }

  function open(code) {
    const box = $("selected");
    const column = box.parentElement;
    const inside = column.contains(document.activeElement) && !$("table-box").contains(document.activeElement);
    box.append(head(code));
    box.hidden = false;
    if (!inside) column.scrollTop = 0; // who chose it further down the column goes on there, with the head in sight
  }

  /** The map shows an answer: ask for the panel that belongs to it. */
  function fill({ selected, group, search }) {
    if (selected || group.length) piece.want(`/piece/panel${search === "?" ? "" : search}`);
    else hide();
  }

  function hide() {
    piece.drop();
    $("selected").replaceChildren();
    $("selected").hidden = true;
    $("panel-said").textContent = "";
  }

  // ---------------------------------------------------------------------------------------------------- what has come

  function put(html) {
    const box = $("selected");
    const held = box.contains(document.activeElement) ? called(document.activeElement) : null;
    window.hotspotsPieces.place(box, html);
    box.hidden = !html;
    for (const fold of box.querySelectorAll("details")) {
      const name = fold.dataset.fold;
      fold.open = folds[name] ?? (fold.open || (window.innerHeight >= TALL && OPEN.includes(name)));
      fold.addEventListener("toggle", () => { folds[name] = fold.open; });
    }
    if (held) again(box, held)?.focus({ preventScroll: true });
    const said = [...box.querySelectorAll("[data-said]")].map((panel) => panel.dataset.said).join(" ");
    if (said !== $("panel-said").textContent) $("panel-said").textContent = said;
  }

  const called = (element) => `${element.tagName} ${element.getAttribute("aria-label") ?? element.textContent}`;

  /** What had the focus before, as it is now, else the heading. */
  const again = (box, name) =>
    [...box.querySelectorAll("a, button, summary, h2")].find((one) => called(one) === name) ?? box.querySelector("h2");

  function fail(retry) {
    $("selected").querySelector(".piece-trouble")?.remove();
    $("selected").hidden = false;
    $("selected").prepend(window.hotspotsPieces.trouble(FAILED, retry));
  }

  /** The map has no answer: nothing is on its way any more. */
  function troubled() {
    piece.drop();
    if ($("selected").querySelector(".panel-skeleton")) fail(() => page.ask(location.search));
  }

  document.addEventListener("DOMContentLoaded", () => {
    page = window.hotspotsPage;
    piece = window.hotspotsPieces.keeper("selected", { put, fail });
    page.onAsk(asked);
    page.onShown(fill);
    page.onTrouble(troubled);
  });
})();
