import { crc32, deflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Each row has the differences to the pixel on its left, which suits gradients and costs one pass. */
const FILTER_SUB = 1;

/** Level 3 takes half the time of 6 and gives 3 % more bytes on these pictures. */
const COMPRESSION_LEVEL = 3;

/**
 * Encodes opaque RGBA pixels as an RGB PNG tagged sRGB. The canvas can write PNG itself, but tries every filter on
 * every row: 350 ms for an ad of 1080 × 1350 where this takes 100, for a file 7 % larger than this one's.
 */
export function encodePng(rgba: Uint8Array | Uint8ClampedArray, width: number, height: number): Buffer {
  const rowBytes = 1 + width * 3;
  const rows = Buffer.alloc(rowBytes * height);
  for (let y = 0, from = 0; y < height; y += 1) {
    let to = y * rowBytes;
    rows[to++] = FILTER_SUB;
    let red = 0;
    let green = 0;
    let blue = 0;
    for (let x = 0; x < width; x += 1, from += 4) {
      const [r, g, b] = [rgba[from] as number, rgba[from + 1] as number, rgba[from + 2] as number];
      rows[to++] = r - red;
      rows[to++] = g - green;
      rows[to++] = b - blue;
      [red, green, blue] = [r, g, b];
    }
  }
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', headerOf(width, height)),
    chunk('sRGB', Buffer.from([0])),
    chunk('IDAT', deflateSync(rows, { level: COMPRESSION_LEVEL })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** 8 bits per channel, three channels, not interlaced. */
function headerOf(width: number, height: number): Buffer {
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0]);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  return header;
}

function chunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(content.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
