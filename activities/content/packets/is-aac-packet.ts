import { createBitReader, type BitReader } from './read-bits.ts';

/** What a track says of its packets; null where they are built otherwise, or it does not say (ISO/IEC 14496-3, 1.6.2). */
type AacConfig = { readonly maxBytes: number } | null;

/** LC, and LC below SBR and PS: what services and encoders make. */
const LOW_COMPLEXITY: readonly number[] = [2, 5, 29];

/** id_syn_ele (ISO/IEC 14496-3, table 4.85). */
const ELEMENT = {
  singleChannel: 0,
  channelPair: 1,
  lowFrequency: 3,
  data: 4,
  program: 5,
  filling: 6,
  end: 7,
} as const;

/** Nothing but the end, for a moment without sound. */
const MAX_EMPTY_BYTES = 2;

/** Of data and filling before the first channel. */
const MAX_BEFORE_CHANNELS = 4;

const EIGHT_SHORT = 2;
/** More scale factor bands than this has no sampling rate. */
const MAX_LONG_BANDS = 51;
/** Of section_data: a book that is reserved. */
const RESERVED_BOOK = 12;

/** A block of one channel is at most 6144 bits (4.5.3.1); beside the channels there may be filling. */
const MAX_CHANNEL_BYTES = 768;

export function readAacConfig(description: Buffer): AacConfig {
  if (description.length < 2) return null;
  const bits = createBitReader(description);
  const objectType = bits.read(5);
  const frequency = bits.read(4);
  if (frequency === 15) bits.read(24);
  const channels = bits.read(4);
  // Without a number of channels the first packets say how many there are.
  const maxBytes = channels === 0 ? Number.MAX_SAFE_INTEGER : MAX_CHANNEL_BYTES * (channels + 1);
  return LOW_COMPLEXITY.includes(objectType) ? { maxBytes } : null;
}

/**
 * Whether a packet begins as a block of sound does: its first channel has windows and sections that fill the bands it names. What follows, its
 * Huffman codes, is not read.
 */
export function isAacPacket(packet: Buffer, config: AacConfig): boolean {
  if (config === null) return true;
  if (packet.length > config.maxBytes) return false;
  const bits = createBitReader(packet);
  for (let element = 0; element <= MAX_BEFORE_CHANNELS; element += 1) {
    switch (bits.read(3)) {
      case ELEMENT.singleChannel:
      case ELEMENT.lowFrequency:
        bits.read(4);
        return isChannel(bits, null);
      case ELEMENT.channelPair:
        bits.read(4);
        return isPair(bits);
      case ELEMENT.filling:
        skipFilling(bits);
        break;
      // Written by few, and long: not read.
      case ELEMENT.data:
      case ELEMENT.program:
        return true;
      case ELEMENT.end:
        return packet.length <= MAX_EMPTY_BYTES;
      default:
        return false;
    }
  }
  return true;
}

function skipFilling(bits: BitReader): void {
  const count = bits.read(4);
  const bytes = count === 15 ? 14 + bits.read(8) : count;
  for (let byte = 0; byte < bytes; byte += 1) bits.read(8);
}

type Windows = { readonly isShort: boolean; readonly bands: number; readonly groups: number };

function isPair(bits: BitReader): boolean {
  if (bits.read(1) === 0) return isChannel(bits, null);
  const windows = readWindows(bits);
  if (windows === null) return false;
  const mask = bits.read(2);
  if (mask === 3) return false;
  if (mask === 1) for (let flag = 0; flag < windows.groups * windows.bands; flag += 1) bits.read(1);
  return isChannel(bits, windows);
}

/** individual_channel_stream up to its sections. */
function isChannel(bits: BitReader, common: Windows | null): boolean {
  bits.read(8);
  const windows = common ?? readWindows(bits);
  return windows !== null && hasSections(bits, windows) && !bits.isPastEnd();
}

/** ics_info; null where a bit is set that never is, or there are more bands than any rate has. */
function readWindows(bits: BitReader): Windows | null {
  if (bits.read(1) !== 0) return null;
  const isShort = bits.read(2) === EIGHT_SHORT;
  bits.read(1);
  if (isShort) {
    const bands = bits.read(4);
    const grouping = bits.read(7);
    // A window begins a group of its own where its bit is 0; the first always does.
    const grouped = [0, 1, 2, 3, 4, 5, 6].filter((bit) => ((grouping >> bit) & 1) === 1).length;
    return { isShort, bands, groups: 8 - grouped };
  }
  const bands = bits.read(6);
  // No sound of low complexity is predicted.
  const hasPrediction = bits.read(1) === 1;
  return bands > MAX_LONG_BANDS || hasPrediction ? null : { isShort, bands, groups: 1 };
}

/** section_data: in each group books are named for all bands, no more and no fewer. */
function hasSections(bits: BitReader, { isShort, bands, groups }: Windows): boolean {
  const lengthBits = isShort ? 3 : 5;
  const escape = 2 ** lengthBits - 1;
  for (let group = 0; group < groups; group += 1) {
    for (let band = 0; band < bands;) {
      if (bits.read(4) === RESERVED_BOOK || bits.isPastEnd()) return false;
      let part = escape;
      let length = 0;
      while (part === escape && length <= bands) {
        part = bits.read(lengthBits);
        length += part;
      }
      band += length;
      if (band > bands) return false;
    }
  }
  return true;
}
