import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jobIdOf } from '../../../contract/derived-ids.ts';
import { createApiFixture, STATIC_AD, type ApiFixture, type TestAccount } from '../api-fixture.ts';
import { deliver, fail } from '../job-ending.ts';
import { connectRaw, headOf, problemIn } from './raw-http.ts';

const ANSWER_WITHIN_MS = 400;
const BODY = JSON.stringify(STATIC_AD);
const MEBIBYTE = 1_048_576;

/** The log of the API, line by line. */
const logged: string[] = [];
const log = pino({ level: 'warn' }, { write: (line) => void logged.push(line) });

let api: ApiFixture;
let account: TestAccount;
beforeAll(async () => {
  api = await createApiFixture({
    log,
    respondWithinMs: ANSWER_WITHIN_MS,
    watchPlaces: { ofProcess: 1, perAccount: 1 },
  });
  account = await api.openAccount();
});
afterAll(async () => {
  await api.expectReconciled();
  await api.close();
});

const post = (path: string, headers: readonly (readonly [string, string])[]) =>
  headOf(`POST ${path}`, [
    ['Authorization', `Bearer ${account.key}`],
    ['Content-Type', 'application/json'],
    ...headers,
  ]);
/** Waits until the API has come to the end of a request that it had given up: that leaves a line in its log. */
const untilDropped = (requestId: string) =>
  expect.poll(() => logged.filter((line) => line.includes(requestId))).toHaveLength(1);
const LENGTH = ['Content-Length', String(BODY.length)] as const;
const CLOSE = ['Connection', 'close'] as const;

describe('a submission whose body comes too late', () => {
  it('is a 503 with billed no, and starts no workflow', async () => {
    const connection = connectRaw(api.url);
    const named = ['X-Request-Id', 'late-submission'] as const;
    connection.send(post('/v1/jobs', [['Idempotency-Key', 'late'], named, LENGTH]) + BODY.slice(0, 10));
    await expect.poll(() => connection.received()).toContain('\r\n\r\n{');
    expect(problemIn(connection.received())).toMatchObject({
      status: 503,
      problem: { code: 'unavailable', billed: 'no', retryable: true },
    });
    expect(logged).toEqual([]);
    connection.send(BODY.slice(10));
    await untilDropped('late-submission');
    connection.close();
    const workflow = api.client.workflow.getHandle(jobIdOf(account.accountId, 'late'));
    await expect(workflow.describe()).rejects.toMatchObject({ name: 'WorkflowNotFoundError' });
  });
});

/** What each would have left behind. */
const LEFT = `
  SELECT (SELECT count(*) FROM ledger.entries) AS entries, (SELECT count(*) FROM ledger.operator_actions) AS actions,
         (SELECT count(*) FROM ledger.accounts) AS accounts, (SELECT count(*) FROM ledger.referrals) AS referrals,
         (SELECT count(max_concurrent_jobs) FROM ledger.accounts) AS limits, (SELECT count(*) FROM jobs.quotes) AS quotes,
         (SELECT count(*) FROM jobs.reviews) AS reviews, (SELECT count(*) FROM jobs.idempotency_keys) AS keys`;

describe('a call that writes and whose body comes too late', () => {
  const jobPath = (key: string) => `/v1/jobs/${jobIdOf(account.accountId, key)}`;
  const accountPath = () => `/v1/accounts/${account.accountId}`;
  type Late = readonly [what: string, method: string, path: () => string, body: object];
  const LATE: readonly Late[] = [
    ['a quote', 'POST', () => '/v1/quotes', STATIC_AD],
    ['metered use', 'POST', () => '/v1/usage', { kind: 'chat_message', quantity: 1 }],
    ['a cancel', 'POST', () => `${jobPath('a cancel')}/cancel`, {}],
    ['a release', 'POST', () => `${jobPath('a release')}/release`, { reason: 'late' }],
    ['an account', 'POST', () => '/v1/accounts', { name: 'Late', reference: 'late' }],
    ['a grant', 'POST', () => `${accountPath()}/grants`, { source: 'trial', reference: 'late' }],
    ['a plan', 'PUT', () => `${accountPath()}/plan`, { plan: 'pro', reference: 'late' }],
    ['limits', 'PUT', () => `${accountPath()}/limits`, { max_concurrent_jobs: 1, reason: 'r' }],
  ];

  it.each(LATE)('is a 503 with billed no, and writes nothing: %s', async (what, method, path, sent) => {
    if (['a cancel', 'a release'].includes(what)) await api.admitJob(account.accountId, what);
    const { rows: before } = await api.owner.query(LEFT);
    const isCustomers = ['a quote', 'metered use', 'a cancel'].includes(what);
    const body = JSON.stringify(sent);
    const connection = connectRaw(api.url);
    const requestId = `late-${what.replaceAll(' ', '-')}`;
    const head = headOf(`${method} ${path()}`, [
      ['X-Request-Id', requestId],
      ['Authorization', `Bearer ${isCustomers ? account.key : api.platformKey}`],
      ['Content-Type', 'application/json'],
      ['Content-Length', String(body.length)],
      ['Idempotency-Key', `late ${what}`],
    ]);
    connection.send(head + body.slice(0, 1));
    await expect.poll(() => connection.received()).toContain('\r\n\r\n{');
    expect(problemIn(connection.received())).toMatchObject({
      status: 503,
      problem: { code: 'unavailable', billed: 'no', retryable: true },
    });
    connection.send(body.slice(1));
    await untilDropped(requestId);
    connection.close();
    expect((await api.owner.query(LEFT)).rows).toEqual(before);

    // The same, in time, leaves something behind.
    const again = await fetch(`${api.url}${path()}`, {
      method,
      headers: {
        authorization: `Bearer ${isCustomers ? account.key : api.platformKey}`,
        'content-type': 'application/json',
        'idempotency-key': `late ${what}`,
      },
      body,
    });
    expect([200, 201, 202]).toContain(again.status);
    expect((await api.owner.query(LEFT)).rows).not.toEqual(before);
  });
});

describe('a body that never ends', () => {
  it('is a 413 once it is too large, before the time is up', async () => {
    const connection = connectRaw(api.url);
    const chunked = ['Transfer-Encoding', 'chunked'] as const;
    connection.send(post('/v1/jobs', [['Idempotency-Key', 'endless'], chunked]));
    connection.send(`${(MEBIBYTE + 1).toString(16)}\r\n${'x'.repeat(MEBIBYTE + 1)}\r\n`);
    await expect.poll(() => connection.received()).toContain('\r\n\r\n{');
    expect(problemIn(connection.received())).toMatchObject({ status: 413 });
    connection.close();
  });
});

describe('text that is no HTTP request', () => {
  it.each<[string, string, string]>([
    ['headers of 20 KB', headOf('GET /healthz', [['X-Long', 'x'.repeat(20_000)]]), 'headers_too_large'],
    ['an address of 20 KB', headOf(`GET /${'x'.repeat(20_000)}`, []), 'headers_too_large'],
    ['another language', 'EHLO api\r\n\r\n', 'unreadable'],
    ['two lengths', headOf('POST /v1/quotes', [LENGTH, ['Content-Length', '1']]), 'unreadable'],
    [
      'a chunk without a size',
      `${headOf('POST /v1/jobs', [['Transfer-Encoding', 'chunked']])}zz\r\n`,
      'unreadable',
    ],
  ])('gets a problem: %s', async (_name, text, code) => {
    const connection = connectRaw(api.url);
    connection.send(text);
    expect(problemIn(await connection.closed)).toMatchObject({
      status: 400,
      problem: { code: 'invalid_request', billed: 'no', errors: [{ pointer: '', code }] },
    });
  });

  it('changes nothing about the response to the request before it', async () => {
    const connection = connectRaw(api.url);
    connection.send(`${post('/v1/quotes', [LENGTH])}${BODY}and more\r\n\r\n`);
    const answer = await connection.closed;
    expect(answer.match(/^HTTP\/1\.1 .*/gm)).toEqual(['HTTP/1.1 200 OK']);
  });
});

describe('headers', () => {
  it.each(['other', 'twice'])('with a second Idempotency-Key are refused: %s', async (second) => {
    const keys = [
      ['Idempotency-Key', 'twice'],
      ['Idempotency-Key', second],
    ] as const;
    const connection = connectRaw(api.url);
    connection.send(post('/v1/jobs', [...keys, LENGTH, CLOSE]) + BODY);
    expect(problemIn(await connection.closed)).toMatchObject({
      status: 400,
      problem: { code: 'invalid_request', errors: [{ code: 'idempotency_key' }] },
    });
  });

  it('with an empty Idempotency-Key are refused, and do nothing, where it may be left out too', async () => {
    const { jobId } = await api.admitJob(account.accountId, 'to-cancel');
    const send = (path: string, key: string, body: object) =>
      api.call(path, { key, headers: { 'Idempotency-Key': '' }, body });
    const refused = { code: 'invalid_request', errors: [{ code: 'idempotency_key' }] };
    const canceled = await send(`/v1/jobs/${jobId}/cancel`, account.key, {});
    expect([canceled.status, canceled.json()]).toMatchObject([400, refused]);
    const made = await send('/v1/keys', api.platformKey, { name: 'x', scopes: ['jobs:read'] });
    expect([made.status, made.json()]).toMatchObject([400, refused]);
    const submitted = await send('/v1/jobs', account.key, STATIC_AD);
    expect([submitted.status, submitted.json()]).toMatchObject([400, { code: 'idempotency_key_missing' }]);
    expect((await api.call(`/v1/jobs/${jobId}`, { key: account.key })).json()).toMatchObject({
      state: 'queued',
    });
    await fail(api, account.accountId, jobId);
  });

  it.each<[string, string, string]>([
    ['no host', 'POST /v1/quotes HTTP/1.1\r\n', 'host_missing'],
    ['two hosts', headOf('POST /v1/quotes', [['Host', 'another']]).slice(0, -2), 'repeated_header'],
    [
      'two keys',
      headOf('POST /v1/quotes', [
        ['Authorization', 'Bearer one'],
        ['Authorization', 'Bearer other'],
      ]).slice(0, -2),
      'repeated_header',
    ],
    [
      'an unknown expectation',
      headOf('POST /v1/quotes', [['Expect', 'the best']]).slice(0, -2),
      'expectation',
    ],
  ])('that are missing, repeated or unknown are refused with a problem: %s', async (_name, head, code) => {
    const connection = connectRaw(api.url);
    connection.send(`${head}Content-Length: ${String(BODY.length)}\r\nConnection: close\r\n\r\n${BODY}`);
    expect(problemIn(await connection.closed)).toMatchObject({
      status: 400,
      problem: { code: 'invalid_request', billed: 'no', errors: [{ pointer: '', code }] },
    });
  });

  it('that announce too large a body are refused before it comes', async () => {
    const connection = connectRaw(api.url);
    connection.send(post('/v1/quotes', [['Content-Length', String(MEBIBYTE + 1)], CLOSE]));
    await expect.poll(() => connection.received()).toContain('HTTP/1.1 413');
    connection.close();
  });

  it('with Expect: 100-continue get a 100, and the request is served', async () => {
    const connection = connectRaw(api.url);
    connection.send(post('/v1/quotes', [['Expect', '100-continue'], LENGTH, CLOSE]) + BODY);
    expect((await connection.closed).match(/^HTTP\/1\.1 .*/gm)).toEqual([
      'HTTP/1.1 100 Continue',
      'HTTP/1.1 200 OK',
    ]);
  });

  it('of a cancel may announce a chunked body, and bring none', async () => {
    const { jobId } = await api.admitJob(account.accountId, 'chunks');
    const connection = connectRaw(api.url);
    const head = [['Authorization', `Bearer ${account.key}`], ['Idempotency-Key', 'c'], CLOSE] as const;
    connection.send(headOf(`POST /v1/jobs/${jobId}/cancel`, [...head, ['Transfer-Encoding', 'chunked']]));
    connection.send('0\r\n\r\n');
    expect(await connection.closed).toMatch(/^HTTP\/1\.1 202 /);
    await fail(api, account.accountId, jobId);
  });

  it('with a Range count for GET alone, and HEAD describes the whole file', async () => {
    const { jobId } = await api.admitJob(account.accountId, 'head');
    const { outputId } = await deliver(api, account.accountId, jobId, Buffer.from('picture'));
    const answer = await api.call(`/v1/outputs/${outputId}/content`, {
      method: 'HEAD',
      key: account.key,
      headers: { Range: 'bytes=0-0' },
    });
    expect([answer.status, answer.headers.get('content-length')]).toEqual([200, '7']);
  });
});

describe('a watcher that goes', () => {
  it('frees its place for the next one', async () => {
    const { jobId } = await api.admitJob(account.accountId, 'watched');
    const watch = () => {
      const accept = ['Accept', 'text/event-stream'] as const;
      const head = [['Authorization', `Bearer ${account.key}`], accept] as const;
      const connection = connectRaw(api.url);
      connection.send(headOf(`GET /v1/jobs/${jobId}/events`, head));
      return connection;
    };
    const first = watch();
    await expect.poll(() => first.received()).toContain('job.queued');
    const second = watch();
    await expect.poll(() => second.received()).toContain('HTTP/1.1 429');
    for (const connection of [first, second]) connection.close();
    await expect
      .poll(async () => {
        const next = watch();
        await expect.poll(() => next.received()).toContain('\r\n\r\n');
        next.close();
        return next.received().split('\r\n')[0];
      })
      .toBe('HTTP/1.1 200 OK');
    await fail(api, account.accountId, jobId);
  });
});
