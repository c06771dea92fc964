import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bringInResult } from '../../../activities/attempts/bring-in-result.ts';
import { createCheckContent } from '../../../activities/content/check-content.ts';
import type { AssetStore } from '../../../assets/asset-store.ts';
import { createDiskAssetStore } from '../../../assets/disk-asset-store.ts';
import { blackPng, PICTURES } from '../../activities/content/pictures.ts';
import { makeTemporaryHome } from '../../harness/temporary-home.ts';
import { createContractFixture, NEVER } from './contract-fixture.ts';
import type { ContractSubject, FakeFile } from './dialect.ts';
import { answering, closing, silent, type FakeService, type Fault } from './fake-service.ts';

const EXPECTED = { mediaTypes: ['image/png'] } as const;
const PICTURE = await PICTURES['image/png']();
const THUMBNAIL = await PICTURES['image/webp']();
const PAGE = Buffer.from('<!doctype html><title>Sign in</title>');
const FIVE_GIGABYTES = 5 * 1024 ** 3;
/** 64 MiB of zeros, compressed. */
const PACKED_BOMB = gzipSync(Buffer.alloc(64 * 1024 * 1024));
/** 100 million pixels in 0.3 MB. */
const PIXEL_BOMB = await blackPng(10_000, 10_000);

const png = { 'content-type': 'image/png' };

/** Sends a head with this length, and bytes without an end. */
const pouring =
  (declaredBytes: number | null): Fault =>
  ({ response }) => {
    const chunk = Buffer.alloc(256 * 1024);
    response.writeHead(200, declaredBytes === null ? png : { ...png, 'content-length': declaredBytes });
    const pour = () => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on('drain', pour);
    pour();
  };

const breakingOff: Fault = ({ request, response }) => {
  response.writeHead(200, { ...png, 'content-length': PICTURE.length });
  response.write(PICTURE.subarray(0, PICTURE.length / 2));
  setTimeout(() => request.socket.resetAndDestroy(), 20);
};

/** The path of the fake's second file. */
const OTHER_FILE = '/files/1';

const redirecting = (location: string): Fault => answering({ status: 302, headers: { location } });

const BAD = { outcome: 'failed', code: 'bad_content' };
/** The files that a result may name. */
const NAMED = {
  picture: (fake: FakeService) => fake.putFile(PICTURE, 'image/png'),
  thumbnail: (fake: FakeService) => fake.putFile(THUMBNAIL, 'image/webp'),
  damaged: (fake: FakeService) => fake.putFile(PICTURE.subarray(0, -200), 'image/png'),
  inside: (fake: FakeService) => ({
    ...fake.putFile(PICTURE, 'image/png'),
    url: 'http://192.168.1.1/mask.png',
  }),
};
const AGAIN = { outcome: 'again' };
const EXPIRED = { outcome: 'link_expired' };

/** Faults of a link and their outcome: the provider's failure, or another try. */
const LINKS: readonly (readonly [string, Fault, object])[] = [
  ['leads to a page instead of a picture', answering({ status: 200, headers: png, body: PAGE }), BAD],
  ['leads to an empty file', answering({ status: 200, headers: png, body: Buffer.alloc(0) }), BAD],
  [
    'leads to a picture that is cut short',
    answering({ status: 200, headers: png, body: PICTURE.subarray(0, -200) }),
    BAD,
  ],
  [
    'leads to a picture of another type',
    answering({ status: 200, headers: png, body: await PICTURES['image/webp']() }),
    BAD,
  ],
  [
    'leads to a compressed bomb',
    answering({ status: 200, headers: { ...png, 'content-encoding': 'gzip' }, body: PACKED_BOMB }),
    BAD,
  ],
  [
    'leads to a picture of 100 million pixels',
    answering({ status: 200, headers: png, body: PIXEL_BOMB }),
    BAD,
  ],
  ['declares five gigabytes', pouring(FIVE_GIGABYTES), BAD],
  ['has no end', pouring(null), BAD],
  ['leads to a private address', redirecting('http://10.0.0.7/picture.png'), BAD],
  ['leads to a metadata service', redirecting('http://169.254.169.254/latest/meta-data/'), BAD],
  ['leads to a port of this machine', redirecting('http://127.0.0.1:1/picture.png'), BAD],
  ['leads to a file of this machine', redirecting('file:///etc/passwd'), BAD],
  ['leads to itself', redirecting('/files/0'), BAD],
  ['has expired (403)', answering({ status: 403 }), EXPIRED],
  ['has expired (404)', answering({ status: 404 }), EXPIRED],
  ['has expired (410)', answering({ status: 410 }), EXPIRED],
  ['is unavailable (503)', answering({ status: 503 }), AGAIN],
  ['is limited (429)', answering({ status: 429 }), AGAIN],
  ['breaks off', breakingOff, AGAIN],
  ['closes the connection', closing, AGAIN],
];

/** The contract of results behind links. */
export function describeLinkedResults(subject: ContractSubject): void {
  const start = createContractFixture(subject);
  const checkContent = createCheckContent();
  let assets: AssetStore;
  let remove: () => Promise<void>;
  beforeAll(async () => {
    const temporary = await makeTemporaryHome('contract');
    assets = createDiskAssetStore(temporary.home);
    remove = temporary.remove;
  });
  afterAll(() => remove());

  async function bringIn(serve: Fault | null, change: (file: FakeFile) => FakeFile = (file) => file) {
    const { fake, provider, accept } = await start();
    const id = await accept();
    const [job] = fake.jobs.all();
    if (job === undefined) throw new Error('the fake has no job');
    const file = fake.putFile(PICTURE, 'image/png', ...(serve === null ? [] : [serve]));
    const { pathname: other } = new URL(fake.putFile(PICTURE, 'image/png').url);
    expect(other).toBe(OTHER_FILE);
    job.files = [change(file)];
    job.state = 'succeeded';
    const poll = await provider.poll(id, NEVER);
    if (poll.state !== 'succeeded') throw new Error(`polled as ${JSON.stringify(poll)}`);
    const brought = await bringInResult({ provider, assets, checkContent }, poll.files, EXPECTED, NEVER);
    return { brought, fake };
  }

  describe('a result', () => {
    it('is stored with the type that its bytes have, and is fetched without the key', async () => {
      const { brought, fake } = await bringIn(null);
      expect(brought).toMatchObject({
        outcome: 'stored',
        asset: { bytes: PICTURE.length, contentType: 'image/png' },
      });
      const fetched = fake.requests.filter(({ path }) => path.startsWith('/files/'));
      expect(fetched.map(({ headers }) => headers['authorization'])).toEqual([undefined]);
    });

    it.each(LINKS)('whose link %s is never charged', async (_what, serve, expected) => {
      const { brought, fake } = await bringIn(serve);
      expect(brought).toMatchObject(expected);
      expect(fake.wire.bytesBack(), 'no more is fetched than a picture may have').toBeLessThan(
        80 * 1024 * 1024,
      );
    });

    it('that its host delivers compressed, though it was asked for as it is, is stored unpacked', async () => {
      const headers = { ...png, 'content-encoding': 'gzip' };
      const { brought } = await bringIn(answering({ status: 200, headers, body: gzipSync(PICTURE) }));
      expect(brought).toMatchObject({ outcome: 'stored', asset: { bytes: PICTURE.length } });
    });

    it('whose coding has the name of a property of every object is judged by its bytes', async () => {
      const headers = { ...png, 'content-encoding': 'constructor' };
      const { brought } = await bringIn(answering({ status: 200, headers, body: PICTURE }));
      expect(brought.outcome).toBe('stored');
    });

    it('that breaks off while it is unpacked is fetched again', async () => {
      const headers = { ...png, 'content-encoding': 'gzip' };
      const half = gzipSync(PICTURE).subarray(0, -20);
      const { brought } = await bringIn(answering({ status: 200, headers, body: half }));
      expect(brought).toMatchObject(AGAIN);
    });

    it('that is redirected within the service is stored', async () => {
      const { brought } = await bringIn(redirecting(OTHER_FILE));
      expect(brought.outcome).toBe('stored');
    });

    it.each<[string, readonly (keyof typeof NAMED)[], object]>([
      ['after a thumbnail of another type is stored', ['thumbnail', 'picture'], { outcome: 'stored' }],
      ['that is damaged is not replaced by what is named after it', ['damaged', 'picture'], BAD],
      ['whose link is not allowed is not replaced by what is named after it', ['inside', 'picture'], BAD],
      ['of which only other files are named is bad', ['thumbnail', 'thumbnail'], BAD],
    ])('%s', async (_what, named, expected) => {
      const { fake, provider, accept } = await start();
      const id = await accept();
      const [job] = fake.jobs.all();
      job!.files = named.map((name) => NAMED[name](fake));
      job!.state = 'succeeded';
      const poll = await provider.poll(id, NEVER);
      const files = poll.state === 'succeeded' ? poll.files : [];
      const brought = await bringInResult({ provider, assets, checkContent }, files, EXPECTED, NEVER);
      expect(brought).toMatchObject(expected);
    });

    it.each<[string, Partial<Record<keyof FakeFile, unknown>>]>([
      ['a negative length', { bytes: -1 }],
      ['a fractional length', { bytes: PICTURE.length + 0.5 }],
      ['a text as length', { bytes: 'long' }],
      ['an invalid checksum', { sha256: 'none' }],
      ['a number as checksum', { sha256: 7 }],
    ])('that declares %s is stored all the same', async (_what, odd) => {
      const { brought } = await bringIn(null, (file) => ({ ...file, ...odd }) as FakeFile);
      expect(brought).toMatchObject({ outcome: 'stored', asset: { bytes: PICTURE.length } });
    });

    it('whose link names a private address is never charged', async () => {
      const { brought } = await bringIn(null, (file) => ({ ...file, url: 'http://192.168.1.1/picture.png' }));
      expect(brought).toMatchObject(BAD);
    });

    it('is unavailable when the caller aborts its fetch', async () => {
      const { fake, provider } = await start();
      const file = fake.putFile(PICTURE, 'image/png', silent);
      const fetched = provider.fetchResult(
        { at: 'link', url: file.url, bytes: null, sha256: null },
        AbortSignal.timeout(50),
      );
      expect((await fetched).outcome).toBe('unavailable');
    });
  });
}

/** For services that declare the length and checksum of a file. */
export function describeDeclaredResults(subject: ContractSubject): void {
  const start = createContractFixture(subject);

  it.each([
    ['length', (file: FakeFile) => ({ ...file, bytes: file.bytes + 1 })],
    [
      'checksum',
      (file: FakeFile) => ({ ...file, sha256: file.sha256.replace(/./, (c) => (c === '0' ? '1' : '0')) }),
    ],
  ])('a result of another %s than declared is never charged', async (_what, change) => {
    const temporary = await makeTemporaryHome('contract');
    const { fake, provider, accept } = await start();
    const id = await accept();
    const [job] = fake.jobs.all();
    job!.files = [change(fake.putFile(PICTURE, 'image/png'))];
    job!.state = 'succeeded';
    const poll = await provider.poll(id, NEVER);
    const files = poll.state === 'succeeded' ? poll.files : [];
    const context = {
      provider,
      assets: createDiskAssetStore(temporary.home),
      checkContent: createCheckContent(),
    };
    expect(await bringInResult(context, files, EXPECTED, NEVER)).toEqual(BAD);
    await temporary.remove();
  });
}
