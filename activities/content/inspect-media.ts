import type * as Mediabunny from 'mediabunny';
import type { AssetStore } from '../../assets/asset-store.ts';
import { createAtMost } from '../at-most.ts';
import { isCutWave, RIFF_HEADER_BYTES } from './containers/is-cut-wave.ts';
import { boxesOfWholeMp4 } from './containers/boxes-of-whole-mp4.ts';
import { isWholeOgg } from './containers/is-whole-ogg.ts';
import { isWholeSound } from './containers/is-whole-sound.ts';
import { isWholeWebm } from './containers/is-whole-webm.ts';
import { endOfTrack } from './packets/walk-packets.ts';
import { createReadInBlocks } from './read-in-blocks.ts';

/** Files that a process reads at once. Each has a cache of its own. */
const MAX_AT_ONCE = 4;

/** The cache of one file while it is read. */
const CACHE_BYTES = 1024 * 1024;

/** The longest read. A broken index may claim a sample of any length. */
const MAX_READ_BYTES = 16 * 1024 * 1024;

/** A film has one or two tracks. A file with more than this is refused. */
const MAX_TRACKS = 16;

/**
 * The accepted difference between the length that a file states and that of its packets: a frame of a film, the padding
 * of a sound.
 */
const STATED_TOLERANCE = { seconds: 1, share: 0.05 } as const;

type Media = {
  readonly mediaType: string;
  readonly durationSeconds: number;
  /** Null for sound alone. */
  readonly width: number | null;
  readonly height: number | null;
};

/**
 * Returns what a film or a sound is by its bytes; `damaged`: it is neither, or cannot be read to its end. Rejects when
 * our own store fails.
 */
export type InspectMedia = (sha256: string, assets: AssetStore) => Promise<Media | 'damaged'>;

/**
 * Returns the inspection of films and sounds, four at a time in a process. It reads their index and every packet of
 * every track. A file is never in memory as a whole. Nothing is decoded: Node.js has no video decoder.
 */
export function createInspectMedia(): InspectMedia {
  const atMost = createAtMost(MAX_AT_ONCE);
  return (sha256, assets) => atMost(() => inspect(sha256, assets));
}

async function inspect(sha256: string, assets: AssetStore): Promise<Media | 'damaged'> {
  // Loaded with the first film: a worker that only makes pictures does not need it.
  const media = await import('mediabunny');
  const file = openFile(sha256, assets);
  const found = await inspectFile(media, file).catch(() => 'damaged' as const);
  const fault = file.storeFault();
  // The activity is retried: a file that was not read is not known to be damaged.
  if (fault !== null) throw fault;
  return found;
}

async function inspectFile(media: typeof Mediabunny, file: MediaFile): Promise<Media | 'damaged'> {
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
  const input = new media.Input({ formats, source: new media.CustomSource(file) });
  try {
    // Captions and chapters are not read: a fault in them is no reason to refuse a film.
    const tracks = [...(await input.getVideoTracks()), ...(await input.getAudioTracks())];
    if (tracks.length === 0 || tracks.length > MAX_TRACKS) return 'damaged';
    const mediaType = (await input.getMimeType()).split(';')[0]?.trim() ?? '';
    const container = await readContainer(mediaType, file);
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
  } finally {
    input.dispose();
  }
}

/**
 * `grown`: its beginning was written before the rest was known, or other files were joined to it. It may be longer than
 * it states.
 */
type Container = 'whole' | 'grown';

/**
 * Returns `damaged` for a file with a gap. Readers of most formats search for the next part that they know and skip
 * what is broken; no part may be skipped here.
 */
async function readContainer(
  mediaType: string,
  { getSize, read }: MediaFile,
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

/**
 * A file that was cut off states more than it has. A recording in fragments states the length that it had so far, and
 * joined sounds state that of the first, so a `grown` file may have more.
 */
async function isAsStated(
  input: Mediabunny.Input<Mediabunny.CustomSource>,
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

type MediaFile = ReturnType<typeof openFile>;

/** Opens a stored file for mediabunny. `storeFault` returns the first failure of our own store; null: none. */
function openFile(sha256: string, assets: AssetStore) {
  let fault: Error | null = null;
  const failed = (error: unknown): never => {
    fault ??= error instanceof Error ? error : new Error(String(error));
    throw fault;
  };
  const notInStore = () => failed(new Error(`asset ${sha256} is not in the store`));
  const readInBlocks = createReadInBlocks(async (start, end) => {
    const opened = await assets.open(sha256, { start, end: end - 1 });
    return opened?.stream ?? notInStore();
  });
  return {
    maxCacheSize: CACHE_BYTES,
    read: async (start: number, end: number) => {
      if (end - start > MAX_READ_BYTES)
        throw new RangeError(`a sample is longer than ${String(MAX_READ_BYTES)} bytes`);
      // A range after the end of the file is the fault of its index.
      return readInBlocks(start, end).catch((error: unknown) => {
        if (error instanceof RangeError) throw error;
        return failed(error);
      });
    },
    getSize: async () => {
      const found = await assets.head(sha256).catch(failed);
      return found?.bytes ?? notInStore();
    },
    storeFault: () => fault,
  };
}
