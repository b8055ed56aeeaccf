/**
 * How far are the ward packs? With a way to stop, and a file only when it is whole.
 *
 * The server sends the archive as it makes it, one ward after the other. The page counts the wards in what has come,
 * and saves nothing unless the archive ends as it should and holds every ward.
 */

import { $, about, save, withModifier } from "../page/dom.mjs";
import { toast } from "../page/messages.mjs";
import { trouble } from "../pieces/pieces.mjs";
import { counter, whole } from "./zip.mjs";

const FAILED = "The ward packs could not be made, and nothing was saved. Try again, or choose fewer wards.";

let request = null; // the packs on their way

async function fetched(address, signal) {
  const response = await fetch(address, { signal });
  if (!response.ok) throw new Error((await response.text()).trim());
  const number = Number(response.headers.get("X-Wards"));
  const count = counter();
  const since = performance.now();
  const pieces = [];
  if (number > 1) tell(0, number, since);
  for (const reader = response.body.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) break;
    pieces.push(value);
    if (number > 1) tell(count(value), number, since);
  }
  const file = new Blob(pieces, { type: response.headers.get("Content-Type") });
  if (number > 1 && !(await whole(file, number))) throw new Error("The archive ended early.");
  return { file, number, name: /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition"))[1] };
}

/** Say how far it is, and about how long it still takes. */
function tell(made, number, since) {
  const left = made ? ((performance.now() - since) / made) * (number - made) : 0;
  const minutes = Math.round(left / 60_000);
  $("packs-bar").max = number;
  $("packs-bar").value = made;
  $("packs-count").textContent = `${made} of ${number} wards` + (minutes > 1 ? `, about ${minutes} minutes left` : "");
}

function finish({ file, name, number }) {
  save(file, name);
  $("packs").close();
  toast(number > 1 ? `Saved: ${name}, with ${number} wards.` : `Saved: ${name}.`);
}

async function make(address) {
  const mine = request = new AbortController();
  $("packs-count").textContent = "Starting…";
  $("packs-bar").removeAttribute("value");
  $("packs-trouble").replaceChildren();
  if (!$("packs").open) $("packs").showModal();
  try {
    const packs = await fetched(address, mine.signal);
    if (request === mine) finish(packs);
  } catch (error) {
    if (request !== mine) return;
    console.warn(error);
    $("packs-bar").value = 0;
    $("packs-count").textContent = "";
    $("packs-trouble").replaceChildren(trouble(FAILED, () => make(address)));
  }
}

document.addEventListener("click", (event) => {
  const link = about(event, 'a[href^="/export.pack"]');
  if (!link || withModifier(event) || event.shiftKey) return;
  event.preventDefault();
  make(link.getAttribute("href"));
});

document.body.insertAdjacentHTML("beforeend", `
  <dialog id="packs" class="dialog" aria-labelledby="packs-title">
    <div class="dialog-head"><h2 id="packs-title">Making ward packs</h2>
      <button type="button" class="button" id="packs-stop">Cancel</button></div>
    <div class="dialog-body"><progress id="packs-bar" aria-label="Wards made"></progress>
      <p id="packs-count"></p><div id="packs-trouble"></div>
      <p class="note">The file is saved when all of it is there.</p></div>
  </dialog>`);
$("packs-stop").addEventListener("click", () => $("packs").close());
$("packs").addEventListener("close", () => {
  request?.abort();
  request = null;
});
