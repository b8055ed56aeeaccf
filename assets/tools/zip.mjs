/** How far is a ZIP archive that comes in pieces, and is it whole? */

const ENTRY = [0x50, 0x4b, 0x03, 0x04]; // begins each file of an archive
const END = [0x50, 0x4b, 0x05, 0x06]; // begins its last 22 bytes, which tell the number of files
const END_BYTES = 22;

const starts = (bytes, at, mark) => mark.every((byte, i) => bytes[at + i] === byte);

function joined(...parts) {
  const all = new Uint8Array(parts.reduce((total, { length }) => total + length, 0));
  parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
  return all;
}

/** Count the files that begin in an archive: told one piece after the other, it says how many there are so far. */
export function counter() {
  let rest = new Uint8Array();
  let found = 0;
  return (piece) => {
    const bytes = joined(rest, piece);
    for (let at = bytes.indexOf(ENTRY[0]); at >= 0; at = bytes.indexOf(ENTRY[0], at + 1)) {
      if (at + ENTRY.length <= bytes.length && starts(bytes, at, ENTRY)) found += 1;
    }
    rest = bytes.slice(Math.max(0, bytes.length - ENTRY.length + 1));
    return found;
  };
}

/**
 * Whether an archive is whole and holds so many files.
 *
 * @param {Blob} archive
 * @param {number} number
 */
export async function whole(archive, number) {
  const end = new Uint8Array(await archive.slice(-END_BYTES).arrayBuffer());
  return end.length === END_BYTES && starts(end, 0, END) && end[10] + 256 * end[11] === number;
}
