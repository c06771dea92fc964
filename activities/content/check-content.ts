import { buffer } from 'node:stream/consumers';
import type { Asset, AssetStore } from '../../assets/asset-store.ts';
import { createInspectMedia, type InspectMedia } from './inspect-media.ts';
import { createInspectPicture, type InspectPicture } from './inspect-picture.ts';
import { textTypeOf } from './inspect-text.ts';

/** What a result is to be. */
export type ExpectedContent = {
  /** Any one of them. */
  readonly mediaTypes: readonly string[];
  /** Of a film or a sound; a picture and a text have none. */
  readonly durationSeconds?: number | undefined;
  /** Of a picture or a film. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
};

/** What a result is, by its own bytes. */
type Content = {
  readonly mediaType: string;
  readonly width: number | null;
  readonly height: number | null;
  readonly durationSeconds: number | null;
  /** Whether a picture carries a C2PA manifest; absent: it is no picture. */
  readonly hasC2pa?: boolean;
};

type ContentFault =
  'wrong_type' | 'damaged' | 'too_large' | 'too_many_pixels' | 'wrong_dimensions' | 'wrong_duration';

type CheckedContent =
  | { readonly outcome: 'whole'; readonly content: Content }
  | { readonly outcome: 'refused'; readonly fault: ContentFault };

export type CheckContent = (
  asset: Pick<Asset, 'sha256' | 'bytes'>,
  expected: ExpectedContent,
  assets: AssetStore,
) => Promise<CheckedContent>;

const MIB = 1024 * 1024;

/**
 * The largest file of a family that is taken. A picture and a text are read whole, two pictures at a time; a film of 60 s in high
 * quality is 30 MB, and one of ten minutes in the best there is about a gigabyte.
 */
const MAX_BYTES = { image: 32 * MIB, video: 1_024 * MIB, audio: 256 * MIB, text: 4 * MIB } as const;
type Family = keyof typeof MAX_BYTES;

/** Models count in frames and round: five seconds come as 5.04. */
const DURATION_TOLERANCE = { seconds: 1, share: 0.1 } as const;

/** The most that a result of what is expected may have. */
export function maxBytesOf({ mediaTypes }: ExpectedContent): number {
  return Math.max(...mediaTypes.map((type) => MAX_BYTES[familyOf(type)]));
}

/**
 * Says what a stored file is by its own bytes, whatever its service called it, and whether that is what was asked for: one of the media
 * types, readable to its end, of the length and size. Rejects only when our own store fails.
 */
export function createCheckContent(
  inspectPicture: InspectPicture = createInspectPicture(),
  inspectMedia: InspectMedia = createInspectMedia(),
): CheckContent {
  return async (asset, expected, assets) => {
    const families = [...new Set(expected.mediaTypes.map(familyOf))];
    let fault: ContentFault = 'wrong_type';
    for (const family of families) {
      if (asset.bytes > MAX_BYTES[family]) {
        fault = 'too_large';
        continue;
      }
      const content = await inspectAs(family, asset, assets);
      if (typeof content === 'object') return judge(content, expected);
      fault = content;
    }
    return { outcome: 'refused', fault };
  };

  async function inspectAs(
    family: Family,
    { sha256 }: Pick<Asset, 'sha256'>,
    assets: AssetStore,
  ): Promise<Content | ContentFault> {
    switch (family) {
      case 'image': {
        const picture = await inspectPicture(() => readWhole(assets, sha256));
        return typeof picture === 'string' ? picture : { ...picture, durationSeconds: null };
      }
      case 'video':
      case 'audio':
        return inspectMedia(sha256, assets);
      case 'text': {
        const mediaType = textTypeOf(await readWhole(assets, sha256));
        return mediaType === null
          ? 'damaged'
          : { mediaType, width: null, height: null, durationSeconds: null };
      }
    }
  }
}

function familyOf(mediaType: string): Family {
  const [family] = mediaType.split('/');
  return family === 'image' || family === 'video' || family === 'audio' ? family : 'text';
}

function judge(content: Content, expected: ExpectedContent): CheckedContent {
  const { mediaTypes, durationSeconds, width = content.width, height = content.height } = expected;
  if (!isAmong(content.mediaType, mediaTypes)) return { outcome: 'refused', fault: 'wrong_type' };
  if (content.width !== width || content.height !== height)
    return { outcome: 'refused', fault: 'wrong_dimensions' };
  const isTimed = durationSeconds !== undefined && content.durationSeconds !== null;
  if (isTimed && !isAbout(content.durationSeconds, durationSeconds))
    return { outcome: 'refused', fault: 'wrong_duration' };
  return { outcome: 'whole', content };
}

/** JSON and captions are plain text too, where any text will do. */
function isAmong(mediaType: string, allowed: readonly string[]): boolean {
  const isText = familyOf(mediaType) === 'text';
  return allowed.includes(mediaType) || (isText && allowed.includes('text/plain'));
}

function isAbout(seconds: number, asked: number): boolean {
  const tolerance = Math.max(DURATION_TOLERANCE.seconds, asked * DURATION_TOLERANCE.share);
  return Math.abs(seconds - asked) <= tolerance;
}

async function readWhole(assets: AssetStore, sha256: string): Promise<Buffer> {
  const opened = await assets.open(sha256);
  if (opened === null) throw new Error(`asset ${sha256} is not in the store`);
  return buffer(opened.stream);
}
