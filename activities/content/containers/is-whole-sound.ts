import type { ReadRange } from '../read-in-blocks.ts';
import { ID3V1_BYTES, isId3v1 } from './id3v1.ts';

/**
 * The most bytes of a file that are neither frame nor tag. A writer that leaves each frame a byte short stays below it;
 * a lost frame does not.
 */
const MAX_JUNK = { share: 0.01, bytes: 2_048 } as const;

/** Bytes that are searched at once for the next frame. */
const WINDOW_BYTES = 4_096;

/** Enough of a tag or a frame to read its length. */
const HEADER_BYTES = 32;

/** ID3v2 and APEv2 (its header or its footer). */
const ID3V2_HEADER_BYTES = 10;
const APE_HEADER_BYTES = 32;
const APE_IS_HEADER = 0x20000000;

/** `kind` is the same for all frames of a sound; `length` is in bytes. */
type Frame = { readonly kind: number; readonly length: number };
type ReadFrame = (bytes: Buffer) => Frame | null;

/**
 * Returns whether frames fill a sound without an index exactly. Players search for the next frame and skip what was
 * overwritten, so a sound whose half is noise plays half as long. Tags may be anywhere: several files may have been
 * joined.
 */
export async function isWholeSound(read: ReadRange, bytes: number, codec: 'mp3' | 'adts'): Promise<boolean> {
  const readFrame = codec === 'mp3' ? readMpegFrame : readAdtsFrame;
  const maxJunk = Math.min(MAX_JUNK.bytes, bytes * MAX_JUNK.share);
  let kind: number | null = null;
  let junk = 0;
  for (let at = 0; at < bytes;) {
    const header = Buffer.from(await read(at, Math.min(bytes, at + HEADER_BYTES)));
    const frame = readFrame(header);
    const length: number | null =
      frame !== null && (kind ?? frame.kind) === frame.kind ? frame.length : tagLengthOf(header);
    if (length !== null) {
      if (frame !== null) kind = frame.kind;
      at += length;
      // The last frame or tag is cut off.
      if (at > bytes) return false;
      continue;
    }
    // The search begins a byte earlier: some writers leave a frame a byte short.
    const from = Math.max(0, at - 1);
    const window = Buffer.from(await read(from, Math.min(bytes, from + WINDOW_BYTES)));
    const next = from + nextIn(window, readFrame, kind);
    junk += Math.max(1, next - at);
    at = next;
    if (junk > maxJunk) return false;
  }
  return kind !== null;
}

/** Returns the offset in a window where a frame of this sound, or a tag, begins; its length: none does. */
function nextIn(window: Buffer, readFrame: ReadFrame, kind: number | null): number {
  for (let at = 0; at < window.length; at += 1) {
    const here = window.subarray(at, at + HEADER_BYTES);
    const frame = here[0] === 0xff ? readFrame(here) : null;
    if ((frame !== null && (kind ?? frame.kind) === frame.kind) || tagLengthOf(here) !== null) return at;
  }
  return window.length;
}

function tagLengthOf(header: Buffer): number | null {
  if (isId3v1(header)) return ID3V1_BYTES;
  const name = header.toString('latin1', 0, 8);
  if (name.startsWith('ID3') && header.length >= ID3V2_HEADER_BYTES)
    return header.subarray(6, 10).reduce((size, byte) => size * 128 + byte, 0) + ID3V2_HEADER_BYTES;
  if (name !== 'APETAGEX' || header.length < APE_HEADER_BYTES) return null;
  // The size counts the footer but not the header, so it ends where the footer begins, which is read next.
  const isHeader = (header.readUInt32LE(20) & APE_IS_HEADER) !== 0;
  return isHeader ? header.readUInt32LE(12) : APE_HEADER_BYTES;
}

const MPEG_1 = 3;
/** kbit/s by layer (1, 2, 3) of MPEG 1, and of MPEG 2 and 2.5 (ISO/IEC 11172-3, 2.4.2.3; 13818-3, 2.4.2.3). */
const BIT_RATES = {
  first: [
    [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  ],
  second: [
    [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
    [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  ],
} as const;
const SAMPLE_RATES = [44_100, 48_000, 32_000] as const;

function readMpegFrame(bytes: Buffer): Frame | null {
  if (bytes.length < 4 || bytes.readUInt16BE(0) >> 5 !== 0x7ff) return null;
  const word = bytes.readUInt32BE(0);
  const version = (word >> 19) & 3;
  const layer = 4 - ((word >> 17) & 3);
  const isFirst = version === MPEG_1;
  const rate = BIT_RATES[isFirst ? 'first' : 'second'][layer - 1]?.[((word >> 12) & 15) - 1];
  const sampleRate = SAMPLE_RATES[(word >> 10) & 3];
  if (version === 1 || rate === undefined || sampleRate === undefined) return null;
  const hertz = sampleRate / (isFirst ? 1 : version === 2 ? 2 : 4);
  const padding = (word >> 9) & 1;
  const samplesPerByte = layer === 3 && !isFirst ? 72 : 144;
  const length =
    layer === 1
      ? (Math.floor((12_000 * rate) / hertz) + padding) * 4
      : Math.floor((samplesPerByte * 1_000 * rate) / hertz) + padding;
  return { kind: (version << 8) | (layer << 4) | ((word >> 10) & 3), length };
}

const ADTS_HEADER_BYTES = 7;

/** ISO/IEC 13818-7, 6.2: version, layer and rate, and the length with the header. */
function readAdtsFrame(bytes: Buffer): Frame | null {
  if (bytes.length < ADTS_HEADER_BYTES || (bytes.readUInt16BE(0) & 0xfff6) !== 0xfff0) return null;
  const length = (bytes.readUInt32BE(2) >> 5) & 0x1fff;
  return length < ADTS_HEADER_BYTES ? null : { kind: (bytes[2] ?? 0) & 0xfc, length };
}
