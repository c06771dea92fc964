import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiFixture, expectProblem, type ApiFixture, type TestAccount } from '../api-fixture.ts';

let api: ApiFixture;
let account: TestAccount;
beforeAll(async () => {
  api = await createApiFixture();
  account = await api.openAccount();
});
afterAll(() => api.close());

const get = (path: string) => api.call(path, { key: account.key });
const cursorOf = (position: object) => Buffer.from(JSON.stringify(position)).toString('base64url');
const JOB_ID = `job_${'a'.repeat(26)}`;

/** Values that JavaScript accepts and PostgreSQL does not: each was a 500 once. */
describe('a value that PostgreSQL would not read is refused with its pointer', () => {
  it.each([
    ['/v1/entries?from=2026-02-31T00:00:00Z', '/from'],
    ['/v1/entries?to=0000-01-01T00:00:00Z', '/to'],
    ['/v1/statement?from=2026-04-31T00:00:00Z', '/from'],
    ['/v1/jobs?created_after=2025-02-29T00:00:00Z', '/created_after'],
    ['/v1/jobs?created_before=2026-01-01T24:00:00Z', '/created_before'],
    ['/v1/entries?to=%2B275760-09-13T00:00:00Z', '/to'],
    ['/v1/entries?to=10000-01-01T00:00:00Z', '/to'],
    ['/v1/entries?job_id=%00', '/job_id'],
    [`/v1/jobs?cursor=${cursorOf({ createdAt: '2026-02-31 00:00:00+00', jobId: JOB_ID })}`, '/cursor'],
    [`/v1/jobs?cursor=${cursorOf({ createdAt: '0000-01-01 00:00:00+00', jobId: JOB_ID })}`, '/cursor'],
    [`/v1/jobs?cursor=${cursorOf({ createdAt: '2026-01-01 00:00:00+00', jobId: 'job_\u0000' })}`, '/cursor'],
  ])('%s', async (path, pointer) => {
    expect(expectProblem(await get(path), 400, 'invalid_request')).toMatchObject({ errors: [{ pointer }] });
  });

  it.each(['2026-02-31 00:00:00+00', '2026-01-01 24:00:00+00', '2026-01-01 00:00:00+23'])(
    'in the cursor of the repair queue: %s',
    async (firstSeenAt) => {
      const cursor = cursorOf({ firstSeenAt, accountId: 'acct_a', reservationId: 'rsv_a' });
      const answer = await api.call(`/v1/repairs?cursor=${cursor}`, { key: api.platformKey });
      expect(expectProblem(answer, 400, 'invalid_request')).toMatchObject({
        errors: [{ pointer: '/cursor' }],
      });
    },
  );

  it('in the cursor of the spenders: a name with a NUL', async () => {
    const cursor = cursorOf({ type: 'member', name: 'a\u0000b' });
    const answer = await get(`/v1/accounts/${account.accountId}/spenders?cursor=${cursor}`);
    expect(expectProblem(answer, 400, 'invalid_request')).toMatchObject({ errors: [{ pointer: '/cursor' }] });
  });

  it.each([
    '/v1/jobs?created_after',
    '/v1/jobs?created_before',
    '/v1/entries?from',
    '/v1/entries?to',
    '/v1/statement?from',
    '/v1/statement?to',
  ])('an hour of 24 in a query: %s', async (path) => {
    const pointer = `/${path.split('?')[1] ?? ''}`;
    expect(expectProblem(await get(`${path}=2026-01-01T24:00:00Z`), 400, 'invalid_request')).toMatchObject({
      errors: [{ pointer, code: 'not_a_time' }],
    });
  });

  it.each([
    [
      'POST',
      'grants',
      '/expires_at',
      { source: 'goodwill', credits: 1, reference: 'g', reason: 'r', expires_at: '2050-01-01T24:00:00Z' },
    ],
    ['PUT', 'plan', '/period_start', { plan: 'pro', reference: 'p', period_start: '2026-01-01T24:00:00Z' }],
  ] as const)('an hour of 24 in a body: %s …/%s', async (method, door, pointer, body) => {
    const answer = await api.call(`/v1/accounts/${account.accountId}/${door}`, {
      method,
      key: api.platformKey,
      body,
    });
    expect(expectProblem(answer, 400, 'invalid_request')).toMatchObject({ errors: [{ pointer }] });
  });

  it('an hour of 24 in the deadline that support sets', async () => {
    const { jobId } = await api.admitJob(account.accountId, 'hour-24');
    const answer = await api.call(`/v1/jobs/${jobId}/extend`, {
      key: api.platformKey,
      headers: { 'Holdfast-Account': account.accountId, 'Idempotency-Key': 'e' },
      body: { reason: 'r', until: '2050-01-01T24:00:00Z' },
    });
    expect(expectProblem(answer, 400, 'invalid_request')).toMatchObject({ errors: [{ pointer: '/until' }] });
  });

  it('an id of an account that is NUL, which is not found', async () => {
    const answer = await api.call('/v1/accounts/%00', { key: api.platformKey });
    expectProblem(answer, 404, 'not_found');
  });
});

describe('a valid time or cursor is accepted', () => {
  it.each([
    '/v1/entries?from=2024-02-29T00:00:00Z',
    '/v1/entries?from=2026-01-01T00:00:00%2B23:59',
    '/v1/entries?job_id=job_unknown',
    `/v1/jobs?cursor=${cursorOf({ createdAt: '2026-01-01 00:00:00.123456+00', jobId: JOB_ID })}`,
    `/v1/jobs?cursor=${cursorOf({ createdAt: '2026-01-01 05:30:00+05:30', jobId: JOB_ID })}`,
  ])('%s', async (path) => {
    expect((await get(path)).status).toBe(200);
  });
});

describe('a statement whose range runs backwards', () => {
  it.each([
    ['from=2050-01-01T00:00:00Z', '/from', 'in_the_future'],
    ['to=2000-01-01T00:00:00Z', '/to', 'before_opening'],
  ])('is refused although one end alone is given: %s', async (query, pointer, code) => {
    const problem = expectProblem(await get(`/v1/statement?${query}`), 400, 'invalid_request');
    expect(problem).toMatchObject({ errors: [{ pointer, code }] });
  });
});
