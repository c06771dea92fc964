import type { CustomSource, Input } from 'mediabunny';
import type { AssetStore } from '../../assets/asset-store.ts';
import { createAtMost } from '../at-most.ts';
import { isCutWave, RIFF_HEADER_BYTES } from './containers/is-cut-wave.ts';
import { boxesOfWholeMp4 } from './containers/boxes-of-whole-mp4.ts';
import { isWholeOgg } from './containers/is-whole-ogg.ts';
import { isWholeSound } from './containers/is-whole-sound.ts';
import { isWholeWebm } from './containers/is-whole-webm.ts';
import { endOfTrack } from './packets/walk-packets.ts';
import { createReadInBlocks } from './read-in-blocks.ts';

/** Each holds a cache of its own. */
const MAX_AT_ONCE = 4;

/** Of a file, held in memory while it is looked at. */
const CACHE_BYTES = 1024 * 1024;

/** What is asked for at once, whatever a broken index says of the length of a sample. */
const MAX_READ_BYTES = 16 * 1024 * 1024;

/** A film has one or two tracks; with more than this it is none of ours. */
const MAX_TRACKS = 16;

/** How far the length that a file states and that of what is in it may differ: a frame here, a padded sound there. */
const STATED_TOLERANCE = { seconds: 1, share: 0.05 } as const;

type Media = {
  readonly mediaType: string;
  readonly durationSeconds: number;
  /** Null for sound alone. */
  readonly width: number | null;
  readonly height: number | null;
};

/** What a film or a sound is by its own bytes; `damaged` where it is neither, or not to its end. */
export type InspectMedia = (sha256: string, assets: AssetStore) => Promise<Media | 'damaged'>;

/**
 * Reads films and sounds, four at a time in a process: their index, and every packet of every track. The file is never in memory as a whole.
 * Nothing is decoded: Node.js has no decoder of films.
 */
export function createInspectMedia(): InspectMedia {
  const atMost = createAtMost(MAX_AT_ONCE);
  return (sha256, assets) => atMost(() => inspect(sha256, assets));
}

async function inspect(sha256: string, assets: AssetStore): Promise<Media | 'damaged'> {
  // Loaded with the first film: a worker that makes pictures does without.
  const media = await import('mediabunny');
  const formats = [
    media.MP4,
    media.QTFF,
    media.WEBM,
    media.MP3,
    media.WAVE,
    media.OGG,
    media.FLAC,
    media.ADTS,
  ];
  const source = sourceOptions(sha256, assets);
  const input = new media.Input({ formats, source: new media.CustomSource(source) });
  try {
    // Captions and chapters are no reason to refuse a film.
    const tracks = [...(await input.getVideoTracks()), ...(await input.getAudioTracks())];
    if (tracks.length === 0 || tracks.length > MAX_TRACKS) return 'damaged';
    const mediaType = (await input.getMimeType()).split(';')[0]?.trim() ?? '';
    const container = await readContainer(mediaType, source);
    if (container === 'damaged') return 'damaged';
    let durationSeconds = 0;
    for (const track of tracks) {
      const end = await endOfTrack(new media.EncodedPacketSink(track), track);
      if (end === null) return 'damaged';
      durationSeconds = Math.max(durationSeconds, end);
    }
    if (!(durationSeconds > 0) || !(await isAsStated(input, durationSeconds, container))) return 'damaged';
    const film = await input.getPrimaryVideoTrack();
    const width = film === null ? null : await film.getDisplayWidth();
    const height = film === null ? null : await film.getDisplayHeight();
    return { mediaType, durationSeconds, width, height };
  } catch (error) {
    if (error instanceof NotReadable) throw error;
    return 'damaged';
  } finally {
    input.dispose();
  }
}

/** `grown`: what stands at its beginning was written before the rest was known, or joined to it. */
type Container = 'whole' | 'grown';

/** Readers of most formats look for the next thing they know, and leave out what is not whole: here nothing is left out. */
async function readContainer(
  mediaType: string,
  { getSize, read }: ReturnType<typeof sourceOptions>,
): Promise<Container | 'damaged'> {
  const bytes = await getSize();
  switch (mediaType) {
    case 'video/mp4':
    case 'audio/mp4':
    case 'video/quicktime': {
      const boxes = await boxesOfWholeMp4(read, bytes);
      return boxes === null ? 'damaged' : boxes.has('moof') ? 'grown' : 'whole';
    }
    case 'video/webm':
    case 'audio/webm':
      return orDamaged(await isWholeWebm(read, bytes));
    case 'audio/ogg':
      return orDamaged(await isWholeOgg(read, bytes));
    case 'audio/mpeg':
      return (await isWholeSound(read, bytes, 'mp3')) ? 'grown' : 'damaged';
    case 'audio/aac':
      return orDamaged(await isWholeSound(read, bytes, 'adts'));
    case 'audio/wav':
      return orDamaged(!isCutWave(Buffer.from(await read(0, Math.min(bytes, RIFF_HEADER_BYTES))), bytes));
    default:
      return 'whole';
  }
}

const orDamaged = (isWhole: boolean) => (isWhole ? 'whole' : 'damaged');

/** What was cut short says at its beginning how long it was. A recording in fragments says how long it had just become; of joined sounds, the first does. */
async function isAsStated(
  input: Input<CustomSource>,
  durationSeconds: number,
  container: Container,
): Promise<boolean> {
  const stated = await input.getDurationFromMetadata();
  if (stated === null) return true;
  const tolerance = Math.max(STATED_TOLERANCE.seconds, stated * STATED_TOLERANCE.share);
  return (
    stated - durationSeconds <= tolerance && (container === 'grown' || durationSeconds - stated <= tolerance)
  );
}

/** Our own store failed: the activity is tried again, and the file is not at fault. */
class NotReadable extends Error {
  override readonly name = 'NotReadable';
}

function sourceOptions(sha256: string, assets: AssetStore) {
  const notInStore = () => new NotReadable(`asset ${sha256} is not in the store`);
  const readInBlocks = createReadInBlocks(async (start, end) => {
    const opened = await assets.open(sha256, { start, end: end - 1 });
    if (opened === null) throw notInStore();
    return opened.stream;
  });
  return {
    maxCacheSize: CACHE_BYTES,
    read: (start: number, end: number) => {
      if (end - start > MAX_READ_BYTES) throw new RangeError('a sample is longer than any is');
      return readInBlocks(start, end);
    },
    getSize: async () => {
      const found = await assets.head(sha256);
      if (found === null) throw notInStore();
      return found.bytes;
    },
  };
}
