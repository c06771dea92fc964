import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statusesOf, type Call } from '../../../contract/call.ts';
import { CALLS } from '../../../contract/calls.ts';
import { connectRaw, headOf, problemIn } from '../http/raw-http.ts';
import { recordResponse } from '../../harness/record-response.ts';
import { createApiFixture, expectProblem, type ApiFixture, type TestAccount } from '../api-fixture.ts';

/** A walk over every call: what any request of its kind may be refused with. What is a call's own is in the tests of that call. */
const EVERY_CALL: readonly (readonly [name: string, call: Call])[] = Object.entries(CALLS);
const ABSENT_ACCOUNT = 'acct_aaaaaaaaaaaaaaaaaaaaaaaaaa';
/** More than Node takes of headers. */
const LONG_HEADER = 'x'.repeat(20_000);
const LARGE_BODY = `"${'x'.repeat(1_100_000)}"`;

let api: ApiFixture;
/** Its PostgreSQL is not there. */
let away: ApiFixture;
/** Its PostgreSQL has none of our functions. */
let foreign: ApiFixture;
/** Nothing more is taken after the first request of an address or a key. */
let limited: ApiFixture;
let account: TestAccount;
let noScope: string;

beforeAll(async () => {
  [api, away, foreign, limited] = await Promise.all([
    createApiFixture(),
    createApiFixture({ databaseUrl: () => 'postgres://holdfast_api@127.0.0.1:9/none' }),
    createApiFixture({ databaseUrl: (url) => withDatabase(url, 'postgres') }),
    createApiFixture({ rateLimits: { address: { perSecond: 0.001, burst: 1 } } }),
  ]);
  account = await api.openAccount();
  noScope = await api.createKey(account.accountId, []);
});
afterAll(() => Promise.all([api, away, foreign, limited].map((fixture) => fixture.close())));

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

/** The path with ids that nothing has, but for the account's. */
function pathOf({ path }: Call): string {
  return path
    .replaceAll(
      /\/(\w+)\/:\w+/g,
      (_, step: string) => `/${step}/${step === 'accounts' ? account.accountId : 'absent'}`,
    )
    .replaceAll(/:\w+/g, 'absent');
}

function send(
  call: Call,
  options: {
    readonly key?: string;
    readonly headers?: object;
    readonly body?: unknown;
    readonly of?: ApiFixture;
  } = {},
) {
  const { key, headers = {}, body, of = api } = options;
  const acts = call.method !== 'get';
  return of.call(pathOf(call), {
    method: call.method.toUpperCase(),
    ...(key === undefined ? {} : { key }),
    headers: { ...(acts ? { 'Idempotency-Key': 'walk' } : {}), ...headers },
    ...(acts ? { body: body ?? {} } : {}),
  });
}

const withStatus = (status: number) => EVERY_CALL.filter(([, call]) => statusesOf(call).includes(status));
const keyed = EVERY_CALL.filter(([, call]) => call.access !== 'public');
const ofAccount = EVERY_CALL.filter(([, call]) => call.access === 'account');
/** For any account or one: a platform key may name one. A search has to say what for: its own test does. */
const namesAccount = withStatus(404).filter(
  ([name, { access, method, path }]) =>
    access === 'key' && method === 'get' && !path.includes('/:') && name !== 'search',
);
const withBody = EVERY_CALL.filter(([, call]) => call.body !== undefined);
const platform = () => ({ key: api.platformKey, headers: { 'Holdfast-Account': account.accountId } });

describe('every call', () => {
  it.each(withStatus(400))('%s refuses headers that are too large', async (name, call) => {
    expectProblem(await send(call, { headers: { 'X-Long': LONG_HEADER } }), 400, 'invalid_request');
    // Node responds before there is a request: nothing else has seen it.
    recordResponse(name, 400);
  });
  it.each(EVERY_CALL)('%s refuses a transfer coding that it does not know', async (_, call) => {
    const connection = connectRaw(api.url);
    const head = headOf(`${call.method.toUpperCase()} ${pathOf(call)}`, [
      ['Transfer-Encoding', 'gzip, chunked'],
    ]);
    connection.send(`${head}0\r\n\r\n`);
    expect(problemIn(await connection.closed)).toMatchObject({
      status: 501,
      problem: { code: 'not_implemented', billed: 'no', retryable: false },
    });
  });
  it.each(keyed)('%s refuses a request without a key', async (_, call) => {
    expectProblem(await send(call), 401, 'unauthenticated');
  });
  it.each(keyed)('%s refuses a key without its scope', async (_, call) => {
    expectProblem(await send(call, { key: noScope }), 403, 'forbidden');
  });
  it.each(ofAccount)('%s refuses an account that is not there', async (_, call) => {
    const headers = { 'Holdfast-Account': ABSENT_ACCOUNT };
    expectProblem(await send(call, { key: api.platformKey, headers }), 404, 'not_found');
  });
  it.each(namesAccount)('%s refuses a named account that is not there', async (_, call) => {
    const headers = { 'Holdfast-Account': ABSENT_ACCOUNT };
    expectProblem(await send(call, { key: api.platformKey, headers }), 404, 'not_found');
  });
  it.each(withBody)('%s refuses a body that is too large', async (_, call) => {
    expectProblem(await send(call, { ...platform(), body: LARGE_BODY }), 413, 'payload_too_large');
  });
  it.each(withBody)('%s refuses a body that is not JSON', async (_, call) => {
    const headers = { ...platform().headers, 'Content-Type': 'text/plain' };
    expectProblem(await send(call, { ...platform(), headers, body: 'text' }), 415, 'unsupported_media_type');
  });
  it.each(keyed)('%s is 503 while PostgreSQL is away', async (_, call) => {
    expectProblem(await send(call, { of: away, key: account.key }), 503, 'unavailable');
  });
  it.each(keyed)('%s is 500 on an internal fault, and says nothing of it', async (_, call) => {
    const problem = expectProblem(await send(call, { of: foreign, key: account.key }), 500, 'internal');
    expect(problem['detail']).toBe('Quote request_id to support.');
  });
  // What counts strangers alone is asked for with a name that they guess: its own test does.
  it.each(withStatus(429).filter(([, call]) => call.countsStrangersOnly !== true))(
    '%s is 429 once a limit is reached',
    async (_, call) => {
      await send(call, { of: limited });
      expectProblem(await send(call, { of: limited }), 429, 'rate_limited');
    },
  );
});
