import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { boxesOfWholeMp4 } from '../../../activities/content/containers/boxes-of-whole-mp4.ts';

const FILM = readFileSync(new URL('../../../model-service/prepared/film.mp4', import.meta.url));
const FIRST_BOX_BYTES = FILM.readUInt32BE(0);

/** The film with another length in its first box. */
function withFirstLength(length: number): Buffer {
  const changed = Buffer.from(FILM);
  changed.writeUInt32BE(length, 0);
  return changed;
}

test.each([
  ['a whole film', FILM, true],
  ['a film without its last byte', FILM.subarray(0, -1), false],
  ['a film with a byte too many', Buffer.concat([FILM, Buffer.from([0])]), false],
  ['the first box of a film, which is a whole box', FILM.subarray(0, FIRST_BOX_BYTES), false],
  [
    'a film cut between two boxes',
    FILM.subarray(0, FIRST_BOX_BYTES + FILM.readUInt32BE(FIRST_BOX_BYTES)),
    false,
  ],
  ['a box shorter than its own header', withFirstLength(4), false],
  ['a box of which the rest of the file is one', withFirstLength(0), false],
  ['a box that is said to be longer than 32 bits can say', withFirstLength(1), false],
  ['nothing', Buffer.alloc(0), false],
])('%s', async (_what, content, isWhole) => {
  const read = (start: number, end: number) => Promise.resolve(content.subarray(start, end));
  const boxes = await boxesOfWholeMp4(read, content.length);
  expect(boxes?.has('moov') ?? false).toBe(isWhole);
});

test('a film of thousands of fragments is whole', async () => {
  const box = (name: string) => Buffer.concat([Buffer.from([0, 0, 0, 8]), Buffer.from(name)]);
  const fragment = Buffer.concat([box('moof'), box('mdat')]);
  const film = Buffer.concat([box('ftyp'), box('moov'), ...Array.from({ length: 3_000 }, () => fragment)]);
  const read = (start: number, end: number) => Promise.resolve(film.subarray(start, end));
  expect([...((await boxesOfWholeMp4(read, film.length)) ?? [])]).toEqual(['ftyp', 'moov', 'moof', 'mdat']);
});
