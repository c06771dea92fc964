import type { ReadRange } from '../read-in-blocks.ts';

/** A page's header up to the number of its segments (RFC 3533, 6). */
const HEADER_BYTES = 27;
const CHECKSUM_AT = 22;
const SEGMENTS_AT = 26;

/** RFC 3533, 6. Unlike zlib's CRC-32 it takes the highest bit first and begins with zeros. */
const POLYNOMIAL = 0x04c11db7;

const CRC_OF_BYTE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit += 1) crc = crc < 0 ? (crc << 1) ^ POLYNOMIAL : crc << 1;
  return crc;
});

/** Returns whether pages of Ogg fill a file exactly, each with its checksum. */
export async function isWholeOgg(read: ReadRange, bytes: number): Promise<boolean> {
  for (let at = 0; at < bytes;) {
    const page = await readPage(read, at, bytes);
    if (page === null || !hasChecksum(page)) return false;
    at += page.length;
  }
  return bytes > 0;
}

async function readPage(read: ReadRange, at: number, bytes: number): Promise<Buffer | null> {
  if (at + HEADER_BYTES > bytes) return null;
  const header = Buffer.from(await read(at, at + HEADER_BYTES));
  if (header.toString('latin1', 0, 4) !== 'OggS') return null;
  const bodyAt = at + HEADER_BYTES + (header[SEGMENTS_AT] ?? 0);
  if (bodyAt > bytes) return null;
  const segments = await read(at + HEADER_BYTES, bodyAt);
  const end = segments.reduce((sum, length) => sum + length, bodyAt);
  return end > bytes ? null : Buffer.from(await read(at, end));
}

function hasChecksum(page: Buffer): boolean {
  const stated = page.readUInt32LE(CHECKSUM_AT);
  page.writeUInt32LE(0, CHECKSUM_AT);
  let crc = 0;
  for (const byte of page) crc = (crc << 8) ^ (CRC_OF_BYTE[(crc >>> 24) ^ byte] ?? 0);
  return crc >>> 0 === stated;
}
