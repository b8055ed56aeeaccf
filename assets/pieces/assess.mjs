/** Which assessment is on the page? That of the filters in the address, fetched when its view is opened. */

import { only } from "../page/address.mjs";
import { $, make } from "../page/dom.mjs";
import { handed } from "../page/handed.mjs";
import { change, on } from "../page/question.mjs";
import { spoken } from "../page/server.mjs";
import { keeper, place } from "./pieces.mjs";

const HEADING = '<h1 class="hidden">Assessment</h1>'; // until one with a title of its own is there
const FAILED = `${HEADING}<p class="say">The assessment could not be made. Try again, or clear the filters.</p>`;

let wanted = null; // address of the assessment on the page, or on its way

function put(html) {
  place($("assess-body"), html);
  $("assess").scrollTop = 0;
}

const piece = keeper("assess", {
  put,
  fail() {
    wanted = null; // the next answer asks again
    put(FAILED);
  },
  slow: 0,
  tell: (progress) => $("assess").querySelector(".assess-wait").replaceChildren(`Counting… ${spoken(progress)} `, cancel),
});

const cancel = make("button", "linklike", { type: "button" }, "Cancel");
cancel.addEventListener("click", () => {
  piece.drop();
  wanted = null;
  change({ view: "" });
});

on("answer", ({ view, search }) => {
  if (view !== "assess") return;
  const address = `assessment/page${only(search, handed.reads.assessment)}`;
  if (address === wanted) return;
  wanted = address;
  if (!$("assess-body").firstChild) put(HEADING);
  piece.want(address);
});
