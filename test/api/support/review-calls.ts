import { expect } from 'vitest';
import type { ApiFixture, TestAccount } from '../api-fixture.ts';
import { STATIC_AD } from '../api-fixture.ts';

export type Review = {
  readonly id: string;
  readonly state: string;
  readonly decision: string | null;
  readonly retry_job_id: string | null;
  readonly retry_state: string | null;
} & Record<string, unknown>;

export type ReviewCalls = ReturnType<typeof createReviewCalls>;

const POLL_MS = 50;

/**
 * The calls of reports, reviews and decisions, as support and as an account, which changes from test to test.
 * @param prefix of keys: the accounts of every file have the same ids, and so would their workflows.
 */
export function createReviewCalls(api: ApiFixture, prefix: string, accountNow: () => TestAccount) {
  let keys = 0;
  const generate = async (body: object = STATIC_AD) => {
    const headers = { 'Idempotency-Key': `${prefix} ${String(++keys)}`, Prefer: 'wait=30' };
    const submit = () => api.call('/v1/jobs', { key: accountNow().key, body, headers });
    let answer = await submit();
    // The first start of a file waits for its worker, on a busy machine for longer than an answer may take.
    if (answer.status === 503) answer = await submit();
    const job = answer.json<{ id: string; state: string; outputs: { id: string }[] }>();
    expect(job.state, answer.text).toBe('succeeded');
    return { jobId: job.id, outputId: job.outputs[0]?.id ?? '' };
  };
  const reportTo = (outputId: string, body: unknown = { category: 'broken' }) =>
    api.call(`/v1/outputs/${outputId}/reports`, { key: accountNow().key, body });
  const readJob = async (jobId: string) =>
    (await api.call(`/v1/jobs/${jobId}`, { key: accountNow().key })).json();
  return {
    /** Submits over HTTP and waits for the end; returns the ids. */
    generate,
    reportTo,
    readJob,
    /** A report of a job that was delivered. */
    async reported(body: object = STATIC_AD, category = 'broken') {
      const made = await generate(body);
      const answer = await reportTo(made.outputId, { category, note: 'The kettle has two spouts.' });
      expect(answer.status).toBe(201);
      return { ...made, review: answer.json<Review>() };
    },
    decide: (
      reviewId: string,
      decision: string,
      { idempotencyKey = `${prefix} ${String(++keys)}`, reason = 'looked at it', key = api.platformKey } = {},
    ) =>
      api.call(`/v1/reviews/${reviewId}/decision`, {
        key,
        body: { decision, reason },
        headers: { 'Idempotency-Key': idempotencyKey, 'Holdfast-Actor': 'Ada' },
      }),
    available: async () =>
      (await api.call('/v1/balance', { key: accountNow().key })).json<{ available: number }>().available,
    reviewOf: async (reviewId: string, key = accountNow().key) =>
      (await api.call(`/v1/reviews/${reviewId}`, { key })).json<Review>(),
    async untilEnded(jobId: string) {
      for (;;) {
        const job = await readJob(jobId);
        if (job['finished_at'] !== null) return job;
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    },
  };
}
