/**
 * Present mode: the page for a room, by keyboard alone.
 *
 * It is a state of the page (view=present in the address), so that Back, a pasted link and every filter work as always.
 * A key does what a link or button on the screen does; only blanking and full screen are no part of the address.
 */
(() => {
  "use strict";

  const $ = (id) => document.getElementById(id);
  const presenting = () => document.body.dataset.view === "present";
  const wanted = () => new URLSearchParams(location.search).get("view") === "present";
  const chosen = () => new URLSearchParams(location.search).get("area") ?? "";
  const rows = () => [...document.querySelectorAll("#present-list .present-row")];
  const change = (changes) => window.hotspotsPage.change(changes);

  let looking = ""; // code of the area that the map was last sent to
  if (wanted()) document.body.dataset.view = "present"; // before the map starts, so that it has its room and colours
  let laidOut = wanted(); // whether the page was last laid out for a room
  let leaving = true; // whether the end of full screen is the end of present mode

  // -------------------------------------------------------------------------------------------------- full screen

  /** Fill the screen, where this browser allows it. */
  function fill() {
    leaving = true;
    if (document.fullscreenEnabled && !document.fullscreenElement) {
      document.documentElement.requestFullscreen().catch(() => {}); // refused: the window has to do
    }
  }

  function shrink(andLeave) {
    leaving = andLeave;
    if (document.fullscreenElement) document.exitFullscreen().catch(() => {});
  }

  // Esc ends full screen without being told to the page.
  document.addEventListener("fullscreenchange", () => {
    if (!document.fullscreenElement && leaving && wanted() && !document.querySelector("dialog[open]")) leave();
  });

  function enter() {
    fill();
    change({ view: "present" });
  }

  function leave() {
    blank(false);
    shrink(false);
    change({ view: "" });
  }

  // ------------------------------------------------------------------------------------------------ the listed areas

  /** Send the map to an area, or for none to the whole county, unless it is there. */
  function look(code) {
    if (code === looking) return;
    looking = code;
    if (code) window.hotspotsMap.flyTo(code);
    else window.hotspotsMap.goHome();
  }

  function choose(code) {
    window.hotspotsMap.select(code || null);
    look(code);
    change({ area: code });
  }

  /** Move through the list; before its first area is the whole county. */
  function step(by) {
    const codes = rows().map((row) => row.dataset.code);
    const place = codes.indexOf(chosen());
    if (codes.length) choose(codes[Math.min(place + by, codes.length - 1)] ?? "");
  }

  function jump(number) {
    const row = rows()[number - 1];
    if (row) choose(row.dataset.code);
    else window.hotspotsPage.toast(`${rows().length} areas are listed.`);
  }

  // ------------------------------------------------------------------------------------------------------ the screen

  function blank(black) {
    $("present-blank").hidden = !black;
  }

  const blanked = () => !$("present-blank").hidden;

  /** Note a decision for the chosen area. */
  function note() {
    const row = rows().find(({ dataset }) => dataset.code === chosen());
    if (!row) {
      window.hotspotsPage.toast("Choose an area first: by its number, or with ↓.");
      return;
    }
    const dialog = $("present-note");
    if (dialog.dataset.area !== row.dataset.code) $("present-text").value = ""; // a draft is of its area
    Object.assign(dialog.dataset, { area: row.dataset.code, source: row.dataset.source });
    $("present-note-title").textContent = `Decision for ${row.querySelector(".present-name").textContent}`;
    $("present-fault").textContent = "";
    dialog.showModal();
    $("present-text").focus();
  }

  async function keep(event) {
    event.preventDefault();
    const dialog = $("present-note");
    const body = { ...dialog.dataset, author: $("present-author").value, text: $("present-text").value };
    try {
      const answer = await fetch("/notes", {
        method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
      });
      if (!answer.ok) throw new Error(await answer.text());
    } catch (error) {
      const gone = error instanceof TypeError;
      $("present-fault").textContent = gone ? "The dashboard does not answer, so the note is not kept yet." : error.message;
      return;
    }
    $("present-text").value = "";
    dialog.close();
    window.hotspotsPage.toast("The decision is kept.");
    window.hotspotsPage.ask(location.search);
  }

  // ------------------------------------------------------------------------------------------------------- the keys

  const press = (id) => () => $(id)?.click();
  const KEYS = {
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    ArrowLeft: press("present-earlier"),
    ArrowRight: press("present-later"),
    0: () => choose(""),
    m: press("present-other"),
    n: note,
    b: () => blank(true),
    f: () => (document.fullscreenElement ? shrink(false) : fill()),
    d: () => window.hotspotsTheme.toggle(),
    "?": () => $("present-keys").showModal(),
    p: leave,
    Escape: leave,
  };
  for (let number = 1; number <= 9; number += 1) KEYS[number] = () => jump(number);

  // Before the map and the controls, which have their own use of the arrow keys.
  window.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !window.hotspotsPage?.current()) return;
    if (window.hotspotsPage.typing(event.target) || document.querySelector("dialog[open]")) return;
    const act = presenting() ? KEYS[event.key] : event.key === "p" && enter;
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    if (blanked() && presenting()) blank(false);
    else act();
  }, true);

  document.addEventListener("click", ({ target }) => {
    if (target.closest?.("#present")) fill();
    else if (target.closest?.("#present-help")) $("present-keys").showModal();
    else if (target.closest?.("#present-leave")) shrink(false);
    else if (target.closest?.("#present-cancel")) $("present-note").close();
    else if (target.closest?.("#present-blank")) blank(false);
  }, true);
  document.addEventListener("submit", (event) => event.target.closest("#present-note") && keep(event));

  // -------------------------------------------------------------------------------------------------- with the page

  /** Make the type of the list smaller where it would not fit, and failing that show the chosen area. */
  function fit() {
    const side = document.querySelector(".present-side");
    if (!side || !presenting()) return;
    for (let percent = 100; percent >= 75; percent -= 5) {
      side.style.fontSize = `${percent}%`;
      if (side.scrollHeight <= side.clientHeight) return;
    }
    side.querySelector(".present-here")?.scrollIntoView({ block: "nearest" });
  }

  window.addEventListener("resize", fit);
  window.addEventListener("load", () => new MutationObserver(([{ target }]) => (
    target.closest?.(".present-side") || target.id === "react-entry-point" ? fit() : null
  )).observe($("react-entry-point"), { childList: true, subtree: true }));

  // The map is looked at anew once an answer is painted: by then it has the room of the new layout.
  window.addEventListener("hotspots:painted", () => {
    if (presenting()) look(chosen());
    else looking = "";
  });

  window.addEventListener("load", () => window.hotspotsPage.onAnswer(() => {
    if (presenting() === laidOut) return;
    laidOut = presenting();
    if (!laidOut) shrink(false);
    requestAnimationFrame(() => { // the type on the map has another size now, and other colours
      window.hotspotsMap.restyle();
      window.hotspotsMap.resize();
    });
  }));
})();
