import sharp from 'sharp';
import { MAX_PICTURE_PIXELS } from '../../domain/work/reference-assets.ts';
import { createAtMost } from '../at-most.ts';
import { hasC2pa } from './has-c2pa.ts';

/** Decoding holds a picture's pixels: of a large one that is laced, 500 MB for a second. */
const MAX_AT_ONCE = 2;

/** Every pixel is decoded, and of a large picture this is made of them: nothing is kept. */
const THUMBNAIL = { width: 8, height: 8, fit: 'fill' } as const;

/** A megabyte. To shrink a picture of 120 pixels' width takes longer than to decode it: 1.1 ms of CPU in place of 0.5. */
const SMALL_PIXELS = 512 * 512;

/** Of all pictures of an animation: seven seconds of CPU. Of one with more the first is decoded. */
const MAX_ANIMATED_PIXELS = 250_000_000;

/** The decoders of what we take; no other reads a byte that came from outside. */
const DECODERS = [
  'VipsForeignLoadPngBuffer',
  'VipsForeignLoadJpegBuffer',
  'VipsForeignLoadWebpBuffer',
  'VipsForeignLoadNsgifBuffer',
];

/** By what libvips calls a format that it has recognised by its bytes. */
const MEDIA_TYPES: ReadonlyMap<string, string> = new Map([
  ['png', 'image/png'],
  ['jpeg', 'image/jpeg'],
  ['webp', 'image/webp'],
  ['gif', 'image/gif'],
]);

/** The last byte of a GIF. What comes before the end of its first picture alone is noticed by the decoder. */
const GIF_TRAILER = 0x3b;

/** The last chunk of a PNG, which has nothing in it. The decoder does not miss it, or a part of it. */
const PNG_END = Buffer.from('0000000049454e44ae426082', 'hex');

type PictureFault = 'damaged' | 'too_many_pixels';

type Picture = {
  readonly mediaType: string;
  readonly width: number;
  readonly height: number;
  readonly hasC2pa: boolean;
};

/**
 * What is made of a decoder's doubts: bytes that mean nothing, a scan that ends early, a colour that is none. A service's file with such is broken. Cameras write
 * some that every viewer shows well: a customer's is taken as long as there is all of it.
 */
type OnDoubt = 'refuse' | 'accept';

/** Decodes a picture to its end, and says what it is. `read` is called when it is its turn. */
export type InspectPicture = (
  read: () => Promise<Buffer>,
  onDoubt?: OnDoubt,
) => Promise<Picture | PictureFault>;

/**
 * Decodes pictures, two at a time in a process. The number of pixels is looked at before any is decoded, so that a small file
 * does not become a large memory. Sets up the process's libvips: one thread a picture, no cache, our four decoders.
 */
export function createInspectPicture(): InspectPicture {
  sharp.cache(false);
  sharp.concurrency(1);
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: DECODERS });
  const atMost = createAtMost(MAX_AT_ONCE);
  return (read, onDoubt = 'refuse') => atMost(async () => inspect(await read(), onDoubt));
}

async function inspect(file: Buffer, onDoubt: OnDoubt): Promise<Picture | PictureFault> {
  try {
    const { width, height, format, pages = 1 } = await sharp(file, { limitInputPixels: false }).metadata();
    if (width * height > MAX_PICTURE_PIXELS) return 'too_many_pixels';
    const pixels = width * height * pages;
    const animated = pages > 1 && pixels <= MAX_ANIMATED_PIXELS;
    const failOn = onDoubt === 'refuse' ? 'warning' : 'truncated';
    const picture = sharp(file, { failOn, animated, limitInputPixels: false });
    const kept = pixels > SMALL_PIXELS ? picture.resize(THUMBNAIL) : picture;
    await kept.raw().toBuffer();
    const mediaType = MEDIA_TYPES.get(format);
    if (mediaType === undefined || !hasEnd(file, mediaType)) return 'damaged';
    return { mediaType, width, height, hasC2pa: hasC2pa(file, mediaType) };
  } catch {
    return 'damaged';
  }
}

/** Where a decoder takes a file without its last bytes. */
function hasEnd(file: Buffer, mediaType: string): boolean {
  switch (mediaType) {
    case 'image/gif':
      return hasGifTrailer(file);
    case 'image/png':
      return file.includes(PNG_END);
    default:
      return true;
  }
}

/** Zeros behind it are the filling of some programs. */
function hasGifTrailer(file: Buffer): boolean {
  let last = file.length - 1;
  while (last > 0 && file[last] === 0) last -= 1;
  return file[last] === GIF_TRAILER;
}
