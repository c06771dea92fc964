import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { AssetStore } from '../../../assets/asset-store.ts';
import { AssetStoreUnusable, openAssetStore } from '../../../assets/open-asset-store.ts';
import { createS3AssetStore } from '../../../assets/s3/s3-asset-store.ts';
import { createS3Client } from '../../../assets/s3/s3-client.ts';
import { S3Failure } from '../../../assets/s3/s3-failure.ts';
import type { S3Settings } from '../../../runtime/settings/asset-store-config.ts';
import {
  ACCESS_KEY_ID,
  SECRET_ACCESS_KEY,
  startS3Server,
  type S3Server,
} from '../../s3-server/start-s3-server.ts';
import { startFaultyProxy, type Fault, type FaultyProxy, type SeenRequest } from '../faulty-proxy.ts';

const program = inject('s3Program');
const PASS = { does: 'pass' } as const;
/** Three pauses, as short as a test needs. */
const PAUSES_MS = [10, 20, 30];
const CONTENT = randomBytes(3_000_000);
const SHA256 = createHash('sha256').update(CONTENT).digest('hex');
const isUpload = ({ method, path: url }: SeenRequest) => method === 'PUT' && url.includes(SHA256);
const isUploadOf = (seen: readonly SeenRequest[]) => seen.filter(isUpload).length;

it.each([
  ['off AWS only those that a request must have', 'http://127.0.0.1:9', 'WHEN_REQUIRED'],
  ['at AWS those of the SDK', null, 'WHEN_SUPPORTED'],
])('the client of S3 sends and checks checksums: %s', async (_which, endpoint, expected) => {
  const { config } = createS3Client({
    ...{
      bucket: 'b',
      prefix: '',
      endpoint,
      region: 'eu-central-1',
      usesPathStyle: true,
      spoolFolder: tmpdir(),
    },
    credentials: { accessKeyId: 'a', secretAccessKey: 's', sessionToken: null },
  });
  expect(await config.requestChecksumCalculation()).toBe(expected);
  expect(await config.responseChecksumValidation()).toBe(expected);
});

describe.skipIf(program === null)('faults between the asset store and an S3 server', () => {
  let server: S3Server;
  let settings: S3Settings;
  let proxy: FaultyProxy;
  let faultOf: (request: SeenRequest) => Fault;
  let store: AssetStore;
  /** As another process sees it, past the faults. */
  let direct: AssetStore;
  beforeAll(async () => {
    server = await startS3Server(program ?? '');
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    settings = await server.makeBucket();
    faultOf = () => PASS;
    proxy = await startFaultyProxy(server.endpoint, (request) => faultOf(request));
    store = createS3AssetStore({ ...settings, endpoint: proxy.url }, { pausesMs: PAUSES_MS });
    direct = createS3AssetStore(settings);
  });
  afterEach(() => proxy.close());

  const put = () => store.put(Readable.from([CONTENT]));
  const read = async (from: AssetStore) => {
    const opened = await from.open(SHA256);
    return opened && Buffer.concat((await opened.stream.toArray()) as Buffer[]);
  };
  /** A fault for the first uploads, of so many. */
  const first = (times: number, fault: Fault) => (request: SeenRequest) =>
    isUpload(request) && isUploadOf(proxy.seen) <= times ? fault : PASS;

  it('leaves nothing readable of an interrupted upload, and stores it whole at the next try', async () => {
    const sawNothing: (Buffer | null)[] = [];
    faultOf = first(1, { does: 'cut', afterBytes: 1_000_000 });
    const putting = put();
    while (isUploadOf(proxy.seen) < 2) {
      sawNothing.push(await read(direct));
      if (sawNothing.length > 500) throw new Error('it was not sent again');
    }
    expect(await putting).toMatchObject({ sha256: SHA256, bytes: CONTENT.length });
    expect(sawNothing.slice(0, -1).every((seen) => seen === null)).toBe(true);
    expect((await read(direct))?.equals(CONTENT)).toBe(true);
  });

  it('leaves nothing readable when every try is interrupted, and returns the reason', async () => {
    faultOf = first(99, { does: 'cut', afterBytes: 2_999_999 });
    await expect(put()).rejects.toThrow(S3Failure);
    expect(isUploadOf(proxy.seen)).toBe(PAUSES_MS.length + 1);
    expect(await direct.head(SHA256)).toBeNull();
    expect(await read(direct)).toBeNull();
    expect(await readdir(path.join(server.dataFolder, settings.bucket))).not.toContain(settings.prefix);
  });

  it('makes the same object by a retry after an unknown outcome', async () => {
    faultOf = first(1, { does: 'lose_response' });
    expect(await put()).toMatchObject({ sha256: SHA256 });
    expect(isUploadOf(proxy.seen)).toBe(2);
    faultOf = () => PASS;
    // The activity that is retried: the object is there, and is not sent again.
    expect(await put()).toMatchObject({ sha256: SHA256 });
    expect(isUploadOf(proxy.seen)).toBe(2);
    const section = [];
    for await (const page of direct.list(SHA256.slice(0, 2))) section.push(...page);
    expect(section).toMatchObject([{ name: SHA256, bytes: CONTENT.length }]);
  });

  it('stores nothing that was changed in transit: the server compares it with the signed hash', async () => {
    faultOf = first(99, { does: 'change_byte' });
    await expect(put()).rejects.toMatchObject({ name: 'S3Failure', code: 'XAmzContentSHA256Mismatch' });
    expect(await direct.head(SHA256)).toBeNull();
    faultOf = () => PASS;
    expect(await put()).toMatchObject({ sha256: SHA256 });
  });

  it('waits for a server that says 503 SlowDown, within bounds', async () => {
    const slowDown = { does: 'refuse', status: 503, code: 'SlowDown' } as const;
    faultOf = first(PAUSES_MS.length, slowDown);
    expect(await put()).toMatchObject({ sha256: SHA256 });
    expect(isUploadOf(proxy.seen)).toBe(PAUSES_MS.length + 1);

    faultOf = () => slowDown;
    const before = proxy.seen.length;
    await expect(store.open(SHA256)).rejects.toMatchObject({ code: 'SlowDown', status: 503 });
    expect(proxy.seen.length - before).toBe(PAUSES_MS.length + 1);
  });

  it('does not take a refusal for a missing asset', async () => {
    for (const code of ['NoSuchBucket', 'XAdminUserNotFound']) {
      faultOf = () => ({ does: 'refuse', status: 404, code });
      await expect(store.open(SHA256)).rejects.toMatchObject({ code });
    }
    faultOf = () => PASS;
    expect(await store.open(SHA256)).toBeNull();
  });

  it('does not repeat what a server refuses for good', async () => {
    faultOf = first(99, { does: 'refuse', status: 403, code: 'AccessDenied' });
    await expect(put()).rejects.toMatchObject({ code: 'AccessDenied' });
    expect(isUploadOf(proxy.seen)).toBe(1);
  });

  it('fails an interrupted download, and does not end it as if it were whole', async () => {
    await put();
    faultOf = ({ method }) => (method === 'GET' ? { does: 'cut_response', afterBytes: 1_000_000 } : PASS);
    await expect(read(store)).rejects.toThrow();
  });

  it('gives up at once when the caller does', async () => {
    const abort = new AbortController();
    faultOf = (request) => {
      if (!isUpload(request)) return PASS;
      abort.abort(new Error('the worker is told to stop'));
      return { does: 'refuse', status: 503, code: 'SlowDown' };
    };
    await expect(store.put(Readable.from([CONTENT]), { signal: abort.signal })).rejects.toThrow();
    expect(isUploadOf(proxy.seen)).toBe(1);
  });

  it('leaves no part of a file on the local disk, whatever happens', async () => {
    faultOf = first(1, { does: 'cut', afterBytes: 1_000_000 });
    await put();
    faultOf = () => ({ does: 'refuse', status: 403, code: 'AccessDenied' });
    await expect(put()).rejects.toThrow(S3Failure);
    expect(await readdir(settings.spoolFolder)).toEqual([]);
  });

  it('never names a credential in an error, however deep one looks', async () => {
    const shows = async (run: () => Promise<unknown>) => {
      const error: unknown = await run().then(
        () => null,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(Error);
      return inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(error) + String(error);
    };
    const wrong = {
      accessKeyId: ACCESS_KEY_ID,
      secretAccessKey: `${SECRET_ACCESS_KEY}-x`,
      sessionToken: 'token-of-mine',
    };
    const unknown = {
      accessKeyId: `${ACCESS_KEY_ID}X`,
      secretAccessKey: SECRET_ACCESS_KEY,
      sessionToken: null,
    };
    const texts = [
      await shows(() =>
        createS3AssetStore({ ...settings, credentials: wrong }).put(Readable.from([CONTENT])),
      ),
      await shows(() => createS3AssetStore({ ...settings, credentials: unknown }).open(SHA256)),
      await shows(() =>
        createS3AssetStore({ ...settings, endpoint: 'http://127.0.0.1:9' }, { pausesMs: [] }).head(SHA256),
      ),
      await shows(() => {
        faultOf = first(99, { does: 'cut', afterBytes: 10 });
        return put();
      }),
      await shows(() =>
        openAssetStore(
          { kind: 's3', ...settings, credentials: wrong },
          { access: 'read', log: { warn: () => undefined } },
        ),
      ),
    ];
    for (const text of texts) {
      expect(text).not.toContain(ACCESS_KEY_ID);
      expect(text).not.toContain(SECRET_ACCESS_KEY);
      expect(text).not.toMatch(/token-of-mine|Signature=|Credential=/);
    }
  });

  describe('at the start of a process', () => {
    const warnings: unknown[] = [];
    const log = { warn: (...args: unknown[]) => warnings.push(args) };
    const start = (other: Partial<S3Settings>, access: 'read' | 'write' = 'write') =>
      openAssetStore({ kind: 's3', ...settings, ...other }, { access, log: log as never });
    const message = async (opening: Promise<unknown>) => {
      const error: unknown = await opening.then(
        () => null,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(AssetStoreUnusable);
      return (error as Error).message;
    };

    it('a bucket that is there and may be used is taken', async () => {
      await start({});
      await start({}, 'read');
      expect(warnings).toEqual([]);
    });

    it('says which bucket is missing, and where', async () => {
      for (const access of ['read', 'write'] as const)
        expect(await message(start({ bucket: 'nowhere' }, access))).toMatch(
          /^The bucket nowhere at 127\.0\.0\.1:\d+ cannot be used\. There is no such bucket\. Make it, or correct ASSET_STORE\./,
        );
    });

    it('says that the credentials are not accepted', async () => {
      const credentials = { accessKeyId: ACCESS_KEY_ID, secretAccessKey: 'other', sessionToken: null };
      expect(await message(start({ credentials }))).toMatch(
        /The credentials are not accepted\. Correct AWS_ACCESS_KEY_ID/,
      );
    });

    it('says that a permission is missing: to list for a reader, to write for a writer', async () => {
      const denied = { does: 'refuse', status: 403, code: 'AccessDenied' } as const;
      faultOf = ({ method }) => (method === 'PUT' ? denied : PASS);
      const endpoint = proxy.url;
      expect(await message(start({ endpoint }))).toMatch(
        /The credentials lack a permission\. \(PutObject was answered 403 AccessDenied/,
      );
      await start({ endpoint }, 'read');
      faultOf = () => denied;
      expect(await message(start({ endpoint }, 'read'))).toMatch(/ListObjectsV2 was answered 403/);
    });

    it('says by how much the clock is wrong, by the time of what it has just stored', async () => {
      const value = new Date(Date.now() - 40 * 60_000).toUTCString();
      faultOf = ({ method }) =>
        method === 'HEAD' ? { does: 'change_header', name: 'last-modified', value } : PASS;
      expect(await message(start({ endpoint: proxy.url }))).toBe(
        'The clock of this machine is 40 minutes ahead of that of the S3 server. Set it.',
      );
    });

    it('says that the clock is wrong when the server refuses every request for it', async () => {
      faultOf = ({ method }) =>
        method === 'PUT' ? { does: 'refuse', status: 403, code: 'RequestTimeTooSkewed' } : PASS;
      expect(await message(start({ endpoint: proxy.url }))).toMatch(/The clock of this machine differs/);
    });

    it('says that the bucket is in another region', async () => {
      faultOf = () => ({ does: 'refuse', status: 301, code: 'PermanentRedirect' });
      expect(await message(start({ endpoint: proxy.url }))).toMatch(
        /another region\. Correct ASSET_STORE_REGION/,
      );
    });

    it('starts all the same when the server is away, and says so', async () => {
      await start({ endpoint: 'http://127.0.0.1:9' });
      expect(JSON.stringify(warnings)).toMatch(
        /cannot be used\. It will be tried again\. \(ListObjectsV2 failed: ECONNREFUSED\)/,
      );
    });
  });
});

describe('a folder for assets that cannot be written', () => {
  it('is told at the start of a process that writes', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'holdfast-no-folder-'));
    try {
      // A file where the folder should be: root may write anywhere else.
      const home = path.join('/dev/null', 'assets');
      const log = { warn: () => undefined };
      await expect(openAssetStore({ kind: 'disk', home }, { access: 'write', log })).rejects.toThrow(
        'The asset folder /dev/null/assets cannot be written (ENOTDIR).',
      );
      await openAssetStore({ kind: 'disk', home: folder }, { access: 'write', log });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
