/**
 * What is told of the selected area and set? The head at once, from the table; the rest when the server has it.
 *
 * It is asked for when the map is on the screen, so that it never holds the map up.
 */

import { without } from "../page/address.mjs";
import { $, make } from "../page/dom.mjs";
import { handed } from "../page/handed.mjs";
import { ask, current, on } from "../page/question.mjs";
import { keeper, place, trouble } from "./pieces.mjs";

const TALL = 900; // pixels of a window that has room for an open fold
const OPEN = ["By month"];
const FAILED = "What the panel tells of this area could not be worked out.";

const folds = {}; // name of a fold -> whether the reader wants it open
const piece = keeper("selected", { put, fail });

const shown = () => $("selected").querySelector('[data-panel="area"]');

// --------------------------------------------------------------------------------------------------------- the head

/** What the table knows of an area, as the server will head its panel. */
function head(code) {
  const { rows, noun, one, ranked } = current();
  const row = rows.find((area) => area.code === code);
  const name = row?.name ?? code;
  const rank = row?.rank && `Rank ${row.rank} of ${ranked.toLocaleString("en-GB")}`;
  const events = /^[\d*]/.test(row?.count) ? `${row.count} ${row.count === "1" ? one : noun}` : row?.count; // or "no data"
  const line = row ? [rank, events, row.ward].filter(Boolean).join(" · ") : "…";
  const away = { href: without(location.search, "area", handed.address.plain), title: "Esc", "aria-label": `Close ${name}` };
  return make("section", "panel", { "aria-label": `Area: ${name}`, "data-panel": "area", "data-code": code },
    make("div", "selected-head", {},
      make("div", "", {}, make("h2", "selected-name", { tabindex: "-1" }, name), make("p", "selected-line", {}, line)),
      make("a", "selected-close", away, "×")),
    make("div", "panel-body panel-skeleton"));
}

function open(code) {
  const box = $("selected");
  const column = box.parentElement;
  const inside = column.contains(document.activeElement) && !$("table-box").contains(document.activeElement);
  box.append(head(code));
  box.hidden = false;
  if (!inside) column.scrollTop = 0; // who chose it further down the column goes on there, with the head in sight
}

// -------------------------------------------------------------------------------------------------- asked and answered

/** Something is asked: the head of another area at once; what is no longer true is muted. */
on("ask", (search) => {
  if (!current()) return; // the page is still empty
  const parameters = new URLSearchParams(search);
  const code = parameters.get("area");
  piece.drop();
  if (!code && !parameters.get("set")) hide();
  else {
    if (shown()?.dataset.code !== code) {
      shown()?.remove();
      if (code) open(code);
    }
    piece.mute();
  }
});

/** The map shows an answer: ask for the panel that belongs to it. */
on("shown", ({ selected, group, search }) => {
  if (selected || group.length) piece.want(`piece/panel${search === "?" ? "" : search}`);
  else hide();
});

/** The map has no answer: nothing is on its way any more. */
on("trouble", () => {
  piece.drop();
  if ($("selected").querySelector(".panel-skeleton")) fail(() => ask(location.search));
});

function hide() {
  piece.drop();
  $("selected").replaceChildren();
  $("selected").hidden = true;
  $("panel-said").textContent = "";
}

// ------------------------------------------------------------------------------------------------------- what has come

function put(html) {
  const box = $("selected");
  const held = box.contains(document.activeElement) ? called(document.activeElement) : null;
  place(box, html);
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
  $("selected").prepend(trouble(FAILED, retry));
}
