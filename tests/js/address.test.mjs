/** How is a question written in an address? */

import assert from "node:assert/strict";
import { test } from "node:test";

import { changed, dress, only, strip, without, write, writeCodes, writeCycle, written } from "../../assets/page/address.mjs";

const RULES = {
  clears: { source: ["category", "compare"], layer: ["compare", "mark"], level: ["area", "set"] },
  stays: { compare: ["view", "compare"], mark: ["mark", "decile:|quintile:"] },
  defaults: { level: "lsoa", from: "2019-01" },
};
const SCREEN = { theme: ["light", "dark"] };

test("a change sets a parameter and keeps the order of the others", () => {
  assert.equal(changed("?level=ward&hour=19-6", { hour: "7" }, RULES), "?level=ward&hour=7");
  assert.equal(changed("", { set: "E01000001,E01000002" }, RULES), "?set=E01000001,E01000002");
});

test("defaults and what is empty are left out", () => {
  assert.equal(changed("?level=ward&day=mon", { level: "lsoa", day: "" }, RULES), "");
  assert.equal(changed("?from=2019-02", { from: "2019-01" }, RULES), "");
});

test("what makes no sense any more goes, unless it is changed too", () => {
  assert.equal(changed("?source=ae&category=fall", { source: "police" }, RULES), "?source=police");
  assert.equal(changed("?area=E01000001", { level: "ward", area: "E05000001" }, RULES), "?area=E05000001&level=ward");
});

test("it stays where the rules say so", () => {
  assert.equal(changed("?view=compare&compare=usual", { layer: "imd" }, RULES), "?view=compare&compare=usual&layer=imd");
  assert.equal(changed("?compare=usual", { layer: "imd" }, RULES), "?layer=imd");
  assert.equal(changed("?mark=decile:1", { layer: "imd" }, RULES), "?mark=decile:1&layer=imd");
  assert.equal(changed("?mark=class:HH", { layer: "imd" }, RULES), "?layer=imd");
});

test("the theme is no part of a question, unless it is none that the screen knows", () => {
  assert.equal(strip("?theme=dark&level=ward&theme=light", SCREEN), "?level=ward");
  assert.equal(strip("?theme=dark", SCREEN), "");
  assert.equal(strip("?theme=blue", SCREEN), "?theme=blue");
  assert.equal(strip("?note=a%20b", SCREEN), "?note=a%20b", "the rest stays letter by letter");
});

test("a question is dressed in the theme that was stripped from it", () => {
  assert.equal(dress("?level=ward", "theme=dark"), "?level=ward&theme=dark");
  assert.equal(dress("", "theme=dark"), "?theme=dark");
  assert.equal(dress("?level=ward", ""), "?level=ward");
});

test("the values of controls are written without blanks", () => {
  assert.deepEqual([true, false, null, ["7", "9"], "10, 20"].map(write), ["on", "off", "", "7,9", "10,20"]);
});

test("a run of hours is written as one range, round midnight too", () => {
  assert.equal(writeCycle(["0", "1", "22", "23"], 24), "22-1");
  assert.equal(writeCycle(["7", "9"], 24), "7,9");
  assert.equal(writeCycle(["7"], 24), "7");
  assert.equal(writeCycle([...Array(24).keys()], 24), "");
  assert.equal(writeCycle([], 24), "");
});

test("codes one after the other are written as a run, as the server reads them", () => {
  assert.equal(writeCodes(["E01000001", "E01000002", "E01000003", "E01000009"]), "E01000001-2,E01000009");
  assert.equal(writeCodes(["E01000002", "E01000001", "W01000002"]), "E01000002,E01000001,W01000002");
});

test("parts of an address", () => {
  assert.equal(without("?area=E01000001&hour=7,9", "area", "?level=lsoa"), "?hour=7,9");
  assert.equal(without("?area=E01000001", "area", "?level=lsoa"), "?level=lsoa", "it works as a link");
  assert.equal(only("?mark=decile:1&hour=7&level=ward", ["hour", "mark"]), "?mark=decile:1&hour=7");
  assert.equal(written(new URLSearchParams()), "");
});
