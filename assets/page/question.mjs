/**
 * What is asked? The address bar is the only state of the page.
 *
 * A control that moves writes the address; an address is asked of the server, once; an answer is shown if the address
 * has not moved on since. So Back, a pasted link and a shared one are nothing special.
 */

import { rowsOf } from "../table/rows.mjs";
import { dressed } from "../theme/theme.mjs";
import { changed, strip } from "./address.mjs";
import { rendered } from "./dash.mjs";
import { handed } from "./handed.mjs";
import { trouble, wait, working } from "./messages.mjs";
import { get, Renewed, Said, spoken } from "./server.mjs";

const GONE = "The dashboard does not answer. See that it is still running on this computer, then try again. " +
  "The last map is kept.";

let asked = null; // the query string that the page wants answered
let page = null; // the answer on the screen
let request = null; // for the answer on its way
let deliver = null; // what shows an answer
const listeners = { ask: [], early: [], answer: [], shown: [], trouble: [] };

/**
 * Be told of a question ("ask"), of an answer that came before Dash could show it, or null of none ("early"), of an answer
 * ("answer"), that its map is painted ("shown"), or that there is none.
 *
 * @param {"ask"|"early"|"answer"|"shown"|"trouble"} kind
 * @param {(news?: any) => void} callback told the question, the answer, the answer, the answer, nothing
 */
export const on = (kind, callback) => { listeners[kind].push(callback); };

/** Tell those who listen. */
export const tell = (kind, news) => listeners[kind].forEach((callback) => callback(news));

/** A query string as it is asked: without what only the screen heeds, "" for everything. */
function plainly(search) {
  const asks = strip(search, handed.address.screen);
  return asks === handed.address.plain ? "" : asks;
}

/** Where a question is asked: an address that is never bare, which is that of the first picture. */
const place = (search) => location.pathname + dressed(search || handed.address.plain);

/** The question in the address bar. */
export const question = () => plainly(location.search);

/** What the address bar asks, by parameter. */
export const parameters = () => new URLSearchParams(question());

/** The answer on the screen, or null before the first. */
export const current = () => page;

/** Whether an answer is to what is asked now. */
export const wanted = (answer) => answer.asked === asked;

/** Go to a query string as a new step of the history. */
export function go(search) {
  const next = plainly(search);
  if (next !== asked) visit(next, "push");
}

/** Ask for a query string as the next step of the history, or in place of this one. */
export const visit = (search, step) => ask(search, () => history[`${step}State`](null, "", place(search)));

/** Go to the same question with some parameters changed. */
export const change = (changes) => go(changed(question(), changes, { ...handed.address, defaults: page?.defaults ?? {} }));

/**
 * Ask the server for a query string; what is on the screen stays until the answer comes.
 *
 * @param {string} search
 * @param {() => void} [turn] brings it into the address bar; the server is at work by then
 */
export async function ask(search, turn = () => {}) {
  asked = plainly(search);
  request?.abort();
  const mine = request = new AbortController();
  const text = asked;
  const coming = fetched(text, mine.signal).then((it) => [it], (fault) => [null, fault]);
  turn();
  wait();
  tell("ask", text);
  const [answer, error] = await coming;
  if (request === mine && !page) tell("early", answer);
  await rendered;
  if (request !== mine) return;
  if (error) fail(error);
  else deliver({ ...answer, asked: text });
}

/** Give up what is asked: the page asks again for what it shows. */
export const stop = () => visit(page?.asked ?? "", "replace");

async function fetched(search, signal) {
  const response = await get(`answer${search}`, { signal, tell: (progress) => working(spoken(progress)) });
  if (response.ok) {
    const answer = await response.json();
    return { ...answer, rows: rowsOf(answer.shown["table.rows"]) };
  }
  const plain = response.headers.get("Content-Type")?.startsWith("text/plain");
  const text = plain ? await response.text() : "";
  throw new Said(text || `The dashboard could not answer (error ${response.status}). The last map is kept. Try again.`);
}

function fail(error) {
  console.warn(error);
  trouble(error instanceof Said ? error.message : GONE, error instanceof Renewed ? "reload" : "retry");
  tell("trouble");
}

/** An answer is on the screen from now on; where its address is tidier than the one asked, that takes its place. */
export function accept(answer) {
  page = answer;
  tell("answer", answer);
  if (!answer.tidy) return;
  asked = answer.asked = plainly(answer.search);
  history.replaceState(null, "", place(asked));
}

/** Ask the first question, the one in the address bar, and heed Back and Forward. */
export function begin(show) {
  deliver = show;
  window.addEventListener("popstate", () => {
    history.replaceState(null, "", place(question()));
    if (question() !== asked) ask(question());
  });
  ask(question());
}
