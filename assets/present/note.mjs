/** What was decided for an area? A note, kept by the server until the next meeting. */

import { $, about } from "../page/dom.mjs";
import { toast } from "../page/messages.mjs";
import { ask } from "../page/question.mjs";
import { here } from "./list.mjs";

/** Note a decision for the chosen area. */
export function note() {
  const row = here();
  if (!row) {
    toast("Choose an area first: by its number, or with ↓.");
    return;
  }
  const dialog = $("present-note");
  if (dialog.dataset.area !== row.dataset.code) $("present-text").value = ""; // a draft is of its area
  Object.assign(dialog.dataset, { area: row.dataset.code, source: row.dataset.source });
  $("present-note-title").textContent = `Decision for ${row.dataset.name}`;
  $("present-fault").textContent = "";
  dialog.showModal();
  $("present-text").focus();
}

async function keep() {
  const dialog = $("present-note");
  const body = { ...dialog.dataset, author: $("present-author").value, text: $("present-text").value };
  try {
    const answer = await fetch("notes", {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
    const said = await answer.text(); // read in any case: until then the connection is held
    if (!answer.ok) throw new Error(said);
  } catch (error) {
    const gone = error instanceof TypeError;
    $("present-fault").textContent = gone ? "The dashboard does not answer, so the note is not kept yet." : error.message;
    return;
  }
  $("present-text").value = "";
  dialog.close();
  toast("The decision is kept.");
  ask(location.search);
}

document.addEventListener("submit", (event) => {
  if (!about(event, "#present-note")) return;
  event.preventDefault();
  keep();
});
