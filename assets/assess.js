/**
 * The assessment: fetched when its view is opened, its charts drawn as they come into sight.
 *
 * The server sends one piece of HTML for the filters in the address. A piece that comes late, after the address has
 * moved on, is dropped.
 */
(() => {
  "use strict";

  const NEAR = "600px"; // how far ahead charts are drawn
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

  async function fetched(address) {
    const response = await fetch(address, { headers: { accept: "text/html" } });
    const text = await response.text();
    if (!response.ok) throw new Error(text.trim() || `error ${response.status}`);
    return text;
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
      piece = await fetched(`/assessment/page?${query}`);
    } catch (error) {
      console.warn(error);
    }
    if (wanted !== query) return;
    if (!piece) wanted = null; // the next answer asks again
    seen.disconnect();
    const body = $("assess-body");
    body.innerHTML = piece ?? FAILED;
    part.removeAttribute("aria-busy");
    part.scrollTop = 0;
    body.querySelectorAll("[data-figure], [data-fetch]").forEach((box) => seen.observe(box));
  }

  /** Plotly, which the page loads with its own charts. */
  async function plotly() {
    for (let tries = 0; tries < 200 && !window.Plotly; tries += 1) await new Promise((done) => setTimeout(done, 50));
    return window.Plotly;
  }

  async function draw(box) {
    const { data, layout } = JSON.parse(box.dataset.figure);
    const library = await plotly();
    const config = JSON.parse($("assess-body").dataset.config);
    if (library && box.isConnected) library.newPlot(box, data, layout, { ...config, staticPlot: false });
  }

  async function fill(box) {
    try {
      box.innerHTML = await fetched(box.dataset.fetch);
    } catch (error) {
      box.querySelector("p").textContent = error.message;
    }
  }

  const seen = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      if (target.dataset.figure) draw(target);
      else fill(target);
    }
  }, { rootMargin: NEAR });

  document.addEventListener("DOMContentLoaded", () => {
    window.hotspotsPage.onAnswer((answer) => answer.view === "assess" && show(answer.search));
  });
})();
