/**
 * Which rules does the page share with the server? Those that the server handed over with the page.
 *
 * @typedef {object} AddressRules
 * @property {Record<string, string[]>} clears parameter -> what no longer makes sense once it changes
 * @property {Record<string, [string, string]>} stays what stays all the same, while a parameter has a value of a pattern
 * @property {Record<string, number>} cycles size of those whose values go round, as the hours of a day, from 0
 * @property {string} plain address of everything
 * @property {Record<string, string[]>} screen parameters that only the screen heeds, with the values that it knows
 *
 * @typedef {object} Handed
 * @property {string} version of the data
 * @property {import("../map/map.mjs").Config} map
 * @property {AddressRules} address
 * @property {Record<string, string[]>} reads piece of the page -> the parameters that it depends on
 * @property {boolean} account whether who asks has logged in, so that the server keeps what they save
 * @property {boolean} slides whether who asks may take slides away
 * @property {string} control what the id of a control begins with, before its parameter
 * @property {string[]} days the days of a week in an address, from its first
 * @property {number} mostAreas areas that a set has at most
 * @property {object} plot how Plotly is told to behave
 * @property {string} plotly where it is
 */

/** @type {Handed} */
export const handed = JSON.parse(document.getElementById("handed").textContent);
