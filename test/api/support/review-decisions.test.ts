import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createStartJob } from '../../../client/start-job.ts';
import { freeRetryRequest } from '../../../domain/work/job-request.ts';
import { outputIdOf } from '../../../domain/ids.ts';
import { fingerprintJson, jobIdOf } from '../../../contract/derived-ids.ts';
import { expectProblem, STATIC_AD, type ApiFixture, type TestAccount } from '../api-fixture.ts';
import { createApiWithWorker } from '../api-with-worker.ts';
import { deliver } from '../job-ending.ts';
import { createReviewCalls, type Review, type ReviewCalls } from './review-calls.ts';
import { SUPERSCALE_OFFER } from '../../harness/superscale.ts';

const TASK_QUEUE = 'api-reviews';

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

describe('the output is clearly broken: reviewed, and refunded if the cause is real', () => {
  it('a refund returns the credits, in the balance, the job, the entries and the events', async () => {
    const { jobId, outputId, review } = await calls.reported();
    expect(await calls.available()).toBe(965);
    expect(review).toMatchObject({
      ...{ output_id: outputId, job_id: jobId, category: 'broken', note: 'The kettle has two spouts.' },
      ...{ state: 'open', decision: null, reason: null, retry_job_id: null },
      advice: expect.stringMatching(/credits come back/) as string,
      created_at: expect.stringMatching(/Z$/) as string,
    });
    const answer = await calls.decide(review.id, 'refund', { reason: 'two spouts' });
    expect([answer.status, answer.headers.has('idempotent-replayed')]).toEqual([200, false]);
    expect(answer.json()).toMatchObject({ state: 'decided', decision: 'refund', reason: 'two spouts' });
    expect(await calls.available()).toBe(1_000);
    expect(await calls.readJob(jobId)).toMatchObject({
      state: 'succeeded',
      billing: { quoted: 35, committed: 35, refunded: 35 },
    });
    const entries = await api.call(`/v1/entries?job_id=${jobId}&kind=refund`, { key: account.key });
    expect(entries.json()['data']).toMatchObject([{ kind: 'refund', credits: 35, reason: 'two spouts' }]);
    const events = await api.call(`/v1/jobs/${jobId}/events?after=0`, { key: account.key });
    expect(events.json<{ data: object[] }>().data.at(-1)).toMatchObject({
      type: 'credits.refunded',
      data: { output_id: outputId, credits: 35 },
    });
  });

  it('a free retry makes the same work again at no credits, and its content is readable once it is made', async () => {
    const { jobId, review } = await calls.reported({ ...STATIC_AD, metadata: { campaign: 'spring' } });
    const answer = await calls.decide(review.id, 'free_retry');
    expect(answer.status).toBe(200);
    const decided = answer.json<Review>();
    const retryId = decided.retry_job_id ?? '';
    expect(retryId).not.toBe(jobId);
    expect(decided).toMatchObject({ state: 'decided', decision: 'free_retry' });
    const retry = await calls.untilEnded(retryId);
    expect(retry).toMatchObject({
      ...{ kind: 'static_ad', state: 'succeeded', metadata: { campaign: 'spring' } },
      billing: { quoted: 0, reserved: 0, committed: 0, returned: 0, refunded: 0, entry_ids: [] },
      outputs: [{ state: 'succeeded', credits: 0, content_type: 'image/png', attempts: 1 }],
    });
    const inspect = (id: string) => api.call(`/v1/jobs/${id}/inspect`, { key: api.platformKey });
    expect((await inspect(retryId)).json()).toMatchObject({ retry_of: review.id });
    expect((await inspect(jobId)).json()).toMatchObject({ retry_of: null });
    const content = await api.call(`/v1/outputs/${outputIdOf(retryId, 0)}/content`, { key: account.key });
    expect(content.status).toBe(200);
    expect(await calls.available()).toBe(965);
    expect(await calls.reviewOf(review.id)).toMatchObject({
      retry_job_id: retryId,
      retry_state: 'succeeded',
    });
  });

  it('a free retry of an edit makes again what the edit made', async () => {
    const { outputId: source } = await calls.generate();
    const { review, outputId } = await calls.reported({
      kind: 'edit',
      source_output_id: source,
      instruction: 'headline: Tea',
    });
    expect(review).toMatchObject({ brief: STATIC_AD.brief, instruction: 'headline: Tea' });
    const retryId = (await calls.decide(review.id, 'free_retry')).json<Review>().retry_job_id ?? '';
    expect(await calls.untilEnded(retryId)).toMatchObject({ state: 'succeeded', billing: { quoted: 0 } });
    const { rows } = await api.owner.query<{ work: object }>(
      'SELECT work FROM jobs.outputs WHERE output_id = ANY ($1)',
      [[outputId, outputIdOf(retryId, 0)]],
    );
    expect(rows[0]).toEqual(rows[1]);
  });

  it('a denial moves nothing, and the customer reads its reason and what to do', async () => {
    const { review } = await calls.reported();
    const decided = await calls.decide(review.id, 'deny', { reason: 'the brief asks for two spouts' });
    expect(decided.status).toBe(200);
    expect(await calls.available()).toBe(965);
    expect(await calls.reviewOf(review.id)).toMatchObject({
      ...{ state: 'decided', decision: 'deny', reason: 'the brief asks for two spouts', retry_job_id: null },
      advice: review['advice'],
    });
  });
});

describe('a report of each category has its advice from the start, and may be decided either way', () => {
  it.each([
    ['wrong_product', /exact picture of the product/i, 'refund'],
    ['vague_brief', /tighten the prompt first/i, 'deny'],
    ['beyond_model', /use a safer workflow/i, 'deny'],
    ['other', /look at/i, 'free_retry'],
  ])('%s: %s', async (category, advice, decision) => {
    const { review } = await calls.reported(STATIC_AD, category);
    expect(review['advice']).toMatch(advice);
    const decided = (await calls.decide(review.id, decision)).json<Review>();
    expect(decided).toMatchObject({ state: 'decided', decision, advice: review['advice'] });
    if (decided.retry_job_id !== null) await calls.untilEnded(decided.retry_job_id);
    expect(await calls.available()).toBe(decision === 'refund' ? 1_000 : 965);
  });
});

describe('a decision', () => {
  it('is recorded with who made it, why and when', async () => {
    const { review } = await calls.reported();
    await calls.decide(review.id, 'deny', { reason: 'fine' });
    const { rows } = await api.owner.query(
      'SELECT actor, action, reason, created_at FROM ledger.operator_actions WHERE account_id = $1',
      [account.accountId],
    );
    expect(rows).toEqual([
      {
        actor: expect.stringMatching(/^key:key_\w+ \(Ada\)$/) as string,
        action: 'decide_review',
        reason: 'fine',
        created_at: expect.any(Date) as Date,
      },
    ]);
  });

  it('repeated under its key is the same retry, and another body under it is refused', async () => {
    const { review } = await calls.reported();
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() => calls.decide(review.id, 'free_retry', { idempotencyKey: `same ${review.id}` })),
    );
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200]);
    expect(new Set(answers.map((answer) => answer.json<Review>().retry_job_id)).size).toBe(1);
    expect(answers.filter((answer) => !answer.headers.has('idempotent-replayed'))).toHaveLength(1);
    const other = await calls.decide(review.id, 'deny', { idempotencyKey: `same ${review.id}` });
    expectProblem(other, 422, 'idempotency_key_reused');
    const again = await calls.decide(review.id, 'free_retry');
    expect(again.json()).toMatchObject({ retry_job_id: answers[0]?.json<Review>().retry_job_id });
    await calls.untilEnded(answers[0]?.json<Review>().retry_job_id ?? '');
    const { rows } = await api.owner.query('SELECT job_id FROM jobs.jobs WHERE account_id = $1', [
      account.accountId,
    ]);
    expect(rows).toHaveLength(2);
  });

  it('is not changed by another one, at once or later', async () => {
    const { review } = await calls.reported();
    const decisions = ['refund', 'deny', 'free_retry', 'refund'];
    const answers = await Promise.all(decisions.map((decision) => calls.decide(review.id, decision)));
    const now = await calls.reviewOf(review.id);
    for (const [index, answer] of answers.entries()) {
      if (decisions[index] === now.decision) expect(answer.status).toBe(200);
      else expectProblem(answer, 409, 'state_conflict');
    }
    expectProblem(
      await calls.decide(review.id, now.decision === 'deny' ? 'refund' : 'deny'),
      409,
      'state_conflict',
    );
    if (now.retry_job_id !== null) await calls.untilEnded(now.retry_job_id);
    expect(await calls.available()).toBe(now.decision === 'refund' ? 1_000 : 965);
  });

  it('is open again once its free retry has failed', async () => {
    const { jobId } = await api.admitJob(account.accountId, 'by hand');
    const { outputId } = await deliver(api, account.accountId, jobId, Buffer.from('picture'));
    await api.owner.query(
      `UPDATE jobs.outputs SET work = work || '{"test_scenario": "fails_after_start"}' WHERE output_id = $1`,
      [outputId],
    );
    const review = (await calls.reportTo(outputId)).json<Review>();
    const first = (await calls.decide(review.id, 'free_retry')).json<Review>().retry_job_id ?? '';
    expect(await calls.untilEnded(first)).toMatchObject({
      state: 'failed',
      failure: { code: 'provider_failed' },
      billing: { quoted: 0, returned: 0 },
    });
    expect(await calls.reviewOf(review.id)).toMatchObject({ state: 'open', retry_state: 'failed' });
    expect((await calls.decide(review.id, 'refund')).json()).toMatchObject({
      state: 'decided',
      decision: 'refund',
    });
    expect(await calls.available()).toBe(1_000);
    expect((await calls.reviewOf(review.id, api.platformKey))['decisions']).toMatchObject([
      { decision: 'free_retry', retry_job_id: first },
      { decision: 'refund', actor: expect.stringMatching(/Ada/) as string },
    ]);
  });

  it('without a key, without a reason or with an unknown decision is refused', async () => {
    const { review } = await calls.reported();
    const path = `/v1/reviews/${review.id}/decision`;
    const body = { decision: 'deny', reason: 'r' };
    const call = (sent: unknown, headers = { 'Idempotency-Key': 'k' } as Record<string, string>) =>
      api.call(path, { key: api.platformKey, body: sent, headers });
    expectProblem(await call(body, {}), 400, 'idempotency_key_missing');
    for (const wrong of [{ decision: 'deny' }, { decision: 'maybe', reason: 'r' }, { ...body, credits: 5 }]) {
      expectProblem(await call(wrong), 400, 'invalid_request');
    }
    expect(await calls.reviewOf(review.id)).toMatchObject({ state: 'open' });
  });

  it('needs a platform key of scope support, and is refused to any key of the account', async () => {
    const { review } = await calls.reported();
    const admin = await api.createKey(account.accountId, ['admin']);
    const reader = await api.createKey(null, ['jobs:read', 'jobs:write', 'billing:write']);
    for (const key of [account.key, admin, reader]) {
      expectProblem(await calls.decide(review.id, 'refund', { key }), 403, 'forbidden');
    }
    const support = await api.createKey(null, ['support']);
    expect((await calls.decide(review.id, 'refund', { key: support })).status).toBe(200);
  });
});

describe('a free retry without a decision', () => {
  it('is refused over HTTP, where its request is no job body', async () => {
    const { review } = await calls.reported();
    const body = freeRetryRequest(review.id);
    const answer = await api.call('/v1/jobs', {
      key: account.key,
      body,
      headers: { 'Idempotency-Key': 'f' },
    });
    expectProblem(answer, 400, 'invalid_request');
  });

  it('is refused by admission, although its request names a review', async () => {
    const { review } = await calls.reported();
    const jobId = jobIdOf(account.accountId, 'sly');
    const body = freeRetryRequest(review.id);
    const outcome = await createStartJob({
      client: api.client,
      taskQueue: TASK_QUEUE,
      offer: SUPERSCALE_OFFER,
    })({
      ...{ accountId: account.accountId, jobId, body, request: STATIC_AD, credits: 0 },
      fingerprint: fingerprintJson(body),
    });
    expect(outcome).toMatchObject({
      outcome: 'refused',
      refusal: { code: 'not_found', reason: 'no_free_retry' },
    });
    expect(await calls.available()).toBe(965);
  });
});
