import type { CustomSource, Input } from 'mediabunny';
import type { AssetStore } from '../../assets/asset-store.ts';
import { createAtMost } from '../at-most.ts';
import { isCutInFrame, isCutWave, SOUND_END_BYTES } from './is-cut-sound.ts';
import { isWholeMp4 } from './is-whole-mp4.ts';
import { createReadInBlocks } from './read-in-blocks.ts';
import { endOfTrack } from './walk-packets.ts';

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

const UNINDEXED = /^audio\/(mpeg|aac|wav)$/;
const IS_MP4 = /^(video|audio)\/mp4$/;

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
    if (IS_MP4.test(mediaType) && !(await isWholeMp4(assets, sha256))) return 'damaged';
    let durationSeconds = 0;
    for (const track of tracks) {
      const end = await endOfTrack(new media.EncodedPacketSink(track), track);
      if (end === null || (await isCutSound(mediaType, source, end.lastPacket))) return 'damaged';
      durationSeconds = Math.max(durationSeconds, end.seconds);
    }
    if (!(durationSeconds > 0) || !(await isAsStated(input, durationSeconds))) return 'damaged';
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

/** Of formats whose reader leaves out what is not whole at the end. */
async function isCutSound(
  mediaType: string,
  { getSize, read }: ReturnType<typeof sourceOptions>,
  lastPacket: Uint8Array,
): Promise<boolean> {
  if (!UNINDEXED.test(mediaType)) return false;
  const bytes = await getSize();
  if (mediaType === 'audio/wav') return isCutWave(Buffer.from(await read(0, Math.min(bytes, 8))), bytes);
  const end = await read(Math.max(0, bytes - SOUND_END_BYTES), bytes);
  return isCutInFrame(Buffer.from(end.buffer), lastPacket);
}

/** A sound that was cut short says at its beginning how long it was. */
async function isAsStated(input: Input<CustomSource>, durationSeconds: number): Promise<boolean> {
  const stated = await input.getDurationFromMetadata();
  if (stated === null) return true;
  return (
    Math.abs(stated - durationSeconds) <= Math.max(STATED_TOLERANCE.seconds, stated * STATED_TOLERANCE.share)
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
