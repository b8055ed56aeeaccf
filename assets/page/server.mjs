/**
 * How is the server asked? With word of how far it is where an answer takes long, and for no other data than those that the
 * page shows.
 *
 * @typedef {object} Progress
 * @property {"waiting"|"working"|"done"} state
 * @property {number} done parts
 * @property {number} total parts in all, 0 where that is not known
 * @property {string} what is next
 * @property {number} ahead pieces of work that wait
 * @property {number} seconds
 */

import { after } from "./dom.mjs";
import { handed } from "./handed.mjs";
import { renewed } from "./messages.mjs";

const LOOK_MS = 500;
const NEWS_MS = 30_000;
const NEW = "New data have been loaded, and this page still shows the former. Reload it to see them.";

/** Something that is told to the reader as it stands. */
export class Said extends Error {}

/** There are other data than those of the page. */
export class Renewed extends Said {}

/**
 * Ask, and follow the work where it takes long; given up, the server is told to stop.
 *
 * @param {string} address
 * @param {{signal?: AbortSignal, tell?: (progress: Progress) => void}} [how]
 */
export async function get(address, { signal, tell = () => {} } = {}) {
  const headers = { Accept: "*/*", Prefer: "respond-async" };
  let response = await fetch(address, { headers, signal });
  if (response.status === 202) response = await followed(response.headers.get("Location"), signal, tell);
  heed(response.headers.get("X-Data-Version"));
  return response;
}

async function followed(job, signal, tell) {
  const giveUp = () => { fetch(job, { method: "DELETE", keepalive: true }).catch(() => {}); };
  signal?.addEventListener("abort", giveUp, { once: true });
  try {
    for (;;) {
      const response = await fetch(job, { signal });
      if (!response.ok) return response;
      const progress = await response.json();
      if (progress.state === "done") return await fetch(`${job}/answer`, { signal });
      tell(progress);
      await after(LOOK_MS);
    }
  } finally {
    signal?.removeEventListener("abort", giveUp);
  }
}

/** An answer from other data than those of the page is not shown beside them. */
function heed(version) {
  if (!version || version === handed.version) return;
  renewed();
  throw new Renewed(NEW);
}

/** How far a piece of work is, in words. */
export function spoken({ state, done, total, what, ahead, seconds }) {
  if (state === "waiting") return ahead > 1 ? `Waiting for ${ahead - 1} others…` : "Waiting…";
  if (!total) return `Working… ${Math.round(seconds)} s`;
  const minutes = done ? Math.round(((seconds / done) * (total - done)) / 60) : 0;
  return `${done} of ${total}${what ? `: ${what}` : ""}${minutes > 1 ? `, about ${minutes} minutes left` : ""}`;
}

/** Hear of new data while the page is looked at. */
export function listen() {
  const look = async () => {
    if (document.hidden) return;
    const { version } = await fetch("version").then((response) => response.json()).catch(() => ({}));
    if (version && version !== handed.version) renewed();
  };
  setInterval(look, NEWS_MS);
  document.addEventListener("visibilitychange", look);
}
