/** RFC 9639, 9.1: 14 ones and a zero. */
const SYNC = 0xfff8;
const SYNC_MASK = 0xfffe;

/** Header and footer of the smallest. */
const MIN_FRAME_BYTES = 10;

/** RFC 9639, 9.3: x^16 + x^15 + x^2 + 1 over the whole frame. */
const POLYNOMIAL = 0x8005;

const CRC_OF_BYTE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ POLYNOMIAL;
  return crc;
});

/** An ID3v1 tag at the end of a file is read as a part of the last frame. */
const TAG_BYTES = 128;

/** Whether a FLAC frame has its checksum. */
export function isFlacFrame(packet: Buffer): boolean {
  const hasTag =
    packet.toString('latin1', packet.length - TAG_BYTES, packet.length - TAG_BYTES + 3) === 'TAG';
  const frame = hasTag ? packet.subarray(0, -TAG_BYTES) : packet;
  if (frame.length < MIN_FRAME_BYTES || (frame.readUInt16BE(0) & SYNC_MASK) !== SYNC) return false;
  let crc = 0;
  for (const byte of frame) crc = ((crc << 8) & 0xffff) ^ (CRC_OF_BYTE[(crc >> 8) ^ byte] ?? 0);
  return crc === 0;
}
