/**
 * Which areas of a country, what shape, from near by? Files with the same number of areas each, that follow one another:
 * those of areas that are looked at are fetched.
 */

import { Ground } from "./ground.mjs";

const NEARER = 8.5; // zoom from which shapes for who looks from afar show their corners
const MOST = 12_000; // areas that are drawn from near by at once

export class Near {
  #fetched = new Map(); // promises by number of the file
  #grounds = new Map();
  #each;
  #fetch;
  #come;

  /**
   * @param {number} areas
   * @param {number} files
   * @param {(file: number) => Promise<ArrayBuffer>} fetch
   * @param {(ground: Ground) => void} come is told of those that have come
   */
  constructor(areas, files, fetch, come) {
    this.#each = Math.ceil(areas / files);
    this.#fetch = fetch;
    this.#come = come;
  }

  /** Whether so many areas are drawn from near by, where they are here. */
  static wanted = (areas, zoom) => zoom >= NEARER && areas <= MOST;

  #file(id) {
    return Math.floor(id / this.#each);
  }

  /** The shapes that an area is among; undefined where they are not here. @returns {Ground|undefined} */
  ground(id) {
    return this.#grounds.get(this.#file(id));
  }

  /** Whether all of some areas are here. */
  has(ids) {
    return ids.every((id) => this.#grounds.has(this.#file(id)));
  }

  /** Resolves when all of some areas are here. */
  fetch(ids) {
    return Promise.all([...new Set(ids.map((id) => this.#file(id)))].map((file) => {
      if (!this.#fetched.has(file)) {
        this.#fetched.set(file, this.#load(file).catch((fault) => {
          this.#fetched.delete(file);
          throw fault;
        }));
      }
      return this.#fetched.get(file);
    }));
  }

  async #load(file) {
    const ground = new Ground(await this.#fetch(file), null, file * this.#each);
    this.#grounds.set(file, ground);
    this.#come(ground);
  }
}
