import type { LookupAddress } from 'node:dns';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { parseUrl } from '../../domain/parse-url.ts';
import type { Resolve } from '../../runtime/outbound/checked-lookup.ts';
import { createOpenOutside, faultOfAddress } from '../../runtime/outbound/open-outside.ts';
import { createPostOutside } from '../../runtime/outbound/post-outside.ts';
import { GOOD, HOSTILE, PORTS, SCHEMES, USERINFO } from './hostile-corpus.ts';

const rules = { allowsLocal: false };
const inside = (address: string): LookupAddress[] => [{ address, family: address.includes(':') ? 6 : 4 }];

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A server of this machine. Returns its address. */
async function listen(handle: RequestListener): Promise<string> {
  const server = createServer(handle).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  closers.push(() => server.close());
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
}

/** Why an address is refused, by what fetches references and by what posts webhooks; else how it went. */
const WAYS = {
  fetches: async (resolve: Resolve, url: string, by: { readonly allowsLocal: boolean } = rules) =>
    createOpenOutside(resolve, by)(url, '*/*', AbortSignal.timeout(5_000), (answer) =>
      Promise.resolve(answer.outcome === 'refused' ? answer.why : 'answered'),
    ).catch(() => 'tried'),
  posts: async (resolve: Resolve, url: string, by: { readonly allowsLocal: boolean } = rules) => {
    const post = createPostOutside(resolve, by, { timeoutMs: 5_000, maxReplyBytes: 1_024 });
    const reply = await post({ url, headers: {}, body: '{}' });
    return reply.outcome === 'failed' ? reply.why : `status ${String(reply.status)}`;
  },
} as const;
const BOTH = ['fetches', 'posts'] as const;

const REFUSALS = ['not_https', 'bad_address', 'private_address'];

it('there are at least 150 hostile addresses, no two alike', () => {
  expect(new Set(HOSTILE).size).toBe(HOSTILE.length);
  expect(HOSTILE.length).toBeGreaterThanOrEqual(150);
});

it.each(
  BOTH.flatMap((way) =>
    ['10.0.0.1', '169.254.169.254', '::1', 'fd00:ec2::254', '64:ff9b::7f00:1'].map(
      (leadsTo) => [way, leadsTo] as const,
    ),
  ),
)('what %s refuses every hostile address, where names lead to %s', async (way, leadsTo) => {
  const taken: (readonly [string, string])[] = [];
  for (const url of HOSTILE) {
    const outcome = await WAYS[way](() => Promise.resolve(inside(leadsTo)), url);
    if (!REFUSALS.includes(outcome)) taken.push([url, outcome]);
  }
  expect(taken).toEqual([]);
});

/** What is wrong with an address by itself, wherever its name leads. */
const FAULTS = [
  ...[...PORTS, ...USERINFO].map((url) => [url, 'bad_address'] as const),
  ...SCHEMES.map((url) => [url, parseUrl(url) === null ? 'bad_address' : 'not_https'] as const),
];

it('a port of another service, a user name and another scheme are refused by themselves, wherever the name leads', () => {
  expect(FAULTS.map(([url]) => [url, faultOfAddress(url, rules)])).toEqual(FAULTS);
});

it('every good address is taken', () => {
  expect(GOOD.filter((url) => faultOfAddress(url, rules) !== null)).toEqual([]);
});

it('an address with a letter beyond ASCII is taken by a process that has checked thousands', () => {
  const outcomes = Array.from({ length: 20_000 }, () => faultOfAddress('https://bücher.example/ä', rules));
  expect(new Set(outcomes)).toEqual(new Set([null]));
});

it.each(BOTH)('what %s refuses a name that has one public and one private address', async (way) => {
  const both = () => Promise.resolve([...inside('93.184.215.14'), ...inside('127.0.0.1')]);
  expect(await WAYS[way](both, 'https://both.test/')).toBe('private_address');
});

it.each([
  ['fetches', 'answered'],
  ['posts', 'status 200'],
] as const)(
  'what %s connects to the address that it checked, where the name leads elsewhere at the next look',
  async (way, outcome) => {
    const url = new URL(await listen((_request, response) => response.end()));
    url.hostname = 'rebind.test';
    let looks = 0;
    const rebinding = () => {
      looks += 1;
      return Promise.resolve(inside(looks === 1 ? '127.0.0.1' : '10.1.2.3'));
    };
    expect([await WAYS[way](rebinding, url.href, { allowsLocal: true }), looks]).toEqual([outcome, 1]);
  },
);

/** What a header can carry. */
const LOCATIONS = HOSTILE.map((url) => parseUrl(url)?.href ?? url).filter((location) =>
  /^[^\u0000-\u001f\u0100-\uffff]*$/.test(location),
);

it('a redirect to a hostile address is refused like the address itself', async () => {
  // The first address is on this machine; from the redirect on, the rules are those of a deployment.
  const by = { allowsLocal: true };
  let location = '';
  const url = await listen((_request, response) => {
    by.allowsLocal = false;
    response.writeHead(302, { location }).end();
  });
  const faults = new Map<string, string>(FAULTS);
  const followed: (readonly [string, string])[] = [];
  for (location of LOCATIONS) {
    by.allowsLocal = true;
    const outcome = await WAYS.fetches(() => Promise.resolve(inside('10.0.0.1')), url, by);
    // One that is no address by itself goes on from the first one, which is plain http.
    const isRelative = parseUrl(location) === null && parseUrl(location, url) !== null;
    const fault = isRelative ? 'not_https' : faults.get(location);
    if (fault === undefined ? !REFUSALS.includes(outcome) : outcome !== fault)
      followed.push([location, outcome]);
  }
  expect(LOCATIONS.length).toBeGreaterThan(HOSTILE.length - 10);
  expect(followed).toEqual([]);
});

it('a redirect of a webhook is its response, and nothing is sent to where it leads', async () => {
  let location = '';
  const asked: (string | undefined)[] = [];
  const url = await listen((request, response) => {
    asked.push(request.url);
    response.writeHead(302, { location }).end();
  });
  // The first of them could be reached: it is the same server.
  const locations = [`${url}inside`, ...LOCATIONS];
  for (location of locations)
    expect(await WAYS.posts(() => Promise.resolve(inside('127.0.0.1')), url, { allowsLocal: true })).toBe(
      'status 302',
    );
  expect(asked).toEqual(locations.map(() => '/'));
});
