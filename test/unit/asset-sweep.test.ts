import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assetPaths, createDiskAssetStore } from '../../assets/asset-store.ts';
import {
  ASSET_GRACE_MS,
  createAssetSweep,
  OtherDatabase,
  SWEPT_FOLDERS,
  type AssetNeeds,
} from '../../assets/asset-sweep.ts';

let home: string;
let needed: Set<string>;
/** What happens while the sweep asks the database. */
let meanwhile: () => Promise<void>;
beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'holdfast-sweep-'));
  needed = new Set();
  meanwhile = () => Promise.resolve();
});
afterEach(() => rm(home, { recursive: true, force: true }));

const needs: AssetNeeds = {
  async unneededOf(sha256s) {
    const unneeded = sha256s.filter((sha256) => !needed.has(sha256));
    await meanwhile();
    return unneeded;
  },
  identity: () => Promise.resolve('a@1'),
};
const shaOf = (content: string) => createHash('sha256').update(content).digest('hex');
const put = async (content: string) =>
  (await createDiskAssetStore(home).put(Readable.from([Buffer.from(content)]))).sha256;
const read = async (sha256: string) => {
  const opened = await createDiskAssetStore(home).open(sha256);
  return opened === null ? null : Buffer.concat((await opened.stream.toArray()) as Buffer[]).toString();
};
const age = (file: string, ms = ASSET_GRACE_MS + 60_000) => {
  const then = new Date(Date.now() - ms);
  return utimes(file, then, then);
};
const putOld = async (content: string) => {
  const sha256 = await put(content);
  await age(assetPaths(home).fileOf(sha256));
  return sha256;
};
async function sweep(of = needs) {
  const counts = { looked_at: 0, removed: 0, bytes_removed: 0 };
  const { sweepFolder } = createAssetSweep(home, of);
  for (const folder of SWEPT_FOLDERS) {
    const done = await sweepFolder(folder);
    counts.looked_at += done.looked_at;
    counts.removed += done.removed;
    counts.bytes_removed += done.bytes_removed;
  }
  return counts;
}

describe('the sweep of the asset folder', () => {
  it('removes what nothing refers to, and neither what is needed nor what is young', async () => {
    const [gone, kept, young] = [await putOld('gone'), await putOld('kept'), await put('young')];
    needed.add(kept);
    expect(await sweep()).toEqual({ looked_at: 3, removed: 1, bytes_removed: 4 });
    expect(await Promise.all([gone, kept, young].map(read))).toEqual([null, 'kept', 'young']);
    expect(await sweep()).toMatchObject({ removed: 0 });
  });

  it('goes through more files of a folder than it asks about at once', async () => {
    const { fileOf } = assetPaths(home);
    await mkdir(path.join(home, 'ab'));
    for (let index = 0; index < 1_200; index += 1) {
      const file = fileOf(`ab${String(index).padStart(62, '0')}`);
      await writeFile(file, 'x');
      await age(file);
    }
    expect(await sweep()).toEqual({ looked_at: 1_200, removed: 1_200, bytes_removed: 1_200 });
  });

  it('removes the parts that a killed worker left, and not a file that is being written', async () => {
    const { incoming } = assetPaths(home);
    await mkdir(incoming);
    for (const name of ['left', 'being-written']) await writeFile(path.join(incoming, name), 'part');
    await age(path.join(incoming, 'left'));
    expect(await sweep()).toMatchObject({ removed: 1 });
    expect(await readdir(incoming)).toEqual(['being-written']);
  });

  it('leaves alone what is no asset', async () => {
    await mkdir(path.join(home, 'ab'));
    const note = path.join(home, 'ab', 'note.txt');
    await writeFile(note, 'x');
    await age(note);
    expect(await sweep()).toMatchObject({ removed: 0 });
    await access(note);
  });

  it('does not take a file that is stored again while the database is asked', async () => {
    const sha256 = await putOld('the same');
    meanwhile = async () => {
      await put('the same');
    };
    expect(await sweep()).toMatchObject({ removed: 0 });
    expect(await read(sha256)).toBe('the same');
  });

  it('takes up what a sweep that was killed left aside: back when it is needed or young, gone when not', async () => {
    const { leaving, leavingOf, fileOf } = assetPaths(home);
    const [gone, kept, young] = [await putOld('gone'), await putOld('kept'), await put('young')];
    needed.add(kept);
    await mkdir(leaving);
    for (const sha256 of [gone, kept, young]) await rename(fileOf(sha256), leavingOf(sha256));
    // Until then each can be read all the same.
    expect(await Promise.all([gone, kept, young].map(read))).toEqual(['gone', 'kept', 'young']);
    expect(await sweep()).toMatchObject({ removed: 1 });
    expect(await readdir(leaving)).toEqual([]);
    expect(await Promise.all([gone, kept, young].map(read))).toEqual([null, 'kept', 'young']);
  });

  it('never loses a file that is stored while several sweeps run', async () => {
    let isOver = false;
    const sweeping = Array.from({ length: 3 }, async () => {
      const { sweepFolder } = createAssetSweep(home, needs);
      const folders = [
        'leaving',
        ...new Set(['one', 'two', 'three'].map((content) => shaOf(content).slice(0, 2))),
      ];
      while (!isOver) for (const folder of folders) await sweepFolder(folder);
    });
    let stored = 0;
    const storing = ['one', 'two', 'three'].map(async (content) => {
      for (let round = 0; round < 150; round += 1) {
        const sha256 = await put(content);
        expect(await read(sha256)).toBe(content);
        stored += 1;
        // As a file of yesterday that nothing refers to any more: the next put meets the sweeps at it.
        await age(assetPaths(home).fileOf(sha256)).catch(() => undefined);
      }
    });
    await Promise.all(storing).finally(() => (isOver = true));
    await Promise.all(sweeping);
    expect(stored).toBe(450);
  });

  it('marks the folder in one step: of a sweep that died before, nothing but a part in incoming/ is left', async () => {
    const { incoming } = assetPaths(home);
    await mkdir(incoming, { recursive: true });
    await writeFile(path.join(incoming, 'a part'), '');
    await sweep();
    expect(await readFile(path.join(home, 'belongs-to'), 'utf8')).toBe('a@1\n');
    expect(await readdir(incoming)).toEqual(['a part']);
  });

  it('removes nothing of a folder that belongs to another database', async () => {
    const sha256 = await putOld('gone');
    needed.add(sha256);
    await sweep();
    needed.clear();
    const other = { ...needs, identity: () => Promise.resolve('b@2') };
    await expect(sweep(other)).rejects.toThrow(OtherDatabase);
    expect(await read(sha256)).toBe('gone');
  });
});
