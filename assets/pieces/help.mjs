/** How does one use the page? Its help, asked for when it is first opened. */

import { $ } from "../page/dom.mjs";
import { keeper, place, trouble } from "./pieces.mjs";

const FAILED = "The help could not be fetched.";

let asked = false;

const piece = keeper("help-body", {
  put: (html) => place($("help-body"), html),
  fail: (again) => $("help-body").replaceChildren(trouble(FAILED, again)),
});

/** Open the help. */
export function openHelp() {
  $("help").showModal();
  if (!asked) piece.want("piece/help");
  asked = true;
}
