import type { ReadRange } from '../read-in-blocks.ts';

/** A film of an hour has about 400,000 blocks, a few hundred in each cluster. */
const MAX_ELEMENTS = 2_000_000;

/** The longest id and the longest size (RFC 8794, 17.1). */
const HEADER_BYTES = 12;

const EBML = 0x1a45dfa3;
const SEGMENT = 0x18538067;
const CLUSTER = 0x1f43b675;

/**
 * The elements at the top, in a segment and in a cluster (RFC 9559, 5.1). It is one set, because a cluster of unknown
 * length ends where an element of its segment begins, and a segment of unknown length where another file begins.
 */
const EXPECTED: ReadonlySet<number> = new Set([
  ...[
    EBML,
    SEGMENT,
    CLUSTER,
    0x114d9b74,
    0x1549a966,
    0x1654ae6b,
    0x1c53bb6b,
    0x1941a469,
    0x1043a770,
    0x1254c367,
  ],
  ...[0xe7, 0x5854, 0xa7, 0xab, 0xa3, 0xa0, 0xaf],
  // Void and CRC-32.
  ...[0xec, 0xbf],
]);

type Element = { readonly id: number; readonly begin: number; readonly end: number | null };

/**
 * Returns whether elements of Matroska fill a file exactly. Bytes that are no element were overwritten; an element that
 * ends after the file was cut off. A writer that streams leaves the length of a segment or a cluster open.
 */
export async function isWholeWebm(read: ReadRange, bytes: number): Promise<boolean> {
  let hasCluster = false;
  let at = 0;
  for (let count = 0; count < MAX_ELEMENTS && at < bytes; count += 1) {
    const element = await readElement(read, at, bytes);
    if (element === null || !EXPECTED.has(element.id)) return false;
    hasCluster ||= element.id === CLUSTER;
    // The elements within segments and clusters are read too, whatever the length of these.
    const isEntered = element.id === SEGMENT || element.id === CLUSTER;
    if (!isEntered && element.end === null) return false;
    at = isEntered ? element.begin : (element.end ?? bytes);
  }
  return at === bytes && hasCluster;
}

/** Null: the bytes are no element, or it ends after the file. */
async function readElement(read: ReadRange, at: number, bytes: number): Promise<Element | null> {
  const header = Buffer.from(await read(at, Math.min(bytes, at + HEADER_BYTES)));
  const idBytes = lengthOf(header[0], 4);
  const sizeBytes = idBytes === null ? null : lengthOf(header[idBytes], 8);
  if (idBytes === null || sizeBytes === null || header.length < idBytes + sizeBytes) return null;
  const id = header.readUIntBE(0, idBytes);
  const begin = at + idBytes + sizeBytes;
  const size = sizeIn(header.subarray(idBytes, idBytes + sizeBytes));
  if (size === null) return { id, begin, end: null };
  return begin + size > bytes ? null : { id, begin, end: begin + size };
}

/** Returns the length of a number in bytes, by the zero bits that begin it; null: it is above `most`. */
function lengthOf(first: number | undefined, most: number): number | null {
  const length = first === undefined ? most + 1 : Math.clz32(first) - 23;
  return length > most ? null : length;
}

/** Null: every bit is set, so the size is unknown. */
function sizeIn(field: Buffer): number | null {
  const marker = 2 ** (8 - field.length);
  const first = (field[0] ?? 0) - marker;
  if (first === marker - 1 && field.subarray(1).every((byte) => byte === 0xff)) return null;
  return field.subarray(1).reduce((size, byte) => size * 256 + byte, first);
}
