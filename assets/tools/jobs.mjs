/**
 * How far is a file that is being made? With a way to stop, and saved only when it is whole.
 *
 * A link to a file is asked here, not by the browser, so that what takes long can be followed and what cannot be had is
 * said in words.
 */

import { $, about, save, withModifier } from "../page/dom.mjs";
import { toast } from "../page/messages.mjs";
import { get, Said, spoken } from "../page/server.mjs";
import { trouble } from "../pieces/pieces.mjs";

const FAILED = "The file could not be made, and nothing was saved. Try again, or ask for less.";
const SHOWN_MS = 400; // after which its progress is shown

let request = null; // for the file on its way

function tell(progress) {
  $("job-count").textContent = spoken(progress);
  if (progress.total) {
    $("job-bar").max = progress.total;
    $("job-bar").value = progress.done;
  }
}

async function fetched(address, signal) {
  const response = await get(address, { signal, tell });
  if (!response.ok) throw new Said((await response.text()).trim() || FAILED);
  const [, name] = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition")) ?? [null, "download"];
  return { file: await response.blob(), name };
}

async function make(address, title) {
  const mine = request = new AbortController();
  $("job-title").textContent = title;
  $("job-count").textContent = "Starting…";
  $("job-bar").removeAttribute("value");
  $("job-trouble").replaceChildren();
  const shown = setTimeout(show, SHOWN_MS);
  try {
    const { file, name } = await fetched(address, mine.signal);
    if (request !== mine) return;
    save(file, name);
    toast(`Saved: ${name}.`);
    clearTimeout(shown);
    $("job").close();
  } catch (error) {
    clearTimeout(shown);
    if (request !== mine) return;
    console.warn(error);
    show();
    $("job-bar").value = 0;
    $("job-count").textContent = "";
    $("job-trouble").replaceChildren(trouble(error instanceof Said ? error.message : FAILED, () => make(address, title)));
  }
}

const show = () => { if (!$("job").open) $("job").showModal(); };

document.addEventListener("click", (event) => {
  const link = about(event, "a[download]");
  if (!link || withModifier(event) || event.shiftKey || !link.protocol.startsWith("http")) return;
  event.preventDefault();
  make(link.href, link.textContent.trim());
});

document.body.insertAdjacentHTML("beforeend", `
  <dialog id="job" class="dialog" aria-labelledby="job-title">
    <div class="dialog-head"><h2 id="job-title"></h2>
      <button type="button" class="button" id="job-stop">Cancel</button></div>
    <div class="dialog-body"><progress id="job-bar" aria-label="Parts made"></progress>
      <p id="job-count" role="status"></p><div id="job-trouble"></div>
      <p class="note">The file is saved when all of it is there.</p></div>
  </dialog>`);
$("job-stop").addEventListener("click", () => $("job").close());
$("job").addEventListener("close", () => {
  request?.abort();
  request = null;
});
