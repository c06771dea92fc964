import { readdirSync, readFileSync } from 'node:fs';
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
import { noiseOf } from './noise.ts';
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

/** A part of a file in turn was never written, or is overwritten: returns the parts of which that was not found. */
async function partsMissed(file: Buffer, parts: number, filling: 'zeros' | 'noise'): Promise<number[]> {
  const length = Math.floor(file.length / parts);
  const noise = noiseOf(length);
  const found = await Promise.all(
    Array.from({ length: parts }, (_, index) => {
      const holed = Buffer.from(file);
      if (filling === 'zeros') holed.fill(0, index * length, (index + 1) * length);
      else noise.copy(holed, index * length);
      return inspect(holed);
    }),
  );
  return found.flatMap((what, index) => (what === 'damaged' ? [] : [index]));
}

/** Samples that are not coded, and silence, are any bytes. */
const CODED = Object.entries(FILES).filter(([what]) => !/WAVE|MP3/.test(what));
/** Noise is found by what stands between packets: here a picture by itself may be a twentieth of a film. */
const PARTS = { zeros: 20, noise: 5 } as const;

describe.each(CODED)('%s of which a part is no part of it is refused, wherever that is', (what, file) => {
  test.each(['zeros', 'noise'] as const)('with %s in its place', async (filling) => {
    // Zeros within one packet of sound may be sound.
    const parts = filling === 'zeros' && what.includes('sound') ? PARTS.noise : PARTS[filling];
    expect(await partsMissed(file, parts, filling)).toEqual([]);
  });
});

/**
 * What encoders made of a second of a moving drawing and a tone: Chromium's MediaRecorder (`recorded-…`) and its WebCodecs (libvpx, libaom, libopus),
 * LAME, libFLAC. A recording is written as it comes, with a length of nothing known.
 */
const ENCODED = readdirSync(new URL('./encoded/', import.meta.url));

describe.each(ENCODED)('%s', (name) => {
  const file = readFileSync(new URL(`./encoded/${name}`, import.meta.url));

  test('is whole as its encoder wrote it', async () => {
    const found = await inspect(file);
    expect(found).toMatchObject({ durationSeconds: expect.any(Number) as number });
    if (found === 'damaged') return;
    expect(found.durationSeconds).toBeGreaterThan(0.9);
    expect(found.durationSeconds).toBeLessThan(3);
  });

  test.each([
    ['zeros', 8],
    ['noise', 4],
  ] as const)('is damaged with %s in place of any of %d parts of it', async (filling, parts) => {
    expect(await partsMissed(file, parts, filling)).toEqual([]);
  });

  test('is damaged without its end', async () => {
    const ends = [0.5, 0.9, 0.99].map((share) => file.subarray(0, Math.floor(file.length * share)));
    expect(await Promise.all(ends.map(inspect))).toEqual(ends.map(() => 'damaged'));
  });
});

test('a film that begins with a picture that needs another before it is refused', async () => {
  const file = readFileSync(new URL('./encoded/recorded-vp8.webm', import.meta.url));
  // A frame of VP8 begins with a bit that is 0 for a key frame; its start code is nowhere else.
  const key = file.indexOf(Buffer.from([0x9d, 0x01, 0x2a])) - 3;
  const changed = Buffer.from(file);
  changed[key] = (changed[key] ?? 0) | 1;
  expect(await inspect(changed)).toBe('damaged');
});

test('joined sounds, with the tags of each, are whole', async () => {
  const sound = readFileSync(new URL('./encoded/lame.mp3', import.meta.url));
  const tag = Buffer.concat([Buffer.from('ID3\x03\0\0\0\0\0\x14', 'latin1'), Buffer.alloc(20)]);
  const last = Buffer.concat([Buffer.from('TAG'), Buffer.alloc(125, ' ')]);
  expect(await inspect(Buffer.concat([tag, sound, tag, sound, last]))).toMatchObject({
    mediaType: 'audio/mpeg',
  });
});

test('a sound of no samples is refused, of whichever kind', async () => {
  const empty = sineWave(1).subarray(0, 44);
  const wave = Buffer.from(empty);
  wave.writeUInt32LE(36, 4);
  wave.writeUInt32LE(0, 40);
  expect(await inspect(wave)).toBe('damaged');
  expect(await inspect(Buffer.alloc(0))).toBe('damaged');
  expect(await inspect(Buffer.from('OggS'))).toBe('damaged');
});

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
  await expect(read(3_499_990, 3_500_010)).rejects.toThrow('the file ends before byte 3500010');
});
