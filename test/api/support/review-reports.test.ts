import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { outputIdOf } from '../../../domain/ids.ts';
import { REVIEW_REPORTS_PER_DAY } from '../../../domain/support/review.ts';
import { expectProblem, STATIC_AD, type ApiFixture, type TestAccount } from '../api-fixture.ts';
import { createApiWithWorker } from '../api-with-worker.ts';
import { fail } from '../job-ending.ts';
import { createReviewCalls, type Review, type ReviewCalls } from './review-calls.ts';

const TASK_QUEUE = 'api-review-reports';

let api: ApiFixture;
let account: TestAccount;
let calls: ReviewCalls;
beforeAll(async () => {
  api = await createApiWithWorker(TASK_QUEUE);
  calls = createReviewCalls(api, TASK_QUEUE, () => account);
});
afterAll(() => api.close());
beforeEach(async () => {
  account = await api.openAccount();
});

describe('a report', () => {
  it('repeated is the same review, and another one while it is open is a 409 with a link to it', async () => {
    const { outputId, review } = await calls.reported();
    const again = await calls.reportTo(outputId, { category: 'broken', note: 'The kettle has two spouts.' });
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
    expect(again.json()).toEqual(review);
    const other = expectProblem(await calls.reportTo(outputId, { category: 'other' }), 409, 'state_conflict');
    expect(other['links']).toEqual({ review: `/v1/reviews/${review.id}` });
  });

  it('of an output that was not delivered is a 409, and of an unknown one a 404', async () => {
    const { jobId } = await api.admitJob(account.accountId, 'fails');
    expectProblem(await calls.reportTo(outputIdOf(jobId, 0)), 409, 'state_conflict');
    await fail(api, account.accountId, jobId);
    expectProblem(await calls.reportTo(outputIdOf(jobId, 0)), 409, 'state_conflict');
    for (const id of [outputIdOf(`job_${'a'.repeat(26)}`, 0), 'nonsense', '%00']) {
      expectProblem(await calls.reportTo(id), 404, 'not_found');
    }
  });

  it.each([
    [{}, '/category'],
    [{ category: 'ugly' }, '/category'],
    [{ category: 'broken', note: 'x'.repeat(1_001) }, '/note'],
    [{ category: 'broken', note: '' }, '/note'],
    [{ category: 'broken', decision: 'refund' }, '/decision'],
  ])('that is invalid is refused with a pointer: %j', async (body, pointer) => {
    const answer = await calls.reportTo(outputIdOf(`job_${'a'.repeat(26)}`, 0), body);
    expect(expectProblem(answer, 400, 'invalid_request')['errors']).toMatchObject([{ pointer }]);
  });

  it('beyond the limit of a day is a 429 with the name of the limit', async () => {
    await api.owner.query(
      `INSERT INTO jobs.reviews (account_id, review_id, output_id, job_id, number, category, created_at)
       SELECT $1, 'rev_filler_' || n, 'out_filler_' || n, 'job_filler', 1, 'other', ledger.clock() - make_interval(hours => n)
       FROM generate_series(1, $2::int) n`,
      [account.accountId, REVIEW_REPORTS_PER_DAY],
    );
    const { outputId } = await calls.generate();
    const answer = await calls.reportTo(outputId);
    expect(expectProblem(answer, 429, 'rate_limited')['detail']).toMatch(/reports_per_day/);
    expect(answer.headers.get('RateLimit-Policy')).toBe('"reports_per_day";q=20;w=86400');
    expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThan(3 * 3_600);
  });
});

describe('reviews', () => {
  it('are read by support with the brief, the output and the account, in the list and by id', async () => {
    const { outputId, review } = await calls.reported();
    const list = await api.call('/v1/reviews?state=open&category=broken&limit=100', { key: api.platformKey });
    const data = list.json<{ data: Review[] }>().data;
    const seen = data.find((one) => one.id === review.id);
    expect(seen).toMatchObject({
      ...{ account_id: account.accountId, kind: 'static_ad', model: 'local/render', brief: STATIC_AD.brief },
      output: { content_url: `/v1/outputs/${outputId}/content`, content_type: 'image/png' },
      ...{ billing: { committed: 35, refunded: 0 }, decisions: [], asked: {} },
    });
    expect(await calls.reviewOf(review.id, api.platformKey)).toEqual(seen);
    const support = await api.createKey(null, ['support']);
    const content = await api.call(`/v1/outputs/${outputId}/content`, {
      key: support,
      headers: { 'Holdfast-Account': account.accountId },
    });
    expect([content.status, content.headers.get('content-type')]).toEqual([200, 'image/png']);
  });

  it('are read by their account alone, without the name of who decided', async () => {
    const { review } = await calls.reported();
    await calls.decide(review.id, 'deny');
    const other = await api.openAccount();
    const list = async (key: string, headers: Record<string, string> = {}) =>
      (await api.call('/v1/reviews', { key, headers })).json<{ data: Review[] }>().data;
    expect(await list(account.key)).toEqual([await calls.reviewOf(review.id)]);
    expect(JSON.stringify(await list(account.key))).not.toMatch(/Ada|account_id|key_/);
    expect(await list(other.key)).toEqual([]);
    expect(await list(api.platformKey, { 'Holdfast-Account': other.accountId })).toEqual([]);
    expect(await list(api.platformKey, { 'Holdfast-Account': account.accountId })).toHaveLength(1);
    expectProblem(await api.call(`/v1/reviews/${review.id}`, { key: other.key }), 404, 'not_found');
  });

  it('of all accounts are refused to a key without scope support, and with an invalid query', async () => {
    const reader = await api.createKey(null, ['jobs:read']);
    expectProblem(await api.call('/v1/reviews', { key: reader }), 403, 'forbidden');
    expectProblem(await api.call('/v1/reviews?state=lost', { key: api.platformKey }), 400, 'invalid_request');
    expectProblem(await api.call('/v1/reviews?cursor=x', { key: api.platformKey }), 400, 'invalid_request');
    for (const id of ['nonsense', '%00', `rev_${'a'.repeat(26)}_0_1`]) {
      expectProblem(await api.call(`/v1/reviews/${id}`, { key: api.platformKey }), 404, 'not_found');
    }
  });

  it('are listed page by page, newest first', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 3; index++) ids.unshift((await calls.reported()).review.id);
    const page = async (cursor = '') =>
      (await api.call(`/v1/reviews?limit=2${cursor}`, { key: account.key })).json<{
        data: Review[];
        next_cursor: string | null;
      }>();
    const first = await page();
    const second = await page(`&cursor=${first.next_cursor ?? ''}`);
    expect([...first.data, ...second.data].map((one) => one.id)).toEqual(ids);
    expect(second.next_cursor).toBeNull();
  });
});
