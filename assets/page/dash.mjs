/** How does the page reach Dash? What Dash calls, and what is set in its components. */

const dash = (window.dash_clientside ??= {});
let said;

/** Resolves when the components of the page are there. */
export const rendered = new Promise((resolve) => { said = resolve; });

/** Give Dash the functions that its callbacks name; `rendered` is one of them. */
export const offer = (functions) => { dash.hotspots = { ...functions, rendered: said }; };

/** Let Dash draw the page as soon as its scripts are there: from then on it calls what was offered. */
export function render() {
  const start = () => new window.DashRenderer();
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start, { once: true });
  else start();
}

/** Set properties of a component from outside a callback. */
export const put = (id, properties) => dash.set_props(id, properties);

/** What the running callback reads: an id, a property and its value each. */
export const inputs = () => dash.callback_context.inputs_list;

/** A value that changes nothing. */
export const same = () => dash.no_update;
