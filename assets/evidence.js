/**
 * The evidence for the layer shown: asked for when its fold is open and in sight, for the filters of the map.
 *
 * Where the dots of its chart are areas, a click selects one, and the area that is selected is marked.
 */
(() => {
  "use strict";

  const FAILED = "The evidence could not be worked out.";
  const FADED = 0.12; // opacity of a dot that is not marked
  const APPEARANCE = ["area", "set", "mark", "sources", "palette", "breaks", "edges", "overlay", "layout", "view", "null",
    "measure", "fdr", "domain", "clock", "compare"];
  const $ = (id) => document.getElementById(id);

  let page; // window.hotspotsPage
  let piece; // the keeper of the evidence
  let wanted = ""; // address of the evidence of the map
  let got = ""; // address of what is shown, or on its way
  let inSight = false;

  const sight = new IntersectionObserver(([{ isIntersecting }]) => {
    inSight = isIntersecting;
    load();
  });

  /** Address of the evidence of an answer: how the map is drawn, and what is selected, do not matter. */
  function address({ search }) {
    const parameters = new URLSearchParams(search);
    APPEARANCE.forEach((key) => parameters.delete(key));
    const text = parameters.toString();
    return `/piece/evidence${text && `?${text}`}`;
  }

  function follow(answer) {
    sight.observe($("evidence-body")); // again and again changes nothing
    wanted = address(answer);
    load();
    mark();
  }

  function load() {
    if (!inSight || !wanted || wanted === got) return;
    got = wanted;
    if (!$("evidence-body").childElementCount) $("evidence-body").innerHTML = '<div class="panel-skeleton"></div>';
    piece.want(wanted);
  }

  function put(html) {
    window.hotspotsPieces.place($("evidence-body"), html);
  }

  function fail(retry) {
    $("evidence-body").querySelector(".piece-trouble, .panel-skeleton")?.remove();
    $("evidence-body").prepend(window.hotspotsPieces.trouble(FAILED, retry));
  }

  // ---------------------------------------------------------------------------------------------- dots that are areas

  /** Mark the selected area in every chart that has a dot for it, by a ring and its name; let the marked ones stand out. */
  function mark() {
    const { selected: code, level, marked, shown } = page.current() ?? {};
    const lit = marked && new Set(shown["table.rowData"].filter(({ muted }) => !muted).map((row) => row.code));
    for (const box of document.querySelectorAll(".evidence-plot[data-level].js-plotly-plot")) {
      const dots = box.data.flatMap(({ customdata }, trace) => (customdata ? [[customdata, trace]] : []));
      const fades = lit && box.dataset.level === level;
      const seen = dots.map(([codes]) => (fades ? codes.map((one) => (lit.has(one) ? 1 : FADED)) : 1));
      if (dots.length) window.Plotly.restyle(box, { "marker.opacity": seen }, dots.map(([, trace]) => trace));
      window.Plotly.relayout(box, { annotations: code ? box.data.flatMap((trace) => named(trace, code, box)) : [] });
    }
  }

  function named({ x, y, text, customdata }, code, box) {
    const place = customdata?.indexOf(code) ?? -1;
    if (place < 0) return [];
    const [left, right] = box.layout.xaxis.range;
    return [{
      x: x[place], y: y[place], text: `<b>${text[place]}</b>`, showarrow: true, arrowhead: 6, arrowsize: 1.5, arrowwidth: 1.5,
      ax: x[place] > (left + right) / 2 ? -40 : 40, ay: -28, bgcolor: "#ffdd00", bordercolor: "#0b0c0c", borderpad: 3,
      font: { color: "#0b0c0c" }, arrowcolor: "#0b0c0c",
    }];
  }

  function drawn({ target: box }) {
    if (!box.matches(".evidence-plot[data-level]")) return;
    box.on("plotly_click", ({ points: [{ customdata: code }] }) => {
      if (code) page.change({ level: box.dataset.level, area: code });
    });
    mark();
  }

  document.addEventListener("DOMContentLoaded", () => {
    page = window.hotspotsPage;
    piece = window.hotspotsPieces.keeper("evidence-body", { put, fail });
    page.onShown(follow);
    document.addEventListener("hotspots:drawn", drawn);
  });
})();
