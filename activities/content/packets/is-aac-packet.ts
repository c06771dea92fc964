import { createBitReader, type BitReader } from './read-bits.ts';

/**
 * What a track says about its packets (ISO/IEC 14496-3, 1.6.2); null: nothing, or they are of a profile that is not
 * checked.
 */
type AacConfig = { readonly maxBytes: number } | null;

/** LC, and SBR and PS on top of LC: what services and encoders make. */
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

/** The longest packet of a moment without sound: it has only the end element. */
const MAX_EMPTY_BYTES = 2;

/** Elements of data and filling before the first channel. */
const MAX_BEFORE_CHANNELS = 4;

const EIGHT_SHORT = 2;
/** No sampling rate has more scale factor bands. */
const MAX_LONG_BANDS = 51;
/** The reserved codebook of section_data. */
const RESERVED_BOOK = 12;

/** A block of one channel has at most 6,144 bits (4.5.3.1). A packet may have one more for filling. */
const MAX_CHANNEL_BYTES = 768;

export function readAacConfig(description: Buffer): AacConfig {
  if (description.length < 2) return null;
  const bits = createBitReader(description);
  const objectType = bits.read(5);
  const frequency = bits.read(4);
  if (frequency === 15) bits.read(24);
  const channels = bits.read(4);
  // The first packets state the number of channels.
  const maxBytes = channels === 0 ? Number.MAX_SAFE_INTEGER : MAX_CHANNEL_BYTES * (channels + 1);
  return LOW_COMPLEXITY.includes(objectType) ? { maxBytes } : null;
}

/**
 * Returns whether a packet begins like a block of sound: the sections of its first channel fill the bands that it
 * names. Its Huffman codes, which follow, are not read.
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
      // Rare and long: not read.
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

/** ics_info; null: the reserved bit is set, there are more bands than any sampling rate has, or it is predicted. */
function readWindows(bits: BitReader): Windows | null {
  if (bits.read(1) !== 0) return null;
  const isShort = bits.read(2) === EIGHT_SHORT;
  bits.read(1);
  if (isShort) {
    const bands = bits.read(4);
    const grouping = bits.read(7);
    // A window whose bit is 0 begins a group; the first window always does.
    const grouped = [0, 1, 2, 3, 4, 5, 6].filter((bit) => ((grouping >> bit) & 1) === 1).length;
    return { isShort, bands, groups: 8 - grouped };
  }
  const bands = bits.read(6);
  // The low complexity profile has no prediction.
  const hasPrediction = bits.read(1) === 1;
  return bands > MAX_LONG_BANDS || hasPrediction ? null : { isShort, bands, groups: 1 };
}

/** section_data: in each group the sections cover all bands exactly. */
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
