import { buffer } from 'node:stream/consumers';
import type { Asset, AssetStore } from '../../assets/asset-store.ts';
import { createInspectMedia, type InspectMedia } from './inspect-media.ts';
import { createInspectPicture, type InspectPicture } from './inspect-picture.ts';
import { textTypeOf } from './inspect-text.ts';

/** The type, length and size that a result must have. */
export type ExpectedContent = {
  /** The result has one of them. */
  readonly mediaTypes: readonly string[];
  /** The length of a film or a sound; absent: not checked. A picture and a text have none. */
  readonly durationSeconds?: number | undefined;
  /** Pixels of a picture or a film; absent: not checked. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
};

/** What a result is by its bytes. */
type Content = {
  readonly mediaType: string;
  readonly width: number | null;
  readonly height: number | null;
  readonly durationSeconds: number | null;
  /** Whether a picture carries a C2PA manifest; absent: the result is no picture. */
  readonly hasC2pa?: boolean;
};

export type ContentFault =
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
 * The largest accepted file of each family. Pictures and texts are read whole, two pictures at a time. A film of 60 s
 * in high quality has 30 MB, and one of ten minutes in the highest quality about 1 GB.
 */
const MAX_BYTES = { image: 32 * MIB, video: 1_024 * MIB, audio: 256 * MIB, text: 4 * MIB } as const;
type Family = keyof typeof MAX_BYTES;

/** Models count in frames and round: a film of 5 s may have 5.04 s. */
const DURATION_TOLERANCE = { seconds: 1, share: 0.1 } as const;

/** The largest accepted size of such a result, in bytes. */
export function maxBytesOf({ mediaTypes }: ExpectedContent): number {
  return Math.max(...mediaTypes.map((type) => MAX_BYTES[familyOf(type)]));
}

/**
 * Returns the check of a stored file by its bytes, whatever its service declared: it has one of the media types, can be
 * read to its end, and has the length and size. The check rejects only when our own store fails.
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

/** JSON and captions count as plain text where that is accepted. */
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
