import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { billLinesOf } from '../../cli/input/bill-file.ts';
import { fetchFalBill } from '../../cli/input/fal-bill.ts';

const NOW = Date.parse('2026-05-31T12:00:00Z');
const event = (nth: number) => ({
  ...{ request_id: `run-${String(nth)}`, timestamp: '2026-05-30T00:00:00Z', cost_estimate_nano_usd: nth },
  ...{ endpoint_id: 'fal-ai/flux/dev', output_units: 1 },
});

let server: Server;
let asked: { readonly url: URL; readonly key: string | undefined }[];
let answer: (url: URL) => { readonly status: number; readonly body: unknown; readonly location?: string };
let url: string;
beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    const to = new URL(request.url ?? '', 'http://fal.test');
    asked.push({ url: to, key: request.headers.authorization });
    const { status, body, location } = answer(to);
    response.writeHead(status, location === undefined ? {} : { location });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/v1/`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});
const fetchBill = () => fetchFalBill({ url, key: 'secret' }, 7, NOW);

test('the pages of a bill are fetched with the key, from the day asked for, and are read like a file of them', async () => {
  answer = ({ searchParams }) => ({
    status: 200,
    body: searchParams.has('cursor')
      ? { billing_events: [event(3)], next_cursor: null, has_more: false }
      : { billing_events: [event(1), event(2)], next_cursor: 'Mg==', has_more: true },
  });
  expect(billLinesOf('fal', await fetchBill())).toEqual(
    [1, 2, 3].map((nth) => ({
      line: `run-${String(nth)}@2026-05-30T00:00:00Z`,
      id: `run-${String(nth)}`,
      cost: `0.00000000${String(nth)}`,
    })),
  );
  expect(
    asked.map(({ url: { pathname, searchParams }, key }) => [
      pathname,
      Object.fromEntries(searchParams),
      key,
    ]),
  ).toEqual([
    ['/v1/models/billing-events', { start: '2026-05-24T12:00:00.000Z', limit: '1000' }, 'Key secret'],
    [
      '/v1/models/billing-events',
      { start: '2026-05-24T12:00:00.000Z', limit: '1000', cursor: 'Mg==' },
      'Key secret',
    ],
  ]);
});

test.each([
  [
    'a key that is none of an administrator',
    { status: 403, body: 'no' },
    /responded 403, which is about the key/,
  ],
  ['a service that is away', { status: 503, body: 'later' }, /responded 503/],
  ['a page in place of events', { status: 200, body: '<html>' }, /holds no billing events/],
  [
    'a redirect, which is not followed with the key',
    { status: 302, body: '', location: 'http://127.0.0.1:9/' },
    /could not be fetched/,
  ],
])('a bill is not imported from %s, and no message has the key', async (_what, said, message) => {
  answer = () => said;
  await expect(fetchBill()).rejects.toThrow(message);
  await expect(fetchBill()).rejects.toThrow(
    expect.not.objectContaining({ message: expect.stringContaining('secret') as string }),
  );
});

test('a bill of more than 100,000 events is refused', async () => {
  answer = () => ({ status: 200, body: { billing_events: [], next_cursor: 'again' } });
  await expect(fetchBill()).rejects.toThrow(/more than 100,000 events/);
  expect(asked).toHaveLength(100);
});
