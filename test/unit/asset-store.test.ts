import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AssetTooLarge, createDiskAssetStore } from '../../assets/asset-store.ts';

let home: string;

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'holdfast-assets-'));
});

afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

async function filesIn(folder: string): Promise<readonly string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

describe('the asset store on disk', () => {
  it('names a file by its content, gives its bytes back, and stores the same bytes once', async () => {
    const store = createDiskAssetStore(home);
    const sha256 = createHash('sha256').update('hello').digest('hex');
    for (let time = 0; time < 2; time++) {
      expect(await store.put(Readable.from([Buffer.from('hel'), Buffer.from('lo')]))).toMatchObject({
        sha256,
        bytes: 5,
      });
    }
    expect(await filesIn(home)).toEqual([sha256]);
    const opened = await store.open(sha256, { start: 1, end: 3 });
    expect(Buffer.concat((await opened?.stream.toArray()) ?? []).toString()).toBe('ell');
  });

  it('keeps nothing of a stream that breaks', async () => {
    const broken = Readable.from(
      (function* () {
        yield Buffer.from('half');
        throw new Error('the connection broke');
      })(),
    );
    await expect(createDiskAssetStore(home).put(broken)).rejects.toThrow('the connection broke');
    expect(await filesIn(home)).toEqual([]);
  });

  it('refuses what is larger than allowed and keeps nothing of it', async () => {
    const store = createDiskAssetStore(home);
    await expect(store.put(Readable.from([Buffer.alloc(11)]), { maxBytes: 10 })).rejects.toThrow(
      AssetTooLarge,
    );
    expect(await filesIn(home)).toEqual([]);
  });

  it('answers null for a name it does not have, and for what is no name', async () => {
    const store = createDiskAssetStore(home);
    expect(await store.open('0'.repeat(64))).toBeNull();
    expect(await store.open('../../etc/passwd')).toBeNull();
  });
});
