/** What the tools compute: steps to play, marks, what is saved, the table as text. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { byNumber } from "../../assets/table/cells.mjs";
import { asText } from "../../assets/table/text.mjs";
import { found } from "../../assets/tools/found.mjs";
import { merged, read } from "../../assets/tools/keeping.mjs";
import { after } from "../../assets/tools/marks.mjs";
import { ofHours, ofMonths } from "../../assets/tools/steps.mjs";

const MONTHS = ["2023-01", "2023-02", "2023-03", "2023-04"];
const froms = (steps) => steps.map(({ changes }) => changes.from);
const hours = (steps) => steps.map(({ changes }) => changes.hour);

test("months are played from the first of the period to its last", () => {
  assert.deepEqual(froms(ofMonths(MONTHS, { from: null, to: null, kept: [] })), MONTHS);
  assert.deepEqual(froms(ofMonths(MONTHS, { from: "2023-02", to: "2023-03", kept: [] })), ["2023-02", "2023-03"]);
  assert.deepEqual(froms(ofMonths(MONTHS, { from: null, to: null, kept: ["2", "4"] })), ["2023-02", "2023-04"]);
});

test("from a single month they go on with the next, from the last with the first", () => {
  assert.deepEqual(froms(ofMonths(MONTHS, { from: "2023-03", to: "2023-03", kept: [] })), ["2023-04"]);
  assert.deepEqual(froms(ofMonths(MONTHS, { from: "2023-04", to: "2023-04", kept: [] })), MONTHS);
  assert.equal(ofMonths(MONTHS, { from: null, to: null, kept: [] })[0].said, "January 2023");
});

test("hours are played from the first of those chosen, round midnight", () => {
  assert.equal(hours(ofHours([])).length, 24);
  assert.deepEqual(hours(ofHours(["0", "1", "22", "23"])), ["22", "23", "0", "1"]);
  assert.deepEqual(hours(ofHours(["21"])), ["22", "23"]);
  assert.equal(ofHours(["7", "8"])[0].said, "07:00 to 07:59");
});

test("a mark replaces the marks, is added to its own kind, and clears itself", () => {
  assert.equal(after("", "decile:2", false), "decile:2");
  assert.equal(after("decile:2", "decile:10", true), "decile:2,10");
  assert.equal(after("decile:2,10", "decile:2", true), "decile:10");
  assert.equal(after("decile:2", "decile:2", false), "");
  assert.equal(after("decile:2", "class:HH", true), "class:HH", "of one kind only");
  assert.equal(after("class:LL", "class:HH", true), "class:LL,HH", "classes stay in the order of the choice");
});

test("of what is saved only the sound is read, and the newer replaces its namesake", () => {
  const view = { name: "a", kind: "view", search: "?level=ward" };
  const set = { name: "a", kind: "set", search: "?set=E01000001" };
  const unsound = [null, 7, { ...view, search: "https://elsewhere.example" }, { ...view, kind: "page" }, { kind: "view" }];
  assert.deepEqual(read(JSON.stringify([view, ...unsound])), [view]);
  assert.throws(() => read("{}"));
  const newer = { ...view, search: "" };
  assert.deepEqual(merged([view, set], [newer]), [set, newer]);
});

test("of places that have these letters the one of that name or code comes first, and no more than there is room for", () => {
  const groups = (...all) => all.map(([group, ...labels]) => ({ group, items: labels.map((label) => ({ label, value: label })) }));
  const options = groups(["Towns", "Farley Hill", "Luton"], ["Wards", "Farleys · Luton · E2", "Farley · Luton · E1"]);
  const labels = (search, limit) => found({ options, search, limit }).flatMap(({ items }) => items.map(({ label }) => label));
  assert.deepEqual(labels(" farley"), ["Farley · Luton · E1", "Farleys · Luton · E2", "Farley Hill"]);
  assert.deepEqual(labels("e1"), ["Farley · Luton · E1"]);
  assert.deepEqual(labels("luton", 2), ["Luton", "Farleys · Luton · E2"]);
  assert.deepEqual(labels("nowhere"), []);
});

test("the table is text of tabs and lines", () => {
  const columns = [{ field: "rank", kind: "rank", head: "#" }, { field: "name", kind: "area", head: "Area" }, { field: "count", kind: "number", head: "Count" }];
  const rows = [{ code: "E1", rank: "1", name: "Luton", ward: "South", count: "12" }, { code: "E2", name: "Harpur", count: "*" }];
  assert.equal(asText(columns, rows), "Code\tRank\tArea\tWard\tCount\nE1\t1\tLuton\tSouth\t12\nE2\t\tHarpur\t\t*");
});

test("numbers with marks are put in order, and what is none comes first", () => {
  assert.deepEqual(["1,234", "3=", "*", "20", "–"].sort(byNumber), ["–", "*", "3=", "20", "1,234"]);
});
