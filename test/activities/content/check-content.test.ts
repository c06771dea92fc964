import { execFile } from 'node:child_process';
import { createReadStream, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createCheckContent,
  maxBytesOf,
  type ExpectedContent,
} from '../../../activities/content/check-content.ts';
import type { AssetStore } from '../../../assets/asset-store.ts';
import { createDiskAssetStore } from '../../../assets/disk-asset-store.ts';
import { inheritedEnvironment, WORKER_NODE_FLAGS } from '../../../dev/stack/node-child.ts';
import { makeTemporaryHome } from '../../harness/temporary-home.ts';
import { writeLargeFilm } from './large-film.ts';
import { animatedGif, animatedWebp, baselineJpeg, blackPng, PICTURES } from './pictures.ts';
import { noiseOf } from './noise.ts';
import { sineWave } from './sounds.ts';

const prepared = (name: string) =>
  readFileSync(new URL(`../../../model-service/prepared/${name}`, import.meta.url));
const FILM = prepared('film-15.mp4');
const SOUND = prepared('sound.m4a');
const PNG = await PICTURES['image/png']();
const GIF = await animatedGif();
const WEBP = await PICTURES['image/webp']();
const PIXEL_BOMB = await blackPng(10_000, 10_000);
const PAGE = Buffer.from('<!doctype html><h1>Sign in</h1>');

const MIB = 1024 * 1024;
const LARGE_FILM_BYTES = 500 * MIB;
const MAX_GROWTH_BYTES = 64 * MIB;

const checkContent = createCheckContent();
let home: string;
let assets: AssetStore;
let remove: () => Promise<void>;
beforeAll(async () => {
  const temporary = await makeTemporaryHome('content');
  ({ home, remove } = temporary);
  assets = createDiskAssetStore(home);
});
afterAll(() => remove());

async function check(content: Buffer, expected: ExpectedContent) {
  const asset = await assets.put(Readable.from([content], { objectMode: false }));
  const checked = await checkContent(asset, expected, assets);
  return checked.outcome === 'whole' ? checked.content : checked.fault;
}

describe('a whole file', () => {
  test.each(Object.keys(PICTURES) as (keyof typeof PICTURES)[])('%s is what its bytes say', async (type) => {
    const content = await check(await PICTURES[type](), { mediaTypes: [type, 'image/avif'] });
    expect(content).toEqual({
      ...{ mediaType: type, width: 120, height: 90 },
      ...{ durationSeconds: null, hasC2pa: false },
    });
  });

  test('of a film has its length and size', async () => {
    const content = await check(FILM, {
      mediaTypes: ['video/mp4'],
      durationSeconds: 15,
      width: 180,
      height: 320,
    });
    expect(content).toMatchObject({ mediaType: 'video/mp4', width: 180, height: 320 });
  });

  test('of a sound has its length', async () => {
    expect(await check(SOUND, { mediaTypes: ['audio/mp4'] })).toMatchObject({
      mediaType: 'audio/mp4',
      width: null,
    });
    expect(await check(sineWave(2), { mediaTypes: ['audio/wav'], durationSeconds: 2 })).toMatchObject({
      mediaType: 'audio/wav',
      durationSeconds: 2,
    });
  });

  test.each([
    ['application/json', '{ "scenes": [] }'],
    ['text/vtt', 'WEBVTT\n\n00:00.000 --> 00:01.000\nA kettle\n'],
    ['text/plain', 'A kettle that sings.'],
  ])('of %s is a text', async (mediaType, text) => {
    expect(await check(Buffer.from(text), { mediaTypes: [mediaType] })).toMatchObject({ mediaType });
    expect(await check(Buffer.from(text), { mediaTypes: ['text/plain'] })).toMatchObject({ mediaType });
  });

  test('of a kind that is asked for in seconds is not measured where it has no length', async () => {
    const timed = { mediaTypes: ['image/png'], durationSeconds: 15 };
    expect(await check(PNG, timed)).toMatchObject({ mediaType: 'image/png', durationSeconds: null });
  });
});

describe('a file is refused', () => {
  const image = { mediaTypes: ['image/png'] };
  const film = { mediaTypes: ['video/mp4'] };
  const sound = { mediaTypes: ['audio/mp4'] };
  const withFilmOf = (durationSeconds: number) => ({ ...film, durationSeconds });

  test.each<[string, Buffer, ExpectedContent, string]>([
    ['a picture that is cut short', PNG.subarray(0, -100), image, 'damaged'],
    [
      'a GIF without its last picture',
      Buffer.concat([GIF.subarray(0, -200), Buffer.from([0x11])]),
      { mediaTypes: ['image/gif'] },
      'damaged',
    ],
    ['a page in place of a picture', PAGE, image, 'damaged'],
    ['nothing in place of a picture', Buffer.alloc(0), image, 'damaged'],
    ['a film in place of a picture', FILM, image, 'damaged'],
    ['a picture of another type', WEBP, image, 'wrong_type'],
    ['a picture of another size', PNG, { ...image, width: 1_080 }, 'wrong_dimensions'],
    ['a picture that would become a large memory', PIXEL_BOMB, image, 'too_many_pixels'],
    ['a film that is cut short', FILM.subarray(0, -500), film, 'damaged'],
    ['a film with a byte too many', Buffer.concat([FILM, Buffer.from([0])]), film, 'damaged'],
    ['a film without pictures', withEmptyMedia(FILM), film, 'damaged'],
    ['a page in place of a film', PAGE, film, 'damaged'],
    ['a sound in place of a film', SOUND, film, 'wrong_type'],
    ['a film in place of a sound', FILM, sound, 'wrong_type'],
    ['a film that is too short', FILM, withFilmOf(30), 'wrong_duration'],
    ['a film that is too long', FILM, withFilmOf(10), 'wrong_duration'],
    [
      'a sound that is shorter than was asked for',
      sineWave(2),
      { mediaTypes: ['audio/wav'], durationSeconds: 10 },
      'wrong_duration',
    ],
    ['a film of another size', FILM, { ...film, width: 1_080 }, 'wrong_dimensions'],
    ['a sound that is cut short', SOUND.subarray(0, -500), sound, 'damaged'],
    [
      'a text that is cut short',
      Buffer.from('{ "scenes": ['),
      { mediaTypes: ['application/json'] },
      'wrong_type',
    ],
    ['a picture in place of a text', PNG, { mediaTypes: ['application/json'] }, 'damaged'],
    ['blanks in place of a text', Buffer.from(' \n'), { mediaTypes: ['text/plain'] }, 'damaged'],
    ['captions that are a page', PAGE, { mediaTypes: ['text/vtt'] }, 'wrong_type'],
  ])('%s', async (_what, content, expected, fault) => {
    expect(await check(content, expected)).toBe(fault);
  });

  test.each(Object.keys(PICTURES) as (keyof typeof PICTURES)[])(
    '%s at none of ten places where it is cut short',
    async (type) => {
      const whole = await PICTURES[type]();
      // The last bytes of a picture may say no more than that it has ended.
      const places = Array.from({ length: 10 }, (_, nth) => Math.floor(((nth + 0.5) / 10) * whole.length));
      const checks = await Promise.all(
        places.map((at) => check(whole.subarray(0, at), { mediaTypes: [type] })),
      );
      expect(checks).toEqual(checks.map(() => 'damaged'));
    },
  );

  test.each([
    ['a photograph', () => baselineJpeg()],
    ['a photograph that sharpens as it comes', () => PICTURES['image/jpeg']()],
    ['a drawing', () => PICTURES['image/png']()],
    ['a GIF', () => PICTURES['image/gif']()],
    ['an animation, whichever of its pictures that is in', () => animatedGif()],
    ['an animated WebP', () => animatedWebp()],
  ] as const)('%s with noise in place of any quarter of it', async (_what, make) => {
    const whole = await make();
    const quarter = Math.floor(whole.length / 4);
    const checks = await Promise.all(
      [0, 1, 2, 3].map((nth) => {
        const noisy = Buffer.from(whole);
        noiseOf(quarter).copy(noisy, nth * quarter);
        return check(noisy, { mediaTypes: ['image/jpeg', 'image/png', 'image/gif', 'image/webp'] });
      }),
    );
    expect(checks.filter((found) => typeof found !== 'string')).toEqual([]);
  });

  test('a picture of more bytes than any picture has, before it is read', async () => {
    expect(maxBytesOf(image)).toBe(32 * MIB);
    const asset = { sha256: '0'.repeat(64), bytes: 32 * MIB + 1 };
    expect(await checkContent(asset, image, assets)).toEqual({ outcome: 'refused', fault: 'too_large' });
  });
});

test('a store that has lost the file is at fault, and not the file', async () => {
  const lost = { sha256: '0'.repeat(64), bytes: 10 };
  for (const mediaType of ['image/png', 'video/mp4', 'text/plain'])
    await expect(checkContent(lost, { mediaTypes: [mediaType] }, assets)).rejects.toThrow('not in the store');
});

test.each([
  ['cannot be reached', () => Promise.reject(new Error('connect ECONNREFUSED'))],
  [
    'breaks off its answer',
    () => Promise.resolve({ bytes: FILM.length, stream: Readable.from(brokenOff(), { objectMode: false }) }),
  ],
] as const)('a store that %s is at fault, and not the film', async (_fault, open) => {
  const asset = await assets.put(Readable.from([FILM], { objectMode: false }));
  const checked = checkContent(asset, { mediaTypes: ['video/mp4'] }, { ...assets, open });
  await expect(checked).rejects.toThrow(/^(connect ECONNREFUSED|connection reset)$/);
});

function* brokenOff(): Generator<Buffer> {
  yield FILM.subarray(0, 1_000);
  throw new Error('connection reset');
}

// When memory is given back is the garbage collector's choice, and on a busy machine Node 24 may choose late: the best of three counts.
test(
  'a film of 500 MiB is fetched, stored and checked within 64 MiB of memory, as a worker is started',
  { timeout: 120_000, retry: 2 },
  async () => {
    const file = path.join(home, 'large.mp4');
    await writeLargeFilm(file, LARGE_FILM_BYTES);
    const server = createServer(({ url }, response) => {
      (url === '/large' ? createReadStream(file) : Readable.from([FILM], { objectMode: false })).pipe(
        response,
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const child = path.join(import.meta.dirname, 'content-memory-main.ts');
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [...WORKER_NODE_FLAGS, '--import', 'tsx', child, origin, home],
      { env: inheritedEnvironment() },
    );
    server.closeAllConnections();
    server.close();
    const { bytes, growthBytes, outcome } = JSON.parse(stdout) as Record<string, number | string>;
    console.log(`${String(bytes)} bytes checked; the process grew by ${String(growthBytes)} bytes`);
    expect(outcome).toBe('whole');
    expect(bytes).toBeGreaterThanOrEqual(LARGE_FILM_BYTES);
    expect(growthBytes).toBeLessThanOrEqual(MAX_GROWTH_BYTES);
  },
);

/** The film with zeros for pictures and sound: its boxes are whole, and nothing is in them. */
function withEmptyMedia(film: Buffer): Buffer {
  const emptied = Buffer.from(film);
  const name = film.indexOf('mdat', 0, 'latin1');
  emptied.fill(0, name + 4, name - 4 + film.readUInt32BE(name - 4));
  return emptied;
}
