import sharp from 'sharp';
import { MAX_PICTURE_PIXELS } from '../../domain/work/reference-assets.ts';
import { createAtMost } from '../at-most.ts';
import { hasC2pa } from './has-c2pa.ts';

/** Pictures that a process decodes at once. A large interlaced picture takes 500 MB of memory for a second. */
const MAX_AT_ONCE = 2;

/** A large picture is shrunk to this after every pixel is decoded, so that its pixels are not kept. */
const THUMBNAIL = { width: 8, height: 8, fit: 'fill' } as const;

/**
 * A picture of up to 1 MB of pixels is not shrunk: for one 120 pixels wide that takes 1.1 ms of CPU in place of 0.5.
 */
const SMALL_PIXELS = 512 * 512;

/** The pixels of all frames of an animation: seven seconds of CPU. Of a larger one only the first frame is decoded. */
const MAX_ANIMATED_PIXELS = 250_000_000;

/** The decoders of the accepted formats. No other decoder reads bytes from outside. */
const DECODERS = [
  'VipsForeignLoadPngBuffer',
  'VipsForeignLoadJpegBuffer',
  'VipsForeignLoadWebpBuffer',
  'VipsForeignLoadNsgifBuffer',
];

/** Media types by the names that libvips gives to formats, which it recognises by their bytes. */
const MEDIA_TYPES: ReadonlyMap<string, string> = new Map([
  ['png', 'image/png'],
  ['jpeg', 'image/jpeg'],
  ['webp', 'image/webp'],
  ['gif', 'image/gif'],
]);

/** The last byte of a GIF. The decoder notices a missing end only within the first frame. */
const GIF_TRAILER = 0x3b;

/** The last chunk of a PNG, which is empty. The decoder accepts a file without it, or with a part of it. */
const PNG_END = Buffer.from('0000000049454e44ae426082', 'hex');

type PictureFault = 'damaged' | 'too_many_pixels';

type Picture = {
  readonly mediaType: string;
  readonly width: number;
  readonly height: number;
  readonly hasC2pa: boolean;
};

/**
 * What a decoder's warnings mean: meaningless bytes, a scan that ends early, an invalid colour. `refuse`: a service's
 * file with a warning is broken. `accept`: a customer's picture only has to be complete, since cameras write faults
 * that every viewer shows well.
 */
type OnDoubt = 'refuse' | 'accept';

/**
 * Decodes a picture to its end and returns what it is. `read` is called when its turn has come. Rejects when `read`
 * does.
 */
export type InspectPicture = (
  read: () => Promise<Buffer>,
  onDoubt?: OnDoubt,
) => Promise<Picture | PictureFault>;

/**
 * Returns the inspection of pictures, two at a time in a process. The number of pixels is checked before any is
 * decoded, so that a small file cannot take a large memory. Sets up libvips for the process: one thread per picture, no
 * cache, our four decoders.
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

/** Returns whether a file has its last bytes, for formats whose decoder does not miss them. */
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

/** Some programs add zeros after it. */
function hasGifTrailer(file: Buffer): boolean {
  let last = file.length - 1;
  while (last > 0 && file[last] === 0) last -= 1;
  return file[last] === GIF_TRAILER;
}
