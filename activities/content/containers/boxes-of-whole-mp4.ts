import type { ReadRange } from '../read-in-blocks.ts';

/** A film in fragments has two boxes for each: enough for ten minutes at ten fragments a second. */
const MAX_BOXES = 12_000;

/** Length and name, and a length of 64 bits after them if the first one is 1. */
const HEADER_BYTES = 16;

/** The names of the boxes at the top of a file. */
type Mp4Boxes = ReadonlySet<string>;

/**
 * Returns the boxes of an MP4 or QuickTime file (ISO/IEC 14496-12); null: they do not fill the file exactly, or index
 * or data is missing. A broken upload may begin well and end anywhere.
 */
export async function boxesOfWholeMp4(read: ReadRange, bytes: number): Promise<Mp4Boxes | null> {
  const names = new Set<string>();
  let at = 0;
  for (let box = 0; box < MAX_BOXES && at < bytes; box++) {
    const header = Buffer.from(await read(at, Math.min(bytes, at + HEADER_BYTES)));
    const length = boxLengthOf(header, bytes - at);
    if (length === null) return null;
    names.add(header.toString('latin1', 4, 8));
    at += length;
  }
  return at === bytes && names.has('moov') && names.has('mdat') ? names : null;
}

/** Null: the bytes are no box. A length of 0 reaches to the end of the file. */
function boxLengthOf(header: Buffer, left: number): number | null {
  if (header.length < 8) return null;
  const length = header.readUInt32BE(0);
  if (length === 0) return left;
  if (length === 1) return header.length < HEADER_BYTES ? null : Number(header.readBigUInt64BE(8));
  return length < 8 ? null : length;
}
