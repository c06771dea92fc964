import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createApiFixture,
  expectProblem,
  STATIC_AD,
  type ApiFixture,
  type TestAccount,
} from '../api-fixture.ts';
import { connectRaw, headOf, problemIn } from './raw-http.ts';

const MEBIBYTE = 1_048_576;

let api: ApiFixture;
let account: TestAccount;
beforeAll(async () => {
  api = await createApiFixture({ mostBodyBytes: 2 * MEBIBYTE });
  account = await api.openAccount();
});
afterAll(() => api.close());

const submit = (body: unknown, headers: Record<string, string> = {}) =>
  api.call('/v1/jobs', { key: account.key, body, headers: { 'Idempotency-Key': 'k', ...headers } });

describe('a body that is no job', () => {
  it.each<[string, string | Uint8Array, string]>([
    ['nothing', '', 'required'],
    ['not JSON', '{', 'not_json'],
    ['NaN', '{"kind":NaN}', 'not_json'],
    ['a byte order mark', `\ufeff${JSON.stringify(STATIC_AD)}`, 'not_json'],
    ['a field named twice', '{"kind":"batch","kind":"static_ad","brief":{"headline":"x"}}', 'repeated_name'],
    [
      'one named twice inside',
      '{"kind":"static_ad","brief":{"body":":","bod\\u0079":"\\\\\\":"}}',
      'repeated_name',
    ],
    ['a list', '[]', 'wrong_type'],
    ['null', 'null', 'wrong_type'],
    ['a number', '7', 'wrong_type'],
    ['half a character', Uint8Array.of(0x22, 0xc3, 0x22), 'not_utf8'],
  ])('is refused with an empty pointer: %s', async (_name, body, code) => {
    const problem = expectProblem(await submit(body), 400, 'invalid_request');
    expect(problem).toMatchObject({ billed: 'no', errors: [{ pointer: '', code }] });
  });

  it('of ten mebibytes is a 413, plain or compressed', async () => {
    const big = Buffer.alloc(10 * 1024 * 1024, 'a');
    expectProblem(await submit(big), 413, 'payload_too_large');
    expectProblem(await submit(gzipSync(big), { 'Content-Encoding': 'gzip' }), 413, 'payload_too_large');
  });

  it.each(['text/plain', 'application/json; charset=utf-16', 'application/x-www-form-urlencoded'])(
    'of the media type %s is a 415',
    async (type) => {
      expectProblem(await submit('{}', { 'Content-Type': type }), 415, 'unsupported_media_type');
    },
  );

  it('in an unknown encoding is a 415', async () => {
    expectProblem(await submit('{}', { 'Content-Encoding': 'zstd-ish' }), 415, 'unsupported_media_type');
  });

  it('that comes slowly is refused when others need its memory, and no other is refused', async () => {
    const slow = Array.from({ length: 3 }, () => {
      const connection = connectRaw(api.url);
      const head = [
        ['Authorization', `Bearer ${account.key}`],
        ['Content-Type', 'application/json'],
        ['Content-Length', String(MEBIBYTE)],
      ] as const;
      connection.send(headOf('POST /v1/quotes', head) + ' '.repeat(900_000));
      return connection;
    });
    const refused = await Promise.race(slow.map((connection) => connection.closed));
    expect(problemIn(refused)).toMatchObject({
      ...{ status: 503, problem: { code: 'unavailable', billed: 'no' } },
    });
    expect((await api.call('/v1/quotes', { key: account.key, body: STATIC_AD })).status).toBe(200);
    expect(slow.filter((connection) => connection.received() === '')).toHaveLength(2);
    for (const connection of slow) connection.close();
  });
});

describe('an idempotency key', () => {
  it('that is missing from a submission is a 400', async () => {
    const answer = await api.call('/v1/jobs', { key: account.key, body: STATIC_AD });
    expectProblem(answer, 400, 'idempotency_key_missing');
  });

  it.each(['x'.repeat(256), '\u00e4'])('that is too long or not ASCII is a 400: %j', async (key) => {
    expectProblem(await submit(STATIC_AD, { 'Idempotency-Key': key }), 400, 'invalid_request');
  });
});

describe('a path', () => {
  it.each([
    '/v1',
    '/v1/nothing',
    '/V1/jobs',
    '/v1/jobs/%ff',
    '/v1/jobs/job_x',
    '/v1/outputs/out_x',
    '/problems/nope',
  ])('that is unknown is a 404: %s', async (path) => {
    expectProblem(await api.call(path, { key: account.key }), 404, 'not_found');
  });

  it('with a method that it does not have is a 405 with those it has', async () => {
    const answer = await api.call('/v1/balance', { method: 'DELETE', key: account.key });
    expectProblem(answer, 405, 'method_not_allowed');
    expect(answer.headers.get('allow')).toBe('GET, HEAD, OPTIONS');
  });
});

describe('every response', () => {
  it('has a request id, which is the caller’s own where that is a valid one', async () => {
    const drawn = await api.call('/healthz');
    expect(drawn.headers.get('x-request-id')).toMatch(/^req_[0-9a-f]{32}$/);
    const own = await api.call('/healthz', { headers: { 'X-Request-Id': 'my-own-request' } });
    expect(own.headers.get('x-request-id')).toBe('my-own-request');
    const forged = await api.call('/healthz', { headers: { 'X-Request-Id': 'a b\u00e4"' } });
    expect(forged.headers.get('x-request-id')).toMatch(/^req_/);
  });
});

describe('health', () => {
  it('is up, whatever the API needs to be ready', async () => {
    expect((await api.call('/healthz')).json()).toEqual({ status: 'up' });
  });
});

describe('an internal fault', () => {
  it('is a 500 that tells the caller nothing but the request id', async () => {
    await api.owner.query('ALTER FUNCTION ledger.read_balance(text) RENAME TO mislaid');
    const answer = await api.call('/v1/balance', { key: account.key });
    await api.owner.query('ALTER FUNCTION ledger.mislaid(text) RENAME TO read_balance');
    expectProblem(answer, 500, 'internal');
    expect(answer.text).not.toMatch(/ledger|function|read_balance/);
  });
});
