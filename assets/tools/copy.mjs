/** What can be copied? The link, the ranked table, the numbers of a block; to be pasted elsewhere. */

import { toast } from "../page/messages.mjs";
import { current } from "../page/question.mjs";
import { asText } from "../table/text.mjs";

async function put(text, done, failed) {
  try {
    await navigator.clipboard.writeText(text);
    toast(done);
  } catch {
    toast(failed);
  }
}

/** Copy numbers, for a sheet. */
export const copy = (text) => put(text, "Copied: paste it into a sheet.", "This browser does not let the page copy.");

/** Copy the ranked table. */
export const copyTable = () => copy(asText(current().shown["table.columns"], current().rows));

/** Copy the address of the page. */
export const copyLink = () => put(location.href, "Link copied: it holds all the filters.",
  "This browser does not let the page copy. The link is in the address bar.");
