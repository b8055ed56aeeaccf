/**
 * The analyst's tools: find a place, choose a set of areas, tiles, two maps, play, save, copy, help.
 *
 * The address stays the only state of the page: a tool writes it through `hotspotsPage`, and what the tools show
 * follows from the answer. Saved views and sets are kept by this browser, under names, and can be taken elsewhere.
 */
(() => {
  "use strict";

  const MOST = 60; // areas of a set, as in geo/ask/query.py
  const STORE = "hotspots.saved";
  const $ = (id) => document.getElementById(id);
  const tool = (act) => document.querySelector(`[data-act="${act}"]`);
  const press = (act, on) => tool(act)?.setAttribute("aria-pressed", String(on));

  let page; // window.hotspotsPage
  let map; // window.hotspotsMap
  let mode = "side"; // how two maps lie
  let drawing = false; // whether the reader draws around areas
  let flight = null; // code of the area to fly to when it is shown

  const asked = () => new URLSearchParams(window.hotspotsTheme.strip(location.search));

  // ------------------------------------------------------------------------------------------------- an answer came

  function follow(answer) {
    const { second } = answer.frame;
    map.compare(second ?? null, mode);
    map.highlight(answer.group);
    document.body.toggleAttribute("data-panel", Boolean(answer.selected || answer.group.length));
    press("tiles", answer.frame.layout === "tiles");
    press("swipe", Boolean(second) && mode === "swipe");
    if (answer.view === "present") draw(false);
    if (flight && answer.selected === flight) arrive();
  }

  // ------------------------------------------------------------------------------------------------------ find, choose

  /** An area chosen in the box that finds: "level:code". The box is emptied for the next. */
  function find(value) {
    if (!value) return window.dash_clientside.no_update;
    const [level, code] = value.split(":");
    flight = code;
    if (page.current().selected === code && page.current().level === level) arrive();
    else page.change({ level, area: code });
    return null;
  }

  /** Fly to the area that was found, and let the reader go on from its panel. */
  async function arrive() {
    const code = flight;
    flight = null;
    const painted = new Promise((done) => window.addEventListener("hotspots:painted", done, { once: true }));
    await Promise.race([painted, new Promise((done) => setTimeout(done, 400))]);
    map.flyTo(code);
    const heading = await until(() => document.querySelector(`[data-panel="area"][data-code="${code}"] h2`));
    heading?.focus({ preventScroll: true });
  }

  async function until(look) {
    for (let i = 0; i < 60; i += 1) {
      const found = look();
      if (found) return found;
      await new Promise((done) => setTimeout(done, 50));
    }
    return null;
  }

  const chosen = () => page.current()?.group ?? [];

  function choose(codes) {
    if (codes.length > MOST) page.toast(`A set has at most ${MOST} areas; the first ${MOST} are kept.`);
    page.change({ set: codes.slice(0, MOST).join() });
  }

  const toggle = (code) => choose(chosen().includes(code) ? chosen().filter((c) => c !== code) : [...chosen(), code]);

  function draw(on) {
    if (on === drawing) return;
    drawing = on;
    map.setLasso(on);
    press("lasso", on);
    if (on) page.toast("Draw around areas on the map. Esc ends it.");
  }

  function drawn(codes) {
    draw(false);
    if (codes.length) choose([...new Set([...chosen(), ...codes])]);
  }

  // ------------------------------------------------------------------------------------------------------------- saved

  /** @returns {{name: string, kind: "view"|"set", search: string}[]} */
  function saved() {
    try {
      const kept = JSON.parse(localStorage.getItem(STORE) ?? "[]");
      return kept.filter(sound);
    } catch {
      return [];
    }
  }

  const sound = ({ name, kind, search } = {}) =>
    typeof name === "string" && ["view", "set"].includes(kind) && typeof search === "string" && /^(\?|$)/.test(search);

  function keep(all) {
    try {
      localStorage.setItem(STORE, JSON.stringify(all));
    } catch {
      page.toast("This browser keeps nothing for this page; copy the link instead.");
    }
    list();
  }

  const make = (tag, attributes, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };

  const button = (text, act, attributes = {}) => {
    const element = make("button", { type: "button", ...attributes }, text);
    element.addEventListener("click", act);
    return element;
  };

  function buildSaved() {
    const name = make("input", { id: "saved-name", type: "text", required: "", maxlength: "80", autocomplete: "off" });
    const kind = make("select", { id: "saved-kind", "aria-label": "What to save" },
      make("option", { value: "view" }, "this view, all filters"),
      make("option", { value: "set" }, "this set of areas"));
    const form = make("form", { class: "saved-form" },
      make("label", { for: "saved-name" }, "Name"), name, kind, make("button", { class: "button" }, "Save"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const search = kind.value === "set" ? ofSet() : location.search;
      const others = saved().filter((one) => one.name !== name.value || one.kind !== kind.value);
      keep([...others, { name: name.value, kind: kind.value, search }]);
      name.value = "";
    });
    const file = make("input", { type: "file", accept: ".json,application/json", hidden: "" });
    file.addEventListener("change", take);
    const dialog = make("dialog", { id: "saved", class: "dialog", "aria-labelledby": "saved-title" },
      make("div", { class: "dialog-head" }, make("h2", { id: "saved-title" }, "Saved views and sets"),
        button("Close", () => dialog.close(), { class: "button" })),
      make("div", { class: "dialog-body" }, form, make("ul", { id: "saved-list" }),
        make("p", { class: "note" }, "Kept by this browser only. Take them to another as a file."),
        make("div", { class: "saved-files" },
          make("a", { id: "saved-slides", class: "link", download: "" }, "PowerPoint, a slide for each view"),
          button("Export as a file", give, { class: "linklike" }),
          button("Import a file", () => file.click(), { class: "linklike" }), file)));
    document.body.append(dialog);
  }

  /** Address that holds the set and its level, and nothing else. */
  function ofSet() {
    const { level } = page.current();
    return `?level=${level}&set=${chosen().join()}`;
  }

  function drop({ name, kind }) {
    keep(saved().filter((other) => other.name !== name || other.kind !== kind));
    $("saved-name").focus();
  }

  function list() {
    const items = saved().map((one) => make("li", {},
      button(one.name, () => open(one), { class: "linklike" }),
      make("span", { class: "note" }, one.kind === "set" ? "set of areas" : "view"),
      button("×", () => drop(one),
        { class: "drop", "aria-label": `Delete ${one.name}` })));
    const views = saved().filter(({ kind }) => kind === "view");
    $("saved-slides").hidden = !views.length;
    $("saved-slides").href = `/slides.pptx?${new URLSearchParams(views.map(({ search }) => ["map", search]))}`;
    $("saved-list").replaceChildren(...(items.length ? items : [make("li", { class: "note" }, "Nothing is saved yet.")]));
  }

  function open({ kind, search }) {
    $("saved").close();
    if (kind === "view") page.go(search);
    else page.change({ ...Object.fromEntries(new URLSearchParams(search)) });
  }

  function showSaved(kind = "view") {
    list();
    const set = $("saved-kind").options[1];
    set.disabled = !chosen().length;
    $("saved-kind").value = set.disabled ? "view" : kind;
    $("saved").showModal();
    $("saved-name").focus();
  }

  function give() {
    const body = new Blob([JSON.stringify(saved(), null, 2)], { type: "application/json" });
    const link = make("a", { href: URL.createObjectURL(body), download: "hotspots-saved.json" });
    link.click();
    URL.revokeObjectURL(link.href);
  }

  async function take({ target }) {
    const [file] = target.files;
    target.value = "";
    try {
      const found = JSON.parse(await file.text()).filter(sound);
      const names = new Set(found.map(({ name, kind }) => kind + name));
      keep([...saved().filter(({ name, kind }) => !names.has(kind + name)), ...found]);
      page.toast(`${found.length} taken from the file.`);
    } catch {
      page.toast("That file holds no saved views or sets.");
    }
  }

  // -------------------------------------------------------------------------------------------------------------- copy

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      page.toast("Copied: paste it into a sheet.");
    } catch {
      page.toast("This browser does not let the page copy.");
    }
  }

  function rankedTable() {
    const { shown } = page.current();
    const columns = [["code", "Code"], ["rank", "Rank"], ["name", "Area"], ["ward", "Ward"],
      ...shown["table.columnDefs"].map(({ field, headerName }) => [field, headerName])
        .filter(([field, head]) => field !== "name" && head !== "#")];
    const rows = shown["table.rowData"].map((row) => columns.map(([field]) => row[field] ?? ""));
    return [columns.map(([, head]) => head), ...rows].map((row) => row.join("\t")).join("\n");
  }

  // ---------------------------------------------------------------------------------------------------- buttons and keys

  function swipe() {
    const { second } = page.current().frame;
    if (!second) return page.toast("There are two maps in the view Compare.");
    mode = mode === "side" ? "swipe" : "side";
    press("swipe", mode === "swipe");
    return map.compare(second, mode);
  }

  const ACTS = {
    lasso: () => draw(!drawing),
    tiles: () => page.change({ layout: asked().get("layout") === "tiles" ? "" : "tiles" }),
    swipe,
    play: () => window.hotspotsPlay.toggle(),
    saved: () => showSaved(),
    "save-set": () => showSaved("set"),
    help: () => $("help").showModal(),
    theme: () => window.hotspotsTheme.toggle(),
    "copy-table": () => copy(rankedTable()),
  };

  const KEYS = { "/": () => $("find").focus(), t: "tiles", a: "lasso", s: "swipe", k: "play", v: "saved", d: "theme", "?": "help" };

  /** Whether letters mean something to an element; the cells of a strip and what to play have no use for them. */
  const typing = (target) => page.typing(target) && !target.closest("[data-strip], #play-by");

  /** Leave what is open, the innermost first. */
  function leave(from) {
    const { selected, marked } = page.current() ?? {};
    if (drawing) draw(false);
    else if (window.hotspotsPlay.stop()) return;
    else if (marked && (!(selected || chosen().length) || from.closest("[data-mark], .marked"))) page.change({ mark: "" });
    else if (selected) page.change({ area: "" });
    else if (chosen().length) page.change({ set: "" });
  }

  document.addEventListener("click", ({ target }) => {
    const act = target.closest?.("[data-act]")?.dataset.act;
    if (act in ACTS && page?.current()) ACTS[act]();
    const { copy: text, add } = target.closest?.("[data-copy], [data-add]")?.dataset ?? {};
    if (text) copy(text);
    if (add) toggle(add);
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !page?.current()) return;
    if (document.body.dataset.view === "present" || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape" && !event.target.closest("input, textarea, [role=combobox]")) leave(event.target);
    else if (event.key in KEYS && !typing(event.target)) {
      event.preventDefault();
      const act = KEYS[event.key];
      (ACTS[act] ?? act)();
    }
  });

  document.addEventListener("DOMContentLoaded", () => {
    page = window.hotspotsPage;
    map = window.hotspotsMap;
    page.onAnswer(follow);
    map.onSelect((code, how) => how?.additive && code && toggle(code));
    map.onLasso(drawn);
    window.dash_clientside.hotspots.find = find;
    buildSaved();
  });
})();
