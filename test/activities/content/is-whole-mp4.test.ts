import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isWholeMp4 } from '../../../activities/content/is-whole-mp4.ts';
import type { AssetStore } from '../../../assets/asset-store.ts';
import { createDiskAssetStore } from '../../../assets/disk-asset-store.ts';
import { makeTemporaryHome } from '../../harness/temporary-home.ts';

const FILM = readFileSync(new URL('../../../model-service/prepared/film.mp4', import.meta.url));
const FIRST_BOX_BYTES = FILM.readUInt32BE(0);

let assets: AssetStore;
let remove: () => Promise<void>;
beforeAll(async () => {
  const temporary = await makeTemporaryHome('mp4');
  assets = createDiskAssetStore(temporary.home);
  remove = temporary.remove;
});
afterAll(() => remove());

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
  const { sha256 } = await assets.put(Readable.from([content]));
  expect(await isWholeMp4(assets, sha256)).toBe(isWhole);
});
