import { createHash, randomBytes } from 'node:crypto';
import path from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AssetMismatch, AssetTooLarge } from '../../assets/asset-store.ts';
import { createDiskAssetStore } from '../../assets/disk-asset-store.ts';
import { storeKinds, type StoreKind, type StoreUnderTest } from './store-kinds.ts';

const sha256Of = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');
const keyOf = (sha256: string) => `${sha256.slice(0, 2)}/${sha256}`;
const streamOf = (...chunks: readonly string[]) => Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
const DAY_MS = 24 * 3_600_000;

describe.each(storeKinds())('the asset store: %s', (_name, openKind) => {
  let kind: StoreKind;
  let subject: StoreUnderTest;
  beforeAll(async () => {
    kind = await openKind();
  });
  afterAll(() => kind.close());
  beforeEach(async () => {
    subject = await kind.open();
  });

  const read = async (sha256: string, range?: { start: number; end: number }) => {
    const opened = await subject.store.open(sha256, range);
    if (opened === null) return null;
    const content = Buffer.concat((await opened.stream.toArray()) as Buffer[]);
    return { content: content.toString(), bytes: opened.bytes };
  };

  it('names a file by its content, gives its bytes back, and stores the same bytes once', async () => {
    const sha256 = sha256Of('hello');
    for (let time = 0; time < 2; time++) {
      expect(await subject.store.put(streamOf('hel', 'lo'))).toEqual({
        sha256,
        bytes: 5,
        firstBytes: Buffer.from('hello'),
      });
    }
    expect(await subject.files()).toEqual([keyOf(sha256)]);
    expect(await read(sha256)).toEqual({ content: 'hello', bytes: 5 });
    expect(await subject.store.head(sha256)).toEqual({ bytes: 5, storedAt: expect.closeTo(Date.now(), -5) });
  });

  it('is the same store for another process', async () => {
    const { sha256 } = await subject.store.put(streamOf('shared'));
    const opened = await subject.again().open(sha256);
    expect(Buffer.concat((await opened?.stream.toArray()) ?? []).toString()).toBe('shared');
  });

  it('stores a file of no bytes', async () => {
    const { sha256 } = await subject.store.put(Readable.from([]));
    expect(sha256).toBe(sha256Of(''));
    expect(await read(sha256)).toEqual({ content: '', bytes: 0 });
  });

  it('opens a range with both its ends, and says how large the whole is', async () => {
    const { sha256 } = await subject.store.put(streamOf('0123456789'));
    expect(await read(sha256, { start: 1, end: 3 })).toEqual({ content: '123', bytes: 10 });
    expect(await read(sha256, { start: 0, end: 0 })).toEqual({ content: '0', bytes: 10 });
    expect(await read(sha256, { start: 8, end: 99 })).toEqual({ content: '89', bytes: 10 });
    expect(await read(sha256, { start: 10, end: 99 })).toEqual({ content: '', bytes: 10 });
  });

  it('has nothing for an unknown or an invalid name', async () => {
    for (const name of ['0'.repeat(64), '../../etc/passwd', '', 'belongs-to']) {
      expect(await subject.store.open(name)).toBeNull();
      expect(await subject.store.head(name)).toBeNull();
    }
  });

  it('keeps nothing of a stream that breaks', async () => {
    const broken = Readable.from(
      (function* () {
        yield Buffer.from('half');
        throw new Error('the connection broke');
      })(),
    );
    await expect(subject.store.put(broken)).rejects.toThrow('the connection broke');
    expect(await subject.files()).toEqual([]);
  });

  it('keeps nothing of an aborted put', async () => {
    const abort = new AbortController();
    const endless = Readable.from(
      (async function* () {
        for (let chunks = 0; ; chunks += 1) {
          yield randomBytes(1_000);
          if (chunks === 5) abort.abort();
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      })(),
    );
    await expect(subject.store.put(endless, { signal: abort.signal })).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(await subject.files()).toEqual([]);
  });

  it('refuses what is larger than allowed and keeps nothing of it', async () => {
    await expect(subject.store.put(streamOf('12345678901'), { maxBytes: 10 })).rejects.toThrow(AssetTooLarge);
    expect(await subject.files()).toEqual([]);
    await expect(subject.store.put(streamOf('1234567890'), { maxBytes: 10 })).resolves.toMatchObject({
      bytes: 10,
    });
  });

  it('refuses content of another length or checksum than declared, and keeps nothing of it', async () => {
    const announced = { bytes: 5, sha256: sha256Of('hello') };
    for (const content of ['hell', 'hello!', 'jello']) {
      await expect(subject.store.put(streamOf(content), { expected: announced })).rejects.toThrow(
        AssetMismatch,
      );
    }
    expect(await subject.files()).toEqual([]);
    await subject.store.put(streamOf('hello'), { expected: announced });
    await subject.store.put(streamOf('hello'), { expected: { bytes: null, sha256: null } });
    expect(await subject.files()).toEqual([keyOf(announced.sha256)]);
  });

  it('stores the same bytes once, however many store them at the same time', async () => {
    const puts = Array.from({ length: 8 }, () => subject.again().put(streamOf('at', 'once')));
    expect(new Set((await Promise.all(puts)).map(({ sha256 }) => sha256))).toEqual(
      new Set([sha256Of('atonce')]),
    );
    expect(await subject.files()).toEqual([keyOf(sha256Of('atonce'))]);
  });

  it('counts content that is stored again as new, so that no sweep takes it', async () => {
    const { sha256 } = await subject.store.put(streamOf('yesterday'));
    await subject.age(keyOf(sha256), 2 * DAY_MS);
    expect((await subject.store.head(sha256))?.storedAt).toBeLessThan(Date.now() - DAY_MS);
    await subject.store.put(streamOf('yesterday'));
    expect((await subject.store.head(sha256))?.storedAt).toBeGreaterThan(Date.now() - DAY_MS);
  });

  it('lists a section page by page, with sizes and times', async () => {
    const contents = Array.from({ length: 40 }, (_, index) => `file ${String(index)}`);
    for (const content of contents) await subject.store.put(streamOf(content));
    const inFirst = contents
      .map(sha256Of)
      .filter((sha256) => sha256.startsWith(sha256Of('file 0').slice(0, 2)));
    const listed = [];
    for await (const page of subject.store.list(sha256Of('file 0').slice(0, 2))) listed.push(...page);
    expect(listed.map(({ name }) => name).sort()).toEqual([...inFirst].sort());
    expect(listed.find(({ name }) => name === sha256Of('file 0'))).toMatchObject({ bytes: 6 });
    for (const { storedAt } of listed) expect(Math.abs(storedAt - Date.now())).toBeLessThan(60_000);
    for await (const page of subject.store.list('leaving')) expect(page).toEqual([]);
  });

  it('can be read while set aside, and afterwards is back or gone', async () => {
    const { sha256 } = await subject.store.put(streamOf('moving'));
    const all = async (section: string) => {
      const files = [];
      for await (const page of subject.store.list(section)) files.push(...page);
      return files;
    };
    const setAside = async () => {
      const [file] = await all(sha256.slice(0, 2));
      expect(file && (await subject.store.setAside(file))).toBe(true);
      // Another sweep was first.
      expect(file && (await subject.store.setAside(file))).toBe(false);
      return all('leaving');
    };
    const [aside] = await setAside();
    expect(await read(sha256, { start: 2, end: 4 })).toEqual({ content: 'vin', bytes: 6 });
    if (aside !== undefined) await subject.store.bringBack(aside);
    expect(await subject.files()).toEqual([keyOf(sha256)]);

    const [asideAgain] = await setAside();
    if (asideAgain !== undefined) await subject.store.remove(asideAgain);
    expect(await read(sha256)).toBeNull();
    expect(await subject.files()).toEqual([]);
  });

  it('belongs to the first database that claims it', async () => {
    expect(await subject.store.claim('a@1')).toBe('a@1');
    expect(await subject.again().claim('b@2')).toBe('a@1');
    expect(await subject.files()).toEqual(['belongs-to']);
  });

  it('passes its check for reading and for writing, and leaves nothing behind', async () => {
    expect(await subject.store.check('read')).toBeNull();
    expect(await subject.store.check('write')).toBeNull();
    expect(await subject.files()).toEqual([]);
  });
});

it('a folder that is a file, or lies below one, is reported at the start, also of a reader; a missing one is made later', async () => {
  const file = fileURLToPath(import.meta.url);
  for (const home of [file, path.join(file, 'below')]) {
    expect(await createDiskAssetStore(home).check('read')).toMatchObject({
      ...{ kind: 'misconfigured', message: expect.stringContaining('ENOTDIR') as string },
    });
  }
  expect(await createDiskAssetStore(path.join(path.dirname(file), 'not there yet')).check('read')).toBeNull();
});
