/**
 * The assessment: fetched when its view is opened.
 *
 * The server sends one piece of HTML for the filters in the address. A piece that comes late, after the address has
 * moved on, is dropped.
 */
(() => {
  "use strict";

  const FAILED = '<p class="say">The assessment could not be made. Try again, or clear the filters.</p>';
  const $ = (id) => document.getElementById(id);

  let wanted = null; // filters of the assessment on the page, or on its way

  /** Filters that an assessment depends on: how the map shows them does not matter. */
  const KEPT = ["source", "sources", "category", "from", "to", "month", "hour", "day", "night", "borough"];

  function filters(search) {
    const all = new URLSearchParams(search);
    const kept = new URLSearchParams(KEPT.filter((key) => all.has(key)).map((key) => [key, all.get(key)]));
    return kept.toString();
  }

  /** Put the assessment of a query string on the page. */
  async function show(search) {
    const query = filters(search);
    if (query === wanted) return;
    wanted = query;
    const part = $("assess");
    part.setAttribute("aria-busy", "true");
    let piece;
    try {
      piece = await window.hotspotsPieces.fetched(`/assessment/page?${query}`);
    } catch (error) {
      console.warn(error);
    }
    if (wanted !== query) return;
    if (!piece) wanted = null; // the next answer asks again
    window.hotspotsPieces.place($("assess-body"), piece ?? FAILED);
    part.removeAttribute("aria-busy");
    part.scrollTop = 0;
  }

  document.addEventListener("DOMContentLoaded", () => {
    window.hotspotsPage.onAnswer((answer) => answer.view === "assess" && show(answer.search));
  });
})();
