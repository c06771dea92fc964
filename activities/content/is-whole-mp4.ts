import type { AssetStore } from '../../assets/asset-store.ts';

/** A film has a handful of boxes at its top; one with more than this is none of ours. */
const MAX_BOXES = 64;

/** Length and name, and a length of 64 bits after them where the first says 1. */
const HEADER_BYTES = 16;

/**
 * Whether a stored file is an MP4 from its first byte to its last (ISO/IEC 14496-12): its boxes fill it exactly, and index
 * and data are among them. What a broken upload leaves may begin well and end anywhere.
 */
export async function isWholeMp4(assets: AssetStore, sha256: string): Promise<boolean> {
  const names = new Set<string>();
  let at = 0;
  for (let box = 0; box < MAX_BOXES; box++) {
    const opened = await assets.open(sha256, { start: at, end: at + HEADER_BYTES - 1 });
    if (opened === null) return false;
    const header = Buffer.concat((await opened.stream.toArray()) as Buffer[]);
    const length = boxLengthOf(header, opened.bytes - at);
    if (length === null) return false;
    names.add(header.toString('latin1', 4, 8));
    at += length;
    if (at === opened.bytes) return names.has('moov') && names.has('mdat');
    if (at > opened.bytes) return false;
  }
  return false;
}

/** Null for what is no box. A length of 0 reaches to the end of the file. */
function boxLengthOf(header: Buffer, left: number): number | null {
  if (header.length < 8) return null;
  const length = header.readUInt32BE(0);
  if (length === 0) return left;
  if (length === 1) return header.length < HEADER_BYTES ? null : Number(header.readBigUInt64BE(8));
  return length < 8 ? null : length;
}
