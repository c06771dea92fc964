import { createBitReader } from './read-bits.ts';

/**
 * How the units of a packet are separated: each after its length, in so many bytes (ISO/IEC 14496-15), or after start
 * codes (0: H.264 Annex B).
 */
type NalFormat = { readonly lengthBytes: number };

/** The first bit of a unit, which is never set (H.264 7.3.1, H.265 7.3.1.2). */
const FORBIDDEN_BIT = 0x80;

/** The most zeros after a unit. */
const MAX_PADDING_BYTES = 64;

/** The offset of lengthSizeMinusOne in avcC and in hvcC. */
const LENGTH_SIZE_AT = { avc: 4, hevc: 21 } as const;

const AVC = { slice: 1, dataPartitionA: 2, idr: 5, sei: 6 } as const;
/** Types above `lastPicture` are reserved, or are no pictures. */
const HEVC = { lastPicture: 31, firstRandomAccess: 16, lastRandomAccess: 23 } as const;

/** H.264 table 7-6: I and SI, of one slice or of all slices of a picture. */
const INTRA_SLICES: readonly number[] = [2, 4, 7, 9];
const MAX_SLICE_TYPE = 9;
const MAX_PARAMETER_SET = 255;

/** The longest first three fields of a slice header, with the bytes that emulation prevention adds. */
const SLICE_START_BYTES = 16;

export function readNalFormat(codec: 'avc' | 'hevc', description: Buffer): NalFormat {
  const at = description[LENGTH_SIZE_AT[codec]];
  return { lengthBytes: at === undefined ? 0 : (at & 3) + 1 };
}

/**
 * Returns whether H.264 units fill a packet exactly, its slices have legal headers, and a first packet can be decoded
 * without another.
 */
export function isAvcPacket(packet: Buffer, format: NalFormat, isFirst: boolean): boolean {
  const units = unitsIn(packet, format);
  if (units === null || !units.every(isUnit)) return false;
  const slices = units.map(readAvcSlice);
  if (slices.includes('illegal')) return false;
  const hasRecoveryPoint = units.some((unit) => typeOfAvc(unit) === AVC.sei);
  // Only the first slice has to be intra: the second field of a first picture may refer to the first.
  return !isFirst || hasRecoveryPoint || slices.find((slice) => slice !== 'none') !== 'other';
}

/**
 * Returns whether H.265 units fill a packet exactly, each has a temporal layer, and decoding can begin at a first
 * picture.
 */
export function isHevcPacket(packet: Buffer, format: NalFormat, isFirst: boolean): boolean {
  const units = unitsIn(packet, format);
  if (units === null || !units.every(isUnit) || !units.every(hasTemporalId)) return false;
  const picture = units.map(typeOfHevc).find((type) => type <= HEVC.lastPicture);
  if (!isFirst || picture === undefined) return true;
  return picture >= HEVC.firstRandomAccess && picture <= HEVC.lastRandomAccess;
}

const typeOfAvc = (unit: Buffer) => (unit[0] ?? 0) & 0x1f;
const typeOfHevc = (unit: Buffer) => ((unit[0] ?? 0) >> 1) & 0x3f;
/** nuh_temporal_id_plus1 is never 0. */
const hasTemporalId = (unit: Buffer) => unit.length > 1 && ((unit[1] ?? 0) & 7) > 0;

/**
 * Reads the beginning of a slice: first macroblock, type, parameter set (H.264 7.3.3). `none`: the unit is no slice.
 */
function readAvcSlice(unit: Buffer): 'none' | 'intra' | 'other' | 'illegal' {
  const type = typeOfAvc(unit);
  if (type === AVC.idr) return readSliceType(unit) === null ? 'illegal' : 'intra';
  if (type !== AVC.slice && type !== AVC.dataPartitionA) return 'none';
  return readSliceType(unit) ?? 'illegal';
}

function readSliceType(unit: Buffer): 'intra' | 'other' | null {
  const bits = createBitReader(withoutEmulationPrevention(unit.subarray(1, SLICE_START_BYTES)));
  bits.readGolomb();
  const sliceType = bits.readGolomb();
  const parameterSet = bits.readGolomb();
  if (bits.isPastEnd() || sliceType > MAX_SLICE_TYPE || parameterSet > MAX_PARAMETER_SET) return null;
  return INTRA_SLICES.includes(sliceType) ? 'intra' : 'other';
}

function withoutEmulationPrevention(bytes: Buffer): Buffer {
  return Buffer.from(
    bytes.filter((byte, at) => !(byte === 3 && at > 1 && bytes[at - 1] === 0 && bytes[at - 2] === 0)),
  );
}

function isUnit(unit: Buffer): boolean {
  return ((unit[0] ?? FORBIDDEN_BIT) & FORBIDDEN_BIT) === 0 && !hasForbiddenZeros(unit);
}

/** The units of a packet; null: they do not fill it exactly. */
function unitsIn(packet: Buffer, { lengthBytes }: NalFormat): Buffer[] | null {
  return lengthBytes === 0 ? unitsBehindStartCodes(packet) : unitsBehindLengths(packet, lengthBytes);
}

function unitsBehindLengths(packet: Buffer, lengthBytes: number): Buffer[] | null {
  const units: Buffer[] = [];
  let at = 0;
  while (at + lengthBytes < packet.length) {
    const begin = at + lengthBytes;
    const end = begin + packet.readUIntBE(at, lengthBytes);
    if (end === begin || end > packet.length) return null;
    units.push(packet.subarray(begin, end));
    at = end;
  }
  return at === packet.length ? units : null;
}

const START_CODE = Buffer.from([0, 0, 1]);

function unitsBehindStartCodes(packet: Buffer): Buffer[] | null {
  const first = packet.indexOf(START_CODE);
  if (first === -1 || first > MAX_PADDING_BYTES || packet.subarray(0, first).some((byte) => byte !== 0))
    return null;
  const units: Buffer[] = [];
  for (let begin = first + START_CODE.length; begin < packet.length;) {
    const next = packet.indexOf(START_CODE, begin);
    const end = next === -1 ? packet.length : next;
    units.push(packet.subarray(begin, end));
    begin = end + START_CODE.length;
  }
  return units;
}

const TWO_ZEROS = Buffer.alloc(2);

/** Within a unit two zeros are followed by a 3 or more (emulation prevention). Some encoders pad its end with zeros. */
function hasForbiddenZeros(unit: Buffer): boolean {
  for (let at = unit.indexOf(TWO_ZEROS); at !== -1; at = unit.indexOf(TWO_ZEROS, at + 2)) {
    if ((unit[at + 2] ?? 3) > 2) continue;
    const rest = unit.subarray(at);
    return rest.length > MAX_PADDING_BYTES || !rest.every((byte) => byte === 0);
  }
  return false;
}
