/**
 * Pieces of HTML that the server sends by themselves, after the answer; their charts are drawn as they come into sight.
 */
(() => {
  "use strict";

  const NEAR = "600px"; // how far ahead charts are drawn
  const SLOW_MS = 200; // after which waiting is shown

  async function fetched(address, signal) {
    const response = await fetch(address, { headers: { accept: "text/html" }, signal });
    const text = await response.text();
    if (!response.ok) throw new Error(text.trim() || `error ${response.status}`);
    return text;
  }

  /** Plotly, which the page loads with its own charts. */
  async function plotly() {
    for (let tries = 0; tries < 200 && !window.Plotly; tries += 1) await new Promise((done) => setTimeout(done, 50));
    return window.Plotly;
  }

  async function draw(box) {
    const { data, layout } = JSON.parse(box.dataset.figure);
    const library = await plotly();
    const config = JSON.parse(document.getElementById("assess-body").dataset.config);
    if (!library || !box.isConnected) return;
    const drawn = window.hotspotsTheme.shaded({ data, layout });
    await library.react(box, drawn.data, drawn.layout, { ...config, staticPlot: false });
    box.dispatchEvent(new CustomEvent("hotspots:drawn", { bubbles: true }));
  }

  window.addEventListener("hotspots:theme", () => document.querySelectorAll("[data-figure].js-plotly-plot").forEach(draw));

  async function fill(box) {
    try {
      box.innerHTML = await fetched(box.dataset.fetch);
      reach(box);
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

  /** Put a piece into a part of the page. */
  function place(part, html) {
    part.querySelectorAll("[data-figure], [data-fetch]").forEach((box) => seen.unobserve(box));
    part.innerHTML = html;
    part.querySelectorAll("[data-figure], [data-fetch]").forEach((box) => seen.observe(box));
    reach(part);
  }

  /** Tables wider than their box are scrolled by keyboard too: they are a stop of the Tab key, with a name. */
  const reach = (part) => part.querySelectorAll(".scroll").forEach((box) => sized.observe(box));

  const sized = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const wide = target.scrollWidth > target.clientWidth;
      const name = target.querySelector("caption").textContent;
      for (const [key, value] of Object.entries({ tabindex: "0", role: "region", "aria-label": name })) {
        if (wide) target.setAttribute(key, value);
        else target.removeAttribute(key);
      }
    }
  });

  /**
   * Keep a part of the page filled with the newest piece: the last good one stays, muted, until that has come, and one
   * that comes after another was wanted is dropped.
   *
   * @param {string} id of the part
   * @param {{put: (html: string) => void, fail: (again: () => void) => void}} acts
   */
  function keeper(id, { put, fail }) {
    let request = null; // of the piece on its way
    let slow = 0;

    /** Mute what is shown, if it takes long: it is no longer true. */
    function mute() {
      clearTimeout(slow);
      slow = setTimeout(() => document.getElementById(id).setAttribute("aria-busy", "true"), SLOW_MS);
    }

    /** Drop the piece on its way. */
    function drop() {
      request?.abort();
      request = null;
      clearTimeout(slow);
      document.getElementById(id).removeAttribute("aria-busy");
    }

    async function want(address) {
      request?.abort();
      const mine = request = new AbortController();
      mute();
      try {
        const html = await fetched(address, mine.signal);
        if (request !== mine) return;
        drop();
        put(html);
      } catch (error) {
        if (request !== mine) return;
        drop();
        console.warn(error);
        fail(() => want(address));
      }
    }

    return { want, mute, drop };
  }

  /** Sentence that says what failed, with a button to try again. */
  function trouble(text, again) {
    const said = document.createElement("p");
    const retry = document.createElement("button");
    Object.assign(said, { className: "piece-trouble", textContent: `${text} ` });
    Object.assign(retry, { type: "button", className: "linklike", textContent: "Try again" });
    said.setAttribute("role", "alert");
    said.append(retry);
    retry.addEventListener("click", () => {
      said.remove();
      again();
    });
    return said;
  }

  window.hotspotsPieces = { fetched, place, keeper, trouble };
})();
