import sharp from 'sharp';
import { MAX_REFERENCE_PIXELS, type ReferenceRefusal } from '../../domain/reference-assets.ts';
import { createAtMost } from '../at-most.ts';

/** Decoding holds a picture's pixels: of a large one that is laced, 500 MB for a second. */
const MAX_AT_ONCE = 2;

/** Every pixel is decoded, and this is made of them: nothing is kept. */
const THUMBNAIL = { width: 8, height: 8, fit: 'fill' } as const;

/** The decoders of what we take; no other reads a byte that a stranger sent. */
const DECODERS = [
  'VipsForeignLoadPngBuffer',
  'VipsForeignLoadJpegBuffer',
  'VipsForeignLoadWebpBuffer',
  'VipsForeignLoadNsgifBuffer',
];

/** The last byte of a GIF. What comes before the end of its first picture alone is noticed by the decoder. */
const GIF_TRAILER = 0x3b;

type PictureFault = Extract<ReferenceRefusal, 'damaged' | 'too_many_pixels'>;

/** Decodes a picture to its end; null: it is whole. `read` is called when it is its turn. */
export type CheckPicture = (read: () => Promise<Buffer>, contentType: string) => Promise<PictureFault | null>;

/**
 * Decodes pictures, two at a time in a process. The number of pixels is looked at before any is decoded, so that a small file
 * does not become a large memory. Sets up the process's libvips: one thread a picture, no cache, our four decoders.
 */
export function createCheckPicture(): CheckPicture {
  sharp.cache(false);
  sharp.concurrency(1);
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: DECODERS });
  const atMost = createAtMost(MAX_AT_ONCE);
  return (read, contentType) => atMost(async () => faultOf(await read(), contentType));
}

async function faultOf(file: Buffer, contentType: string): Promise<PictureFault | null> {
  try {
    const { width, height } = await sharp(file, { limitInputPixels: false }).metadata();
    if (width * height > MAX_REFERENCE_PIXELS) return 'too_many_pixels';
    const picture = sharp(file, { failOn: 'truncated', limitInputPixels: MAX_REFERENCE_PIXELS });
    await picture.resize(THUMBNAIL).raw().toBuffer();
  } catch {
    return 'damaged';
  }
  return contentType === 'image/gif' && !hasGifTrailer(file) ? 'damaged' : null;
}

/** Zeros behind it are the filling of some programs. */
function hasGifTrailer(file: Buffer): boolean {
  let last = file.length - 1;
  while (last > 0 && file[last] === 0) last -= 1;
  return file[last] === GIF_TRAILER;
}
