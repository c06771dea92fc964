import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ASSET_GRACE_MS, SECTIONS } from '../../assets/asset-store.ts';
import {
  addCounts,
  createAssetSweep,
  NOTHING_SWEPT,
  OtherDatabase,
  type AssetNeeds,
} from '../../assets/asset-sweep.ts';
import { storeKinds, type StoreKind, type StoreUnderTest } from './store-kinds.ts';

const shaOf = (content: string) => createHash('sha256').update(content).digest('hex');
const OLD_MS = ASSET_GRACE_MS + 60_000;

describe.each(storeKinds())('the sweep of the asset store: %s', (_name, openKind) => {
  let kind: StoreKind;
  let subject: StoreUnderTest;
  let needed: Set<string>;
  /** What happens while the sweep asks the database. */
  let meanwhile: () => Promise<unknown>;
  beforeAll(async () => {
    kind = await openKind();
  });
  afterAll(() => kind.close());
  beforeEach(async () => {
    subject = await kind.open();
    needed = new Set();
    meanwhile = () => Promise.resolve();
  });

  const needs: AssetNeeds = {
    async unneededOf(sha256s) {
      const unneeded = sha256s.filter((sha256) => !needed.has(sha256));
      await meanwhile();
      return unneeded;
    },
    identity: () => Promise.resolve('a@1'),
  };
  const put = async (content: string) =>
    (await subject.store.put(Readable.from([Buffer.from(content)]))).sha256;
  const read = async (sha256: string) => {
    const opened = await subject.store.open(sha256);
    return opened === null ? null : Buffer.concat((await opened.stream.toArray()) as Buffer[]).toString();
  };
  const keyOf = (sha256: string) => `${sha256.slice(0, 2)}/${sha256}`;
  const putOld = async (content: string) => {
    const sha256 = await put(content);
    await subject.age(keyOf(sha256), OLD_MS);
    return sha256;
  };
  /** The sections that a test has files in; the others are empty, and cost a request each. */
  const sectionsOf = (...contents: readonly string[]) => [
    'leaving',
    'incoming',
    ...new Set(contents.map((content) => shaOf(content).slice(0, 2))),
  ];
  async function sweep(sections: readonly string[], { days = 0, of = needs } = {}) {
    const { sweepSection } = createAssetSweep(subject.store, of, () => Date.now() + days * OLD_MS);
    let counts = NOTHING_SWEPT;
    for (const section of sections) counts = addCounts(counts, await sweepSection(section));
    return counts;
  }

  it('sets unreferenced files aside, removes them a day later, and takes neither needed nor young files', async () => {
    const [gone, kept, young] = [await putOld('gone'), await putOld('kept'), await put('young')];
    needed.add(kept);
    expect(await sweep(SECTIONS)).toEqual({ looked_at: 3, set_aside: 1, removed: 0, bytes_removed: 0 });
    expect(await Promise.all([gone, kept, young].map(read))).toEqual(['gone', 'kept', 'young']);
    expect(await sweep(['leaving'])).toMatchObject({ looked_at: 1, removed: 0 });
    expect(await sweep(['leaving'], { days: 1 })).toMatchObject({ removed: 1, bytes_removed: 4 });
    expect(await Promise.all([gone, kept, young].map(read))).toEqual([null, 'kept', 'young']);
  });

  it('brings back a needed file at once', async () => {
    const sha256 = await putOld('late row');
    expect(await sweep(sectionsOf('late row'))).toMatchObject({ set_aside: 1 });
    needed.add(sha256);
    expect(await sweep(['leaving'])).toMatchObject({ removed: 0 });
    expect((await subject.files()).filter((file) => file !== 'belongs-to')).toEqual([keyOf(sha256)]);
    expect(await sweep(sectionsOf('late row'), { days: 2 })).toMatchObject({ set_aside: 0, removed: 0 });
    expect(await read(sha256)).toBe('late row');
  });

  it('does not lose a file that is stored again during the database’s query', async () => {
    const sha256 = await putOld('the same');
    meanwhile = () => put('the same');
    await sweep(sectionsOf('the same'));
    meanwhile = () => Promise.resolve();
    needed.add(sha256);
    expect(await read(sha256)).toBe('the same');
    expect(await sweep(sectionsOf('the same'), { days: 1 })).toMatchObject({ removed: 0 });
    expect(await read(sha256)).toBe('the same');
  });

  it('does not lose a file that is stored again after it was set aside', async () => {
    const sha256 = await putOld('twice');
    await sweep(sectionsOf('twice'));
    await put('twice');
    // The copy that was set aside goes, and the new one stays: it is young.
    expect(await sweep(['leaving'], { days: 1 })).toMatchObject({ removed: 1 });
    expect(await read(sha256)).toBe('twice');
  });

  it('leaves other files alone', async () => {
    const note = { section: 'ab', name: 'note.txt', bytes: 1, storedAt: 0 };
    const sweeping = createAssetSweep(
      {
        ...subject.store,
        // eslint-disable-next-line @typescript-eslint/require-await
        list: async function* () {
          yield [note];
        },
        setAside: () => Promise.reject(new Error('it is no asset')),
        remove: () => Promise.reject(new Error('it is no asset')),
      },
      needs,
    );
    for (const section of ['ab', 'leaving'])
      expect(await sweeping.sweepSection(section)).toEqual({ ...NOTHING_SWEPT, looked_at: 1 });
  });

  it('never loses a file that is stored while several sweeps run', async () => {
    let isOver = false;
    const contents = ['one', 'two', 'three'];
    const rounds = 40;
    const sweeping = Array.from({ length: 3 }, async () => {
      while (!isOver) await sweep(sectionsOf(...contents));
    });
    let stored = 0;
    const storing = contents.map(async (content) => {
      for (let round = 0; round < rounds; round += 1) {
        const sha256 = await put(content);
        expect(await read(sha256)).toBe(content);
        stored += 1;
        // The file is a day old and nothing refers to it any more, so the next put races with the sweeps.
        await subject.age(keyOf(sha256), OLD_MS).catch(() => undefined);
      }
    });
    await Promise.all(storing).finally(() => (isOver = true));
    await Promise.all(sweeping);
    expect(stored).toBe(contents.length * rounds);
  });

  it('removes nothing from a store that belongs to another database', async () => {
    const sha256 = await putOld('gone');
    needed.add(sha256);
    await sweep(sectionsOf('gone'));
    needed.clear();
    const other = { ...needs, identity: () => Promise.resolve('b@2') };
    await expect(sweep(sectionsOf('gone'), { of: other })).rejects.toThrow(OtherDatabase);
    expect(await read(sha256)).toBe('gone');
  });
});
