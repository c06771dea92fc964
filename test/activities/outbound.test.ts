import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Resolve } from '../../runtime/outbound/checked-lookup.ts';
import { createOpenOutside } from '../../runtime/outbound/open-outside.ts';
import { isPublicAddress, mayConnect } from '../../runtime/outbound/public-address.ts';
import { createInspectPicture } from '../../activities/content/inspect-picture.ts';
import { fetchReference } from '../../activities/references/fetch-reference.ts';
import { MAX_REFERENCE_BYTES } from '../../domain/work/reference-assets.ts';
import type { AssetStore } from '../../assets/asset-store.ts';
import { createDiskAssetStore } from '../../assets/disk-asset-store.ts';
import { makeTemporaryHome } from '../harness/temporary-home.ts';
import { PIXEL, startAssetServer, type AssetServer } from './asset-server.ts';
import { animatedGif, blackPng, PICTURES } from './content/pictures.ts';

const DRIP_TIMEOUT_MS = 300;

const inspectPicture = createInspectPicture();

let server: AssetServer;
let assets: AssetStore;
let removeHome: () => Promise<void>;
beforeAll(async () => {
  const made = await makeTemporaryHome('outbound');
  removeHome = made.remove;
  assets = createDiskAssetStore(made.home);
});
afterAll(() => removeHome());
beforeEach(async () => {
  server = await startAssetServer();
  return () => server.close();
});

/** Names of this test; no name server is asked. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  'assets.test': ['127.0.0.1'],
  'private.test': ['10.0.0.7'],
  'metadata.test': ['169.254.169.254'],
  'mixed.test': ['93.184.216.34', '192.168.1.1'],
  'mapped.test': ['::ffff:10.0.0.1'],
  'nowhere.test': [],
};
const resolve: Resolve = (hostname) =>
  Promise.resolve(
    (NAMES[hostname] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
  );

const fetch = (url: string, { allowsLocal = true, timeoutMs = 5_000 } = {}) =>
  fetchReference(
    { openOutside: createOpenOutside(resolve, { allowsLocal }), assets, inspectPicture },
    url,
    new AbortController().signal,
    timeoutMs,
  );
const refused = (refusal: string) => ({ outcome: 'refused', refusal });
const KEPT = { outcome: 'kept', asset: { content_type: 'image/png', bytes: PIXEL.length } };
const sendPixel = (path: string) => {
  server.on(path, (response) => response.end(PIXEL));
};
const redirect = (from: string, to: string, status = 302) => {
  server.on(from, (response) => response.writeHead(status, { location: to }).end());
};

describe('an address is public', () => {
  it.each(['93.184.216.34', '8.8.8.8', '2606:2800:220:1::1', '::ffff:8.8.8.8'])('%s', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([
    ...['127.0.0.1', '127.8.8.8', '10.1.2.3', '172.16.0.1', '192.168.0.1', '169.254.169.254', '100.64.0.1'],
    ...['0.0.0.0', '224.0.0.1', '255.255.255.255', '240.0.0.1', '192.0.2.1', '198.18.0.1', '192.0.0.1'],
    ...[
      '::',
      '::1',
      'fe80::1',
      'fc00::1',
      'fd00:ec2::254',
      'ff02::1',
      '::ffff:127.0.0.1',
      '::ffff:a9fe:a9fe',
    ],
    ...[
      '::7f00:1',
      '64:ff9b::7f00:1',
      '2002:7f00:1::',
      '2001::1',
      '2001:db8::1',
      'fec0::1',
      '100::1',
      'nonsense',
    ],
  ])('and %s is not', (address) => {
    expect(isPublicAddress(address)).toBe(false);
    expect(mayConnect(address, { allowsLocal: false })).toBe(false);
  });

  it('and of those that are not, development may use loopback alone', () => {
    expect(mayConnect('127.0.0.1', { allowsLocal: true })).toBe(true);
    expect(mayConnect('10.0.0.1', { allowsLocal: true })).toBe(false);
    expect(mayConnect('169.254.169.254', { allowsLocal: true })).toBe(false);
  });
});

describe('a reference asset', () => {
  it('is kept, under its content', async () => {
    sendPixel('/a.png');
    const kept = await fetch(`${server.url}/a.png`);
    expect(kept).toMatchObject(KEPT);
    const sha256 = kept?.outcome === 'kept' ? kept.asset.sha256 : '';
    expect((await assets.head(sha256))?.bytes).toBe(PIXEL.length);
  });

  it('may be named, and is connected to at the address that was checked', async () => {
    sendPixel('/a.png');
    const url = `${server.url.replace('127.0.0.1', 'assets.test')}/a.png`;
    expect(await fetch(url)).toMatchObject(KEPT);
    expect(await fetch(url.replace('http:', 'https:'), { allowsLocal: false })).toEqual(
      refused('private_address'),
    );
    expect(server.asked).toHaveLength(1);
  });

  it.each(['image/jpeg', 'image/webp', 'image/gif', 'image/png'] as const)(
    'is what its own bytes say: %s',
    async (type) => {
      const picture = await PICTURES[type]();
      server.on('/x', (response) => response.setHeader('content-type', 'text/html').end(picture));
      expect(await fetch(`${server.url}/x`)).toMatchObject({
        ...{ outcome: 'kept', asset: { content_type: type } },
      });
    },
  );

  it.each(['image/jpeg', 'image/webp', 'image/gif', 'image/png'] as const)(
    'that is cut short is refused, wherever it is cut: %s',
    async (type) => {
      const picture = await PICTURES[type]();
      const shares = [0.999, 0.9, 0.5, 0.1].map((share) => Math.floor(picture.length * share));
      for (const length of [...shares, picture.length - 12, picture.length - 2, picture.length - 1]) {
        server.on('/x', (response) => response.end(picture.subarray(0, length)));
        expect([length, await fetch(`${server.url}/x`)]).toEqual([length, refused('damaged')]);
      }
      // Its beginning alone, which tells its type.
      server.on('/x', (response) => response.end(picture.subarray(0, 16)));
      expect(await fetch(`${server.url}/x`)).toEqual(refused('damaged'));
    },
  );

  it('of several pictures that is cut short is refused too', async () => {
    const film = await animatedGif();
    server.on('/whole', (response) => response.end(film));
    server.on('/cut', (response) => response.end(film.subarray(0, Math.floor(film.length * 0.9))));
    expect(await fetch(`${server.url}/whole`)).toMatchObject({ outcome: 'kept' });
    expect(await fetch(`${server.url}/cut`)).toEqual(refused('damaged'));
  });

  it('whose bytes are not what they begin like is refused', async () => {
    const picture = await PICTURES['image/png']();
    picture.fill(7, 200, 400);
    server.on('/x', (response) => response.end(picture));
    expect(await fetch(`${server.url}/x`)).toEqual(refused('damaged'));
  });

  it('with more pixels than we decode is refused before they are decoded', async () => {
    const bomb = await blackPng(9_000, 9_000);
    expect(bomb.length).toBeLessThan(500_000);
    server.on('/x', (response) => response.end(bomb));
    const before = process.memoryUsage().rss;
    expect(await fetch(`${server.url}/x`)).toEqual(refused('too_many_pixels'));
    expect(process.memoryUsage().rss - before).toBeLessThan(50_000_000);
  });

  it.each([
    ['text that says it is a picture', 'this is not a picture at all'],
    ['markup', '<svg xmlns="http://www.w3.org/2000/svg"></svg>'],
    ['a film', '\0\0\0\x20ftypisom\0\0\0\0'],
    ['less than a picture can be', '\x89PNG'],
    ['nothing', ''],
  ])('is refused when it is %s', async (_what, content) => {
    server.on('/x.png', (response) => response.setHeader('content-type', 'image/png').end(content));
    expect(await fetch(`${server.url}/x.png`)).toEqual(refused('not_an_image'));
  });

  it.each([
    ['says it is', (declared: boolean) => declared],
    ['is, and does not say so', (declared: boolean) => !declared],
  ])('is refused when it is larger than 10 MiB and %s', async (_what, isDeclared) => {
    server.on('/big', (response) => {
      if (isDeclared(true)) response.setHeader('content-length', MAX_REFERENCE_BYTES + 1);
      response.write(PIXEL.subarray(0, 16));
      const chunk = Buffer.alloc(1024 * 1024);
      const send = () => {
        while (!response.destroyed && response.write(chunk));
        if (!response.destroyed) response.once('drain', send);
      };
      send();
    });
    expect(await fetch(`${server.url}/big`)).toEqual(refused('too_large'));
  });

  it('follows three redirects, and not a fourth', async () => {
    sendPixel('/0');
    for (const hop of [1, 2, 3, 4]) redirect(`/${String(hop)}`, `/${String(hop - 1)}`, hop % 2 ? 302 : 308);
    expect(await fetch(`${server.url}/3`)).toMatchObject(KEPT);
    expect(await fetch(`${server.url}/4`)).toEqual(refused('too_many_redirects'));
  });

  it.each([
    ['http://10.0.0.1/a.png', 'private_address'],
    ['http://[::ffff:10.0.0.1]/', 'private_address'],
    ['http://169.254.169.254/latest/meta-data/', 'private_address'],
    ['http://metadata.test/', 'private_address'],
    ['http://mixed.test/', 'private_address'],
    ['ftp://assets.test/a.png', 'not_https'],
    ['file:///etc/passwd', 'not_https'],
    ['http://ann:secret@assets.test/', 'bad_address'],
    ['http://', 'bad_address'],
  ])('is looked at again where it is redirected: to %s', async (to, refusal) => {
    redirect('/r', to);
    expect(await fetch(`${server.url}/r`)).toEqual(refused(refusal));
    expect(server.asked).toEqual(['/r']);
  });

  it.each([
    ['https://private.test/a.png', 'private_address'],
    ['https://mapped.test/', 'private_address'],
    ['https://mixed.test/', 'private_address'],
    ['https://nowhere.test/', 'private_address'],
    ['https://127.0.0.1/', 'private_address'],
    ['https://2130706433/', 'private_address'],
    ['https://0x7f.1/', 'private_address'],
    ['https://[::1]/', 'private_address'],
    ['https://[::ffff:7f00:1]/', 'private_address'],
    ['https://ann@assets.test/', 'bad_address'],
    ['http://assets.test/', 'not_https'],
    ['nonsense', 'bad_address'],
  ])('outside development is https and public: not %s', async (url, refusal) => {
    expect(await fetch(url, { allowsLocal: false })).toEqual(refused(refusal));
  });

  it.each([401, 403, 404, 410, 204])('that the server answers %i is refused for good', async (status) => {
    server.on('/x', (response) => response.writeHead(status).end());
    expect(await fetch(`${server.url}/x`)).toEqual(refused('not_found'));
  });

  it.each([500, 503, 429, 408])('that the server answers %i may be there in a moment', async (status) => {
    server.on('/x', (response) => response.writeHead(status).end());
    expect(await fetch(`${server.url}/x`)).toBeNull();
  });

  it('that drips, breaks off or does not come may be there in a moment, and nothing of it is kept', async () => {
    server.on('/drip', (response) => {
      response.write(PIXEL.subarray(0, 20));
      const timer = setInterval(() => response.write('x'), 20);
      response.once('close', () => {
        clearInterval(timer);
      });
    });
    server.on('/broken', (response) => {
      response.write(PIXEL.subarray(0, 20), () => response.destroy());
    });
    server.on('/silent', () => undefined);
    for (const path of ['/drip', '/broken', '/silent']) {
      expect(await fetch(`${server.url}${path}`, { timeoutMs: DRIP_TIMEOUT_MS }), path).toBeNull();
    }
    const gone = server.url;
    await server.close();
    expect(await fetch(`${gone}/a.png`)).toBeNull();
    server = await startAssetServer();
  });
});
