/** Which views and sets does the reader keep? Under names, on a shelf of theirs; as a file they go elsewhere. */

import { $, make, save } from "../page/dom.mjs";
import { handed } from "../page/handed.mjs";
import { toast } from "../page/messages.mjs";
import { change, current, go } from "../page/question.mjs";
import { chosen, howChosen } from "./areas.mjs";
import { read } from "./keeping.mjs";
import { shelf } from "./shelf.mjs";

let saved = []; // as the shelf held it last

/**
 * List what the shelf holds after something was done at it; what is wrong is told.
 *
 * @param {Promise<import("./keeping.mjs").Saved[]>} done
 * @returns {Promise<boolean>} whether it was done
 */
async function settle(done) {
  try {
    saved = await done;
  } catch (error) {
    toast(error.message);
    return false;
  }
  list();
  return true;
}

function button(text, act, className, attributes = {}) {
  const element = make("button", className, { type: "button", ...attributes }, text);
  element.addEventListener("click", act);
  return element;
}

/** Address that holds the set, its level and how it was chosen, and nothing else. */
const ofSet = () => `?level=${current().level}&set=${chosen().join()}&chosen=${howChosen()}`;

function drop(one) {
  settle(shelf.drop(one));
  $("saved-name").focus();
}

function told({ kind, team, by }) {
  const what = kind === "set" ? "set of areas" : "view";
  return team ? `${what} of ${shelf.team}, by ${by}` : what;
}

function list() {
  const items = saved.map((one) => make("li", "", {},
    button(one.name, () => open(one), "linklike"),
    make("span", "note", {}, told(one)),
    button("×", () => drop(one), "drop", { "aria-label": `Delete ${one.name}` })));
  const views = saved.filter(({ kind }) => kind === "view");
  $("saved-team").textContent = shelf.team ? `for ${shelf.team}` : "for my team";
  $("saved-slides").hidden = !views.length || !handed.slides;
  $("saved-slides").href = `slides.pptx?${new URLSearchParams(views.map(({ search }) => ["map", search]))}`;
  $("saved-list").replaceChildren(...(items.length ? items : [make("li", "note", {}, "Nothing is saved yet.")]));
}

function open({ kind, search }) {
  $("saved").close();
  if (kind === "view") go(search);
  else change(Object.fromEntries(new URLSearchParams(search)));
}

const give = () => save(new Blob([JSON.stringify(saved, null, 2)], { type: "application/json" }), "hotspots-saved.json");

async function take({ target }) {
  const [file] = target.files;
  target.value = "";
  try {
    const found = read(await file.text());
    if (await settle(shelf.keep(found))) toast(`${found.length} taken from the file.`);
  } catch {
    toast("That file holds no saved views or sets.");
  }
}

function build() {
  const name = make("input", "", { id: "saved-name", type: "text", required: "", maxlength: "80", autocomplete: "off" });
  const kind = make("select", "", { id: "saved-kind", "aria-label": "What to save" },
    make("option", "", { value: "view" }, "this view, all filters"),
    make("option", "", { value: "set" }, "this set of areas"));
  const whose = make("select", "", { id: "saved-whose", "aria-label": "Who has it", ...(handed.account ? {} : { hidden: "" }) },
    make("option", "", { value: "" }, "for me"), make("option", "", { value: "team", id: "saved-team" }, "for my team"));
  const form = make("form", "saved-form", {},
    make("label", "", { for: "saved-name" }, "Name"), name, kind, whose, make("button", "button", {}, "Save"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const search = kind.value === "set" ? ofSet() : location.search;
    settle(shelf.keep([{ name: name.value, kind: kind.value, search, ...(whose.value && { team: true }) }]));
    name.value = "";
  });
  const file = make("input", "", { type: "file", accept: ".json,application/json", hidden: "" });
  file.addEventListener("change", take);
  const dialog = make("dialog", "dialog", { id: "saved", "aria-labelledby": "saved-title" },
    make("div", "dialog-head", {}, make("h2", "", { id: "saved-title" }, "Saved views and sets"),
      button("Close", () => dialog.close(), "button")),
    make("div", "dialog-body", {}, form, make("ul", "", { id: "saved-list" }),
      make("p", "note", {}, handed.account
        ? "Kept by the dashboard: yours for you alone, your team’s for all who are in it."
        : "Kept by this browser only. Take them to another as a file."),
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
  settle(shelf.all());
  const set = $("saved-kind").options[1];
  set.disabled = !chosen().length;
  $("saved-kind").value = set.disabled ? "view" : kind;
  $("saved").showModal();
  $("saved-name").focus();
}
