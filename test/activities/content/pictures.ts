import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { noiseOf } from './noise.ts';

const FRAME = { width: 120, height: 90, channels: 3 } as const;

/** Noise, so that bytes stand for pixels all over the file; the same each time, for what a damaged file shows depends on its bytes. */
const noise = (brightness: number) => {
  const pixels = noiseOf(FRAME.width * FRAME.height * FRAME.channels).map(
    (byte) => 50 + brightness + (byte >> 1),
  );
  return sharp(pixels, { raw: FRAME });
};

/** A whole picture of each type that a brief may refer to. */
export const PICTURES = {
  'image/png': () => noise(0).png().toBuffer(),
  'image/jpeg': () => noise(0).jpeg({ progressive: true }).toBuffer(),
  'image/webp': () => noise(0).webp().toBuffer(),
  'image/gif': () => noise(0).gif().toBuffer(),
} as const;

export const baselineJpeg = () => noise(0).jpeg().toBuffer();

async function animation() {
  const frames = await Promise.all([0, 20, 40, 60].map((seed) => noise(seed).png().toBuffer()));
  return sharp(frames, { join: { animated: true } });
}

export const animatedGif = async (): Promise<Buffer> => (await animation()).gif().toBuffer();
export const animatedWebp = async (): Promise<Buffer> =>
  (await animation()).webp({ lossless: true }).toBuffer();

/** A small file of many pixels. */
export function blackPng(width: number, height: number): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: '#000' } })
    .png({ compressionLevel: 9 })
    .toBuffer();
}

/** A JUMBF box of a manifest store, as far as anything here looks into it. */
export const MANIFEST = Buffer.from(
  '\0\0\0\x1cjumb\0\0\0\x14jumdc2pa\0\x11\0\x10\x80\0\0\xaa\0c2pa\0',
  'latin1',
);

/** With a manifest of C2PA behind the header of a PNG, which is 33 bytes with its signature. */
export function withPngManifest(png: Buffer): Buffer {
  const data = Buffer.concat([Buffer.from('caBX'), MANIFEST]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(MANIFEST.length);
  checksum.writeUInt32BE(crc32(data));
  return Buffer.concat([png.subarray(0, 33), length, data, checksum, png.subarray(33)]);
}
