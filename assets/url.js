/**
 * The address bar is the only state of the page.
 *
 * A control that moves writes the address; an address is asked of the server, once; an answer is shown if the address
 * has not moved on since. So Back, a pasted link and a shared one are nothing special.
 */
(() => {
  "use strict";

  const SLOW_MS = 200;
  const MAP_FIRST_MS = 150;
  const CONTROL = "filter-";
  const $ = (id) => document.getElementById(id);

  let asked = null; // the query string that the page wants answered
  let page = null; // the answer on the screen
  let applied = {}; // parameter -> text of its control, as last set or last moved
  let shown = {}; // "component.property" -> JSON of its value, so that only changes are drawn
  let slow = 0;
  let toasted = 0;
  let marked = ""; // what is marked on the screen
  const listeners = { ask: [], answer: [], shown: [], trouble: [] }; // told of a question, its answer, and what came of it

  const dash = (window.dash_clientside ??= {});
  const theme = window.hotspotsTheme;

  /** Query string of the address bar, but for what only the screen heeds. */
  const question = () => theme.strip(location.search);

  // ------------------------------------------------------------------------------------------------------ addresses

  /** Hours as one range where they are one, wrapping midnight, else as a list: as the server writes them. */
  function writeHours(hours) {
    const chosen = new Set(hours.map(Number));
    const starts = [...chosen].filter((hour) => !chosen.has((hour + 23) % 24));
    if (starts.length !== 1 || chosen.size === 1) return hours.join();
    return `${starts[0]}-${(starts[0] + chosen.size - 1) % 24}`;
  }

  /** Text of a control's value in the address. */
  function write(parameter, value) {
    if (value === true || value === false) return value ? "on" : "off";
    if (parameter === "edges") return (value ?? "").replaceAll(/\s/g, "");
    if (Array.isArray(value)) return parameter === "hour" ? writeHours(value) : value.join();
    return value ?? "";
  }

  /** What no longer makes sense once another parameter changes. */
  const DEPENDS = {
    source: ["category", "compare"], layer: ["compare", "mark"], level: ["area", "set", "edges"], breaks: ["edges"],
    measure: ["edges"],
  };

  /** Query string with some parameters changed; the defaults and the empty ones are left out. */
  function changed(search, changes) {
    const parameters = new URLSearchParams(search);
    for (const [key, value] of Object.entries(changes)) {
      if (!value || value === page?.defaults[key]) parameters.delete(key);
      else parameters.set(key, value);
      for (const other of DEPENDS[key] ?? []) {
        const kept = other === "compare" ? parameters.get("view") === "compare" // there it is the other map
          : other === "mark" && !parameters.get("mark")?.startsWith("class:"); // every layer has deciles
        if (!(other in changes) && !kept) parameters.delete(other);
      }
    }
    const text = parameters.toString().replaceAll("%2C", ",").replaceAll("%3A", ":");
    return text ? `?${text}` : "";
  }

  /** Go to a query string as a new step of the history. */
  function go(search) {
    const next = theme.strip(search);
    if (next === asked) return;
    history.pushState(null, "", location.pathname + theme.dress(next));
    ask(next);
  }

  const change = (changes) => go(changed(location.search, changes));

  /** Ask the server for a query string; what is on the screen stays until the answer comes. */
  function ask(search) {
    asked = theme.strip(search);
    window.hotspotsMap?.expect(asked);
    wait();
    listeners.ask.forEach((callback) => callback(asked));
    dash.set_props("address", { data: asked });
  }

  // ------------------------------------------------------------------------------------------ waiting and trouble

  function wait() {
    clearTimeout(slow);
    $("trouble").hidden = true;
    slow = setTimeout(() => {
      document.body.dataset.state = "waiting";
      $("wait").textContent = "Working…";
    }, SLOW_MS);
  }

  function rest(state) {
    clearTimeout(slow);
    document.body.dataset.state = state;
    $("wait").textContent = "";
  }

  function trouble(text) {
    rest("trouble");
    $("trouble-text").textContent = text;
    $("trouble").hidden = false;
    listeners.trouble.forEach((callback) => callback());
  }

  // Dash reports a request that failed nowhere on the page, so the page listens to the request itself.
  const fetchAsBefore = window.fetch;
  window.fetch = async (resource, options) => {
    const answering = String(resource?.url ?? resource).includes("_dash-update-component");
    try {
      const response = await fetchAsBefore(resource, options);
      if (answering && response.status >= 400) {
        trouble(`The dashboard could not answer (error ${response.status}). The last map is kept. Try again.`);
      }
      return response;
    } catch (error) {
      if (answering) {
        trouble("The dashboard does not answer. See that it is still running on this computer, then try again. " +
          "The last map is kept.");
      }
      throw error;
    }
  };

  function toast(text) {
    $("toast").textContent = text;
    clearTimeout(toasted);
    toasted = setTimeout(() => { $("toast").textContent = ""; }, 4000);
  }

  // ---------------------------------------------------------------------------------------------- showing an answer

  async function show(answer) {
    const outputs = dash.callback_context.outputs_list;
    const nothing = outputs.map(() => dash.no_update);
    if (!answer || answer.asked !== asked) return nothing;
    if (answer.trouble) {
      trouble(answer.trouble);
      return nothing;
    }
    const first = !page;
    page = answer;
    const painted = window.hotspotsMap?.paint(answer.frame);
    document.title = answer.title;
    document.body.dataset.view = answer.view;
    document.body.dataset.level = answer.level;
    listeners.answer.forEach((callback) => callback(answer));
    if (answer.tidy) {
      asked = theme.strip(answer.search);
      history.replaceState(null, "", location.pathname + theme.dress(asked));
      window.hotspotsMap?.expect(asked);
    }
    for (const [parameter, { values, off }] of Object.entries(answer.strips)) {
      const strip = $(CONTROL + parameter);
      if (strip?.dataset.strip) window.hotspotsStrip.set(strip, values, off);
    }
    // The map first: the table and the charts take the processor from it.
    const question = asked;
    if (!first) await Promise.race([painted, new Promise((done) => setTimeout(done, MAP_FIRST_MS))]);
    if (asked !== question) return nothing;
    document.body.dataset.shows = question;
    rest("ready");
    listeners.shown.forEach((callback) => callback(answer));
    if (answer.selected) setTimeout(reveal, 0, answer.selected);
    else if (answer.marked !== marked) setTimeout(reveal, 0, answer.shown["table.rowData"][0]?.code);
    marked = answer.marked;
    return outputs.map(({ id, property }) => {
      const key = `${id}.${property}`;
      const value = answer.shown[key];
      if (id.startsWith(CONTROL) && ["value", "checked"].includes(property)) {
        const parameter = id.slice(CONTROL.length);
        applied[parameter] = write(parameter, value);
        return value; // always: the control may have been moved since it was last set
      }
      const json = JSON.stringify(value);
      if (json === shown[key]) return dash.no_update;
      shown[key] = json;
      return property === "figure" ? theme.shaded(value) : value;
    });
  }

  /** Draw in the theme of now what does not follow it by itself: the map and the charts. */
  function recolour() {
    window.hotspotsMap?.restyle();
    for (const [key, value] of Object.entries(page?.shown ?? {})) {
      const [id, property] = key.split(".");
      if (property === "figure") dash.set_props(id, { figure: theme.shaded(value) });
    }
  }

  // ----------------------------------------------------------------------------------------------- what is touched

  /** A control moved: write what differs from what was last set. */
  function control() {
    if (!page) return;
    const changes = {};
    for (const { id, value } of dash.callback_context.inputs_list) {
      const parameter = id.slice(CONTROL.length);
      const text = write(parameter, value);
      if (text !== applied[parameter]) changes[parameter] = applied[parameter] = text;
    }
    if (changes.breaks === "own") changes.edges = page.edges; // to begin with, the bounds now in force
    if (Object.keys(changes).length) change(changes);
  }

  document.addEventListener("hotspots:strip", ({ detail: { parameter, values } }) => {
    const all = document.querySelectorAll(`#${CONTROL}${parameter} [role=option]`).length;
    change({ [parameter]: values.length === all ? "" : write(parameter, values) });
  });

  /** Months chosen on their chart: one, or a stretch; the only one again clears it. */
  function chooseMonths(clicked, brushed) {
    const points = (brushed?.points?.length ? brushed : clicked)?.points ?? [];
    if (!points.length || !page) return;
    dash.set_props("months", { clickData: null, selectedData: null });
    const months = points.map((point) => point.customdata).sort();
    const [from, to] = [months[0], months.at(-1)];
    const now = new URLSearchParams(location.search);
    const again = from === to && now.get("from") === from && now.get("to") === to;
    change(again ? { from: "", to: "" } : { from, to });
  }

  const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

  /** One hour of one weekday chosen on the heat map; the same again clears it. */
  function chooseHour(clicked) {
    const { x: hour, y: day } = clicked?.points?.[0] ?? {};
    if (hour === undefined || !page) return;
    dash.set_props("clock", { clickData: null });
    const now = new URLSearchParams(location.search);
    const again = now.get("day") === DAYS[day] && now.get("hour") === String(hour) && !now.get("night");
    change(again ? { day: "", hour: "" } : { day: DAYS[day], hour: String(hour), night: "" });
  }

  function chooseRow(rows) {
    const row = Array.isArray(rows) ? rows[0] : null;
    if (row && page && row.code !== page.selected) choose(row.code);
  }

  function choose(code) {
    window.hotspotsMap?.select(code);
    change({ area: code ?? "" });
  }

  /** Bring the row of an area into view, as far as it must move. */
  async function reveal(code) {
    const api = await window.dash_ag_grid?.getApiAsync("table");
    const row = api?.getRowNode(code);
    if (row) api.ensureNodeVisible(row, null);
  }

  /** Mark in the legend the class of the area under the pointer. */
  function point(code) {
    const row = code && page?.shown["table.rowData"].find((area) => area.code === code);
    for (const item of document.querySelectorAll(".legend-item")) {
      item.classList.toggle("legend-pointed", Boolean(row) && item.dataset.class === String(row.class));
    }
  }

  // ------------------------------------------------------------------------------------------------ links and keys

  /** Close the menus of the bar, but the one that holds an element. */
  function closeMenus(but) {
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(but)) menu.open = false;
  }

  document.addEventListener("click", (event) => {
    closeMenus(event.target.closest?.(".menu-list a") ? null : event.target);
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = event.target.closest?.('a[href^="?"]');
    if (link) {
      event.preventDefault();
      go(link.getAttribute("href"));
      return;
    }
    const skip = event.target.closest?.('a.skip');
    if (skip) {
      event.preventDefault();
      $(skip.hash.slice(1))?.focus();
      return;
    }
    const act = event.target.closest?.("[data-act]")?.dataset.act;
    if (act === "retry") ask(question());
    if (act === "copy") copy();
    if (act === "sheet") document.body.toggleAttribute("data-sheet");
  });

  async function copy() {
    try {
      await navigator.clipboard.writeText(location.href);
      toast("Link copied: it holds all the filters.");
    } catch {
      toast("This browser does not let the page copy. The link is in the address bar.");
    }
  }

  const typing = (target) => target.closest?.("input, textarea, select, [role=option], [role=combobox], .ag-root");

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeMenus(null);
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "Escape" && document.body.hasAttribute("data-sheet")) document.body.removeAttribute("data-sheet");
  });

  // --------------------------------------------------------------------------------------------------------- start

  /** Start the map and ask the first question: the one in the address bar. */
  function start(config) {
    window.hotspotsMap?.mount("map", config);
    window.hotspotsMap?.onSelect((code, how) => how?.additive || choose(code));
    window.hotspotsMap?.onHover(point);
    window.addEventListener("popstate", () => {
      history.replaceState(null, "", location.pathname + theme.dress(question()));
      if (question() !== asked) ask(question());
    });
    window.addEventListener("hotspots:theme", recolour);
    asked = question();
    window.hotspotsMap?.expect(asked);
    wait();
    return asked;
  }

  /** For the other scripts of the page: what is shown, and how to ask for something else. */
  window.hotspotsPage = {
    ask, change, go, toast, typing,
    current: () => page,
    onAsk: (callback) => listeners.ask.push(callback),
    onAnswer: (callback) => listeners.answer.push(callback),
    onShown: (callback) => listeners.shown.push(callback), // once the map is painted
    onTrouble: (callback) => listeners.trouble.push(callback),
  };
  dash.hotspots = { start, show, control, chooseMonths, chooseHour, chooseRow };
})();
