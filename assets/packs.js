/**
 * Ward packs: how far they are, a way to stop, and a file only when it is whole.
 *
 * The server sends the archive as it makes it, one ward after the other. The page counts the wards in what has come,
 * and saves nothing unless the archive ends as it should and holds every ward.
 */
(() => {
  "use strict";

  const ENTRY = [0x50, 0x4b, 0x03, 0x04]; // begins each file of a ZIP archive
  const END = [0x50, 0x4b, 0x05, 0x06]; // begins its last 22 bytes, which tell the number of files
  const END_BYTES = 22;
  const FAILED = "The ward packs could not be made, and nothing was saved. Try again, or choose fewer wards.";
  const $ = (id) => document.getElementById(id);

  let request = null; // the packs on their way

  const starts = (bytes, at, mark) => mark.every((byte, i) => bytes[at + i] === byte);

  function joined(...parts) {
    const whole = new Uint8Array(parts.reduce((total, { length }) => total + length, 0));
    parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
    return whole;
  }

  /** Count the files that begin in an archive which comes in pieces. */
  function counter() {
    let rest = new Uint8Array();
    let found = 0;
    return (piece) => {
      const bytes = joined(rest, piece);
      for (let at = bytes.indexOf(ENTRY[0]); at >= 0; at = bytes.indexOf(ENTRY[0], at + 1)) {
        if (at + ENTRY.length <= bytes.length && starts(bytes, at, ENTRY)) found += 1;
      }
      rest = bytes.slice(Math.max(0, bytes.length - ENTRY.length + 1));
      return found;
    };
  }

  /** Whether an archive is whole and holds so many files. */
  async function whole(archive, number) {
    const end = new Uint8Array(await archive.slice(-END_BYTES).arrayBuffer());
    return end.length === END_BYTES && starts(end, 0, END) && end[10] + 256 * end[11] === number;
  }

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
    const seconds = made ? ((performance.now() - since) / made) * (number - made) : 0;
    const minutes = Math.round(seconds / 60000);
    $("packs-bar").max = number;
    $("packs-bar").value = made;
    $("packs-count").textContent = `${made} of ${number} wards` + (minutes > 1 ? `, about ${minutes} minutes left` : "");
  }

  function save({ file, name, number }) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    $("packs").close();
    window.hotspotsPage.toast(number > 1 ? `Saved: ${name}, with ${number} wards.` : `Saved: ${name}.`);
  }

  async function make(address) {
    const mine = request = new AbortController();
    $("packs-count").textContent = "Starting…";
    $("packs-bar").removeAttribute("value");
    $("packs-trouble").replaceChildren();
    if (!$("packs").open) $("packs").showModal();
    try {
      const packs = await fetched(address, mine.signal);
      if (request === mine) save(packs);
    } catch (error) {
      if (request !== mine) return;
      console.warn(error);
      $("packs-bar").value = 0;
      $("packs-count").textContent = "";
      $("packs-trouble").replaceChildren(window.hotspotsPieces.trouble(FAILED, () => make(address)));
    }
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="/export.pack"]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    make(link.getAttribute("href"));
  });

  document.addEventListener("DOMContentLoaded", () => {
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
  });
})();
