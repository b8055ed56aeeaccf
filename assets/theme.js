/**
 * Light or dark: `window.hotspotsTheme`. It runs before the page is drawn, so that the wrong one never flashes.
 *
 * The theme is that of the address (`theme=dark`), else what was chosen last on this computer, else light. It is no part
 * of what is asked of the server: answers come in the colours of paper, and each becomes its dark counterpart here, by
 * the properties `--on-rrggbb` of the page. Paper stays light.
 */
(() => {
  "use strict";

  const STORE = "hotspots.theme";
  const root = document.documentElement;
  const ASKED = /^theme=(light|dark)$/;
  const parts = (search) => search.replace(/^\?/, "").split("&").filter(Boolean);

  /** What the address says of the theme, "theme=dark", or nothing. */
  let said = parts(location.search).findLast((part) => ASKED.test(part)) ?? "";

  /** A query string without the theme: the question alone. */
  function strip(search) {
    const rest = parts(search).filter((part) => !ASKED.test(part));
    return rest.length ? `?${rest.join("&")}` : "";
  }

  /** A question with the theme that the address says. */
  const dress = (search) => (said ? `${search ? `${search}&` : "?"}${said}` : search);

  const remembered = () => {
    try {
      return localStorage.getItem(STORE);
    } catch {
      return null; // this browser keeps nothing for the page
    }
  };

  function remember(theme) {
    try {
      localStorage.setItem(STORE, theme);
    } catch {} // it then lasts as long as the address
  }

  /** Put the page in a theme; the parts that draw for themselves listen for the event. */
  function apply(theme) {
    if (root.dataset.theme === theme) return;
    root.dataset.theme = theme;
    follow();
    window.dispatchEvent(new CustomEvent("hotspots:theme", { detail: theme }));
  }

  /** Tell the controls, whose library sets a theme of its own once they are on the page. */
  function follow() {
    const { theme } = root.dataset;
    if (root.dataset.mantineColorScheme !== theme) root.dataset.mantineColorScheme = theme;
    document.querySelector('[data-act="theme"]')?.setAttribute("aria-pressed", String(isDark()));
  }

  const isDark = () => root.dataset.theme === "dark";

  /** The other theme, from now on, on this computer. */
  function toggle() {
    const theme = isDark() ? "light" : "dark";
    said = theme === "dark" ? "theme=dark" : "";
    remember(theme);
    apply(theme);
    history.replaceState(null, "", location.pathname + dress(strip(location.search)));
  }

  /** Colour of paper to that of the screen now; a text that is no colour stays. */
  function shade(style, known, text) {
    if (!/^#[\da-f]{6}$/.test(text)) return text;
    if (!known.has(text)) known.set(text, style.getPropertyValue(`--on-${text.slice(1)}`).trim() || text);
    return known.get(text);
  }

  /** A value with every colour in it as the screen shows it: a figure of a chart, a list of colours. */
  function shaded(value) {
    if (!isDark()) return value;
    const style = getComputedStyle(root);
    const known = new Map();
    const walk = (part) => {
      if (typeof part === "string") return shade(style, known, part);
      if (Array.isArray(part)) return part.map(walk);
      if (part === null || typeof part !== "object") return part;
      return Object.fromEntries(Object.entries(part).map(([name, inner]) => [name, walk(inner)]));
    };
    return walk(value);
  }

  /** Where the system sets the colours, what is drawn on a canvas goes with them. */
  const forced = () => matchMedia("(forced-colors: active)").matches
    && (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");

  apply(forced() || said.slice("theme=".length) || (remembered() === "dark" ? "dark" : "light"));
  new MutationObserver(follow).observe(root, { attributeFilter: ["data-mantine-color-scheme"] });

  // On paper everything is light, also what is drawn on a canvas.
  let screen = root.dataset.theme;
  window.addEventListener("beforeprint", () => {
    screen = root.dataset.theme;
    apply("light");
  });
  window.addEventListener("afterprint", () => apply(screen));

  window.hotspotsTheme = { strip, dress, toggle, shaded };
})();
