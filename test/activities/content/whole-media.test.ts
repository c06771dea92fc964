import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import {
  AdtsOutputFormat,
  BufferSource,
  BufferTarget,
  Conversion,
  Input,
  MP4,
  Mp4OutputFormat,
  Output,
  type OutputFormat,
} from 'mediabunny';
import { describe, expect, test } from 'vitest';
import { createInspectMedia } from '../../../activities/content/inspect-media.ts';
import { createReadInBlocks } from '../../../activities/content/read-in-blocks.ts';
import type { AssetStore } from '../../../assets/asset-store.ts';
import { sineWave } from './sounds.ts';

const prepared = (name: string) =>
  readFileSync(new URL(`../../../model-service/prepared/${name}`, import.meta.url));
const FILM = prepared('film-15.mp4');
const SOUND = prepared('sound.m4a');
const PLACES = 20;

/** The same packets in another container. */
async function packedAs(file: Buffer, format: OutputFormat): Promise<Buffer> {
  const input = new Input({ source: new BufferSource(file), formats: [MP4] });
  const target = new BufferTarget();
  const conversion = await Conversion.init({ input, output: new Output({ format, target }) });
  await conversion.execute();
  return Buffer.from(target.buffer ?? new ArrayBuffer(0));
}

/** Silence of MPEG 1, layer 3, 128 kbit/s, 44.1 kHz: frames of 417 bytes. */
function mp3Of(frames: number): Buffer {
  const frame = Buffer.alloc(417);
  frame.writeUInt32BE(0xff_fb_90_00);
  return Buffer.concat(Array.from({ length: frames }, () => frame));
}

const FILES = {
  'a film': FILM,
  'a film with its index behind it': await packedAs(FILM, new Mp4OutputFormat({ fastStart: false })),
  'a film in fragments': await packedAs(FILM, new Mp4OutputFormat({ fastStart: 'fragmented' })),
  'a sound in MP4': SOUND,
  'a sound in WAVE': sineWave(3),
  'a sound in ADTS': await packedAs(SOUND, new AdtsOutputFormat()),
  'a sound in MP3': mp3Of(80),
} as const;

const inspectMedia = createInspectMedia();
/** From a store in memory: what is asked here is of the file, and a disk would be most of the time. */
function inspect(file: Buffer) {
  const assets = {
    head: () => Promise.resolve({ bytes: file.length }),
    open: (_sha256: string, range: { start: number; end: number }) => {
      const part = file.subarray(range.start, range.end + 1);
      return Promise.resolve({ bytes: file.length, stream: Readable.from([part], { objectMode: false }) });
    },
  };
  return inspectMedia('any', assets as unknown as AssetStore);
}

/** Places in a file, all over it, and none of them at a frame's edge but by chance. */
const placesIn = (file: Buffer) =>
  Array.from({ length: PLACES }, (_, index) => Math.floor((file.length * (index + 0.37)) / PLACES));

describe.each(Object.entries(FILES))('%s', (_what, file) => {
  test('is whole as it is, and at none of 20 places where it is cut short', async () => {
    expect(await inspect(file)).toMatchObject({ durationSeconds: expect.any(Number) as number });
    const cut = await Promise.all(placesIn(file).map((at) => inspect(file.subarray(0, at))));
    expect(cut).toEqual(cut.map(() => 'damaged'));
  });
});

test.each(['a film', 'a film with its index behind it', 'a film in fragments'] as const)(
  '%s of which a part was never written is refused, wherever that is',
  async (what) => {
    const file = FILES[what];
    const length = Math.floor(file.length / PLACES);
    const holes = await Promise.all(
      Array.from({ length: PLACES }, (_, index) => {
        const holed = Buffer.from(file);
        holed.fill(0, index * length, (index + 1) * length);
        return inspect(holed);
      }),
    );
    expect(holes.filter((found) => found !== 'damaged')).toEqual([]);
  },
);

/** With another length in each header of the film and of its tracks. */
function withStatedLength(file: Buffer, factor: number): Buffer {
  const changed = Buffer.from(file);
  const places = { mvhd: 20, tkhd: 24, mdhd: 20 } as const;
  for (const [box, place] of Object.entries(places)) {
    for (let at = file.indexOf(box); at !== -1; at = file.indexOf(box, at + 4)) {
      const where = at + place;
      changed.writeUInt32BE(Math.round(changed.readUInt32BE(where) * factor), where);
    }
  }
  return changed;
}

test.each([0.5, 0.8, 1.3, 4])(
  'a film that says it is %d times as long as what is in it is refused',
  async (factor) => {
    expect(await inspect(withStatedLength(FILM, 1))).toMatchObject({ mediaType: 'video/mp4' });
    expect(await inspect(withStatedLength(FILM, factor))).toBe('damaged');
  },
);

test('a file is read by blocks: each byte of it once, however it is asked for', async () => {
  const bytes = Buffer.from(Array.from({ length: 5_000 }, (_, index) => index % 251));
  const file = Buffer.concat(Array.from({ length: 700 }, () => bytes));
  const asked: number[] = [];
  const read = createReadInBlocks((start, end) => {
    asked.push(start);
    return Promise.resolve(Readable.from([file.subarray(start, end)]));
  });
  const ranges = [
    [0, 10],
    [1_048_570, 1_048_590],
    [10, 5_000],
    [2_000_000, 3_500_000],
  ] as const;
  const found = await Promise.all(ranges.map(([start, end]) => read(start, end)));
  expect(
    found.map((part, index) => Buffer.from(part).equals(file.subarray(...(ranges[index] ?? [])))),
  ).toEqual(ranges.map(() => true));
  expect(asked).toEqual([0, 1, 2, 3].map((block) => block * 1_048_576));
  await expect(read(3_499_990, 3_500_010)).rejects.toThrow('the file has ended');
});
