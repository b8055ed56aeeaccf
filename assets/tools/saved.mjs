/** Which views and sets does the reader keep? Under names, in this browser only; as a file they go elsewhere. */

import { $, make, save } from "../page/dom.mjs";
import { toast } from "../page/messages.mjs";
import { change, current, go } from "../page/question.mjs";
import { chosen, howChosen } from "./areas.mjs";
import { merged, read } from "./keeping.mjs";

const STORE = "hotspots.saved";

function saved() {
  try {
    return read(localStorage.getItem(STORE) ?? "[]");
  } catch {
    return []; // this browser keeps nothing for the page, or something else
  }
}

function keep(all) {
  try {
    localStorage.setItem(STORE, JSON.stringify(all));
  } catch {
    toast("This browser keeps nothing for this page; copy the link instead.");
  }
  list();
}

function button(text, act, className, attributes = {}) {
  const element = make("button", className, { type: "button", ...attributes }, text);
  element.addEventListener("click", act);
  return element;
}

/** Address that holds the set, its level and how it was chosen, and nothing else. */
const ofSet = () => `?level=${current().level}&set=${chosen().join()}&chosen=${howChosen()}`;

function drop(one) {
  keep(saved().filter((other) => other.name !== one.name || other.kind !== one.kind));
  $("saved-name").focus();
}

function list() {
  const items = saved().map((one) => make("li", "", {},
    button(one.name, () => open(one), "linklike"),
    make("span", "note", {}, one.kind === "set" ? "set of areas" : "view"),
    button("×", () => drop(one), "drop", { "aria-label": `Delete ${one.name}` })));
  const views = saved().filter(({ kind }) => kind === "view");
  $("saved-slides").hidden = !views.length;
  $("saved-slides").href = `/slides.pptx?${new URLSearchParams(views.map(({ search }) => ["map", search]))}`;
  $("saved-list").replaceChildren(...(items.length ? items : [make("li", "note", {}, "Nothing is saved yet.")]));
}

function open({ kind, search }) {
  $("saved").close();
  if (kind === "view") go(search);
  else change(Object.fromEntries(new URLSearchParams(search)));
}

const give = () => save(new Blob([JSON.stringify(saved(), null, 2)], { type: "application/json" }), "hotspots-saved.json");

async function take({ target }) {
  const [file] = target.files;
  target.value = "";
  try {
    const found = read(await file.text());
    keep(merged(saved(), found));
    toast(`${found.length} taken from the file.`);
  } catch {
    toast("That file holds no saved views or sets.");
  }
}

function build() {
  const name = make("input", "", { id: "saved-name", type: "text", required: "", maxlength: "80", autocomplete: "off" });
  const kind = make("select", "", { id: "saved-kind", "aria-label": "What to save" },
    make("option", "", { value: "view" }, "this view, all filters"),
    make("option", "", { value: "set" }, "this set of areas"));
  const form = make("form", "saved-form", {},
    make("label", "", { for: "saved-name" }, "Name"), name, kind, make("button", "button", {}, "Save"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const search = kind.value === "set" ? ofSet() : location.search;
    const others = saved().filter((one) => one.name !== name.value || one.kind !== kind.value);
    keep([...others, { name: name.value, kind: kind.value, search }]);
    name.value = "";
  });
  const file = make("input", "", { type: "file", accept: ".json,application/json", hidden: "" });
  file.addEventListener("change", take);
  const dialog = make("dialog", "dialog", { id: "saved", "aria-labelledby": "saved-title" },
    make("div", "dialog-head", {}, make("h2", "", { id: "saved-title" }, "Saved views and sets"),
      button("Close", () => dialog.close(), "button")),
    make("div", "dialog-body", {}, form, make("ul", "", { id: "saved-list" }),
      make("p", "note", {}, "Kept by this browser only. Take them to another as a file."),
      make("div", "saved-files", {},
        make("a", "link", { id: "saved-slides", download: "" }, "PowerPoint, a slide for each view"),
        button("Export as a file", give, "linklike"),
        button("Import a file", () => file.click(), "linklike"), file)));
  document.body.append(dialog);
}

build();

/** Open what is saved, to add this view or this set. */
export function showSaved(kind = "view") {
  list();
  const set = $("saved-kind").options[1];
  set.disabled = !chosen().length;
  $("saved-kind").value = set.disabled ? "view" : kind;
  $("saved").showModal();
  $("saved-name").focus();
}
