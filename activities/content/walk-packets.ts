import type { EncodedPacketSink, InputAudioTrack, InputVideoTrack } from 'mediabunny';

/** NAL unit types begin a unit, behind a bit that is never set (H.264 7.3.1, H.265 7.3.1.2). */
const FORBIDDEN_BIT = 0x80;

/** Shorter ones may well be zeros, as an empty subtitle is. */
const MIN_ZEROS_BYTES = 8;

/** Of zeros behind a unit. */
const MAX_PADDING_BYTES = 64;

/** Where a track ends, and what its last packet holds. */
export type TrackEnd = { readonly seconds: number; readonly lastPacket: Uint8Array };

/**
 * Reads a track packet by packet to its end. Returns where it ends; null where one is missing, empty or not as its codec
 * makes them. Pictures and sound are not decoded: no decoder is there. What was overwritten with zeros, moved or cut off is found all the same.
 */
export async function endOfTrack(
  sink: EncodedPacketSink,
  track: InputVideoTrack | InputAudioTrack,
): Promise<TrackEnd | null> {
  const codec = await track.getCodec();
  if (codec === null) return null;
  const isWhole = await createPacketCheck(codec, track);
  let seconds = 0;
  let hasKeyPacket = false;
  let lastPacket: Uint8Array = new Uint8Array();
  for await (const packet of sink.packets()) {
    if (!isWhole(packet.data)) return null;
    hasKeyPacket ||= packet.type === 'key';
    seconds = Math.max(seconds, packet.timestamp + packet.duration);
    lastPacket = packet.data;
  }
  return hasKeyPacket ? { seconds, lastPacket } : null;
}

type PacketCheck = (data: Uint8Array) => boolean;

async function createPacketCheck(
  codec: string,
  track: InputVideoTrack | InputAudioTrack,
): Promise<PacketCheck> {
  if (/pcm|ulaw|alaw/.test(codec)) return (data) => data.length > 0;
  const lengthBytes = nalLengthBytesOf(codec, (await track.getDecoderConfig())?.description);
  if (lengthBytes === null) return (data) => data.length > 0 && !isZeros(data);
  return (data) => data.length > 0 && isOfNalUnits(data, lengthBytes);
}

/** Of how many bytes the length before each unit is; null for what is not made of such units. */
function nalLengthBytesOf(codec: string, description: unknown): number | null {
  const bytes = bytesOf(description);
  // ISO/IEC 14496-15: lengthSizeMinusOne of avcC and of hvcC.
  const at = codec === 'avc' ? bytes[4] : codec === 'hevc' ? bytes[21] : undefined;
  return at === undefined ? null : (at & 3) + 1;
}

/** None for what is no buffer: types of browsers are not known here. */
function bytesOf(description: unknown): Uint8Array {
  if (ArrayBuffer.isView(description))
    return new Uint8Array(description.buffer, description.byteOffset, description.byteLength);
  return description instanceof ArrayBuffer ? new Uint8Array(description) : new Uint8Array();
}

/** Whether units fill a packet exactly, none of them holding what only stands between units. */
function isOfNalUnits(data: Uint8Array, lengthBytes: number): boolean {
  const packet = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  let at = 0;
  while (at + lengthBytes < packet.length) {
    const begin = at + lengthBytes;
    const end = begin + packet.readUIntBE(at, lengthBytes);
    if (end === begin || end > packet.length) return false;
    if (((packet[begin] ?? 0) & FORBIDDEN_BIT) !== 0) return false;
    if (hasForbiddenZeros(packet.subarray(begin, end))) return false;
    at = end;
  }
  return at === packet.length;
}

const TWO_ZEROS = Buffer.alloc(2);

/** Two zeros are followed by a 3 or more within a unit (emulation prevention). A few at its end are padding of some encoders. */
function hasForbiddenZeros(unit: Buffer): boolean {
  for (let at = unit.indexOf(TWO_ZEROS); at !== -1; at = unit.indexOf(TWO_ZEROS, at + 2)) {
    if ((unit[at + 2] ?? 3) > 2) continue;
    const rest = unit.subarray(at);
    return rest.length > MAX_PADDING_BYTES || !rest.every((byte) => byte === 0);
  }
  return false;
}

function isZeros(bytes: Uint8Array): boolean {
  return bytes.length >= MIN_ZEROS_BYTES && bytes.every((byte) => byte === 0);
}
