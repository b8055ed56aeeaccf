/**
 * Where are views and sets kept? On the server for who has logged in, theirs or their team's; else by this browser.
 *
 * @typedef {import("./keeping.mjs").Saved} Saved
 */

import { toast } from "../page/messages.mjs";
import { handed } from "../page/handed.mjs";
import { merged, read, same } from "./keeping.mjs";

const STORE = "hotspots.saved";
const ADDRESS = "saved";
const GONE = "The dashboard does not answer, so nothing was saved. See that it is still running, then try again.";

const browser = {
  async all() {
    try {
      return read(localStorage.getItem(STORE) ?? "[]");
    } catch {
      return []; // this browser keeps nothing for the page, or something else
    }
  },
  async keep(some) {
    return this.store(merged(await this.all(), some));
  },
  async drop(one) {
    return this.store((await this.all()).filter((other) => !same(one, other)));
  },
  store(all) {
    try {
      localStorage.setItem(STORE, JSON.stringify(all));
    } catch {
      toast("This browser keeps nothing for this page; copy the link instead.");
    }
    return all;
  },
};

const server = {
  team: "",
  all() {
    return this.ask();
  },
  async keep(some) {
    let all = await this.all();
    for (const one of some) all = await this.ask("POST", one);
    return all;
  },
  drop(one) {
    return this.ask("DELETE", one);
  },
  async ask(method = "GET", body = undefined) {
    const sent = body && { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
    let answer;
    try {
      answer = await fetch(ADDRESS, { method, ...sent });
    } catch {
      throw new Error(GONE);
    }
    if (!answer.ok) throw new Error(await answer.text());
    const { team, saved } = await answer.json();
    this.team = team;
    return saved;
  },
};

/** @type {{team?: string, all(): Promise<Saved[]>, keep(some: Saved[]): Promise<Saved[]>, drop(one: Saved): Promise<Saved[]>}} */
export const shelf = handed.account ? server : browser;
