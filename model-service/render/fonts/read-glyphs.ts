import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';

/** The numbers of table names in WOFF2 that are needed. 63: the name itself follows. */
const CMAP = 0;
const TRANSFORMED_UNLESS_3 = [10, 11]; // glyf, loca
const NAMED = 63;

const HEADER_BYTES = 48;

/**
 * Returns the code points for which a WOFF2 font file has glyphs. Throws RangeError for a character map of another
 * format.
 */
export function readGlyphs(path: string): ReadonlySet<number> {
  const cmap = readCmap(readFileSync(path));
  const codes = new Set<number>();
  const tables = cmap.readUInt16BE(2);
  for (let index = 0; index < tables; index += 1) {
    const table = cmap.subarray(cmap.readUInt32BE(8 + 8 * index));
    switch (table.readUInt16BE(0)) {
      case 4:
        addSegments(table, codes);
        break;
      case 12:
        addGroups(table, codes);
        break;
      case 14: // variation sequences: of code points that stand in another table
        break;
      default:
        throw new RangeError(
          `${path} has a character map of format ${String(table.readUInt16BE(0))}, which is not read`,
        );
    }
  }
  return codes;
}

/** W3C "WOFF File Format 2.0", 4.1: the directory of tables in front, then all of them in one Brotli stream. */
function readCmap(file: Buffer): Buffer {
  let at = HEADER_BYTES;
  const number = (): number => {
    for (let value = 0; ;) {
      const byte = file.readUInt8(at++);
      value = value * 128 + (byte & 127);
      if (byte < 128) return value;
    }
  };
  let [offset, place] = [0, { start: 0, bytes: 0 }];
  for (let left = file.readUInt16BE(12); left > 0; left -= 1) {
    const flags = file.readUInt8(at++);
    const [name, version] = [flags & 63, flags >> 6];
    if (name === NAMED) at += 4;
    const original = number();
    const isTransformed = TRANSFORMED_UNLESS_3.includes(name) ? version !== 3 : version !== 0;
    const bytes = isTransformed ? number() : original;
    if (name === CMAP) place = { start: offset, bytes };
    offset += bytes;
  }
  const tables = brotliDecompressSync(file.subarray(at, at + file.readUInt32BE(20)));
  return tables.subarray(place.start, place.start + place.bytes);
}

/** OpenType "cmap", format 4: segments of the first plane. */
function addSegments(table: Buffer, codes: Set<number>): void {
  const size = table.readUInt16BE(6);
  for (let at = 0; at < size; at += 2) {
    const last = table.readUInt16BE(14 + at);
    const first = table.readUInt16BE(16 + size + at);
    const delta = table.readUInt16BE(16 + 2 * size + at);
    const offsetAt = 16 + 3 * size + at;
    const offset = table.readUInt16BE(offsetAt);
    for (let code = first; code <= last && code < 0xffff; code += 1) {
      const listed = offset === 0 ? code : table.readUInt16BE(offsetAt + offset + 2 * (code - first));
      if (listed !== 0 && ((listed + delta) & 0xffff) !== 0) codes.add(code);
    }
  }
}

/** OpenType "cmap", format 12: groups of any plane. */
function addGroups(table: Buffer, codes: Set<number>): void {
  const groups = table.readUInt32BE(12);
  for (let at = 16; at < 16 + 12 * groups; at += 12) {
    const [first, last, glyph] = [
      table.readUInt32BE(at),
      table.readUInt32BE(at + 4),
      table.readUInt32BE(at + 8),
    ];
    for (let code = first; code <= last; code += 1) if (glyph + code - first !== 0) codes.add(code);
  }
}
