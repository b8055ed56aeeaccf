/** How do the scripts hang together? One start reaches them all, and no import runs in a circle. */

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const HOME = new URL("../../assets/", import.meta.url);

const scripts = readdirSync(HOME, { recursive: true, encoding: "utf8" })
  .map((name) => name.replaceAll("\\", "/"))
  .filter((name) => name.endsWith(".mjs"));

/** Script -> the scripts that it imports. */
const imports = new Map(scripts.map((name) => {
  const home = new URL(name, HOME);
  const found = [...readFileSync(home, "utf8").matchAll(/^(?:import|\} from)[^;]*?"(\.{1,2}\/[^"]+)";$/gm)];
  return [name, found.map(([, path]) => new URL(path, home).href.slice(HOME.href.length))];
}));

test("every script is reached from the one that starts the page, or the file to take along", () => {
  const reached = new Set(["start.mjs", "take/take.mjs"]);
  for (const name of reached) imports.get(name).forEach((other) => reached.add(other));
  assert.deepEqual([...reached].sort(), [...scripts].sort());
});

test("no import runs in a circle", () => {
  const left = new Map(imports);
  for (let before = -1; before !== left.size;) {
    before = left.size;
    for (const [name, others] of left) if (!others.some((other) => left.has(other))) left.delete(name);
  }
  assert.deepEqual([...left.keys()], []);
});

test("no script knows another through the window of the page", () => {
  for (const name of scripts) assert.doesNotMatch(readFileSync(new URL(name, HOME), "utf8"), /window\.(hotspots|fetch)/, name);
});
