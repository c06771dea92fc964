import { ID3V1_BYTES, isId3v1 } from '../containers/id3v1.ts';

/** RFC 9639, 9.1: 13 ones and two zeros. */
const SYNC = 0xfff8;
const SYNC_MASK = 0xfffe;

/** The smallest frame: its header and its footer. */
const MIN_FRAME_BYTES = 10;

/** RFC 9639, 9.3: x^16 + x^15 + x^2 + 1 over the whole frame. */
const POLYNOMIAL = 0x8005;

const CRC_OF_BYTE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ POLYNOMIAL;
  return crc;
});

/** Returns whether a FLAC frame begins with the sync code and has its checksum. */
export function isFlacFrame(packet: Buffer): boolean {
  // The reader takes an ID3v1 tag at the end of a file for a part of the last frame.
  const frame = isId3v1(packet.subarray(-ID3V1_BYTES)) ? packet.subarray(0, -ID3V1_BYTES) : packet;
  if (frame.length < MIN_FRAME_BYTES || (frame.readUInt16BE(0) & SYNC_MASK) !== SYNC) return false;
  let crc = 0;
  for (const byte of frame) crc = ((crc << 8) & 0xffff) ^ (CRC_OF_BYTE[(crc >> 8) ^ byte] ?? 0);
  return crc === 0;
}
