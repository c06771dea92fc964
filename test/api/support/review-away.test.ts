import { randomUUID } from 'node:crypto';
import { expect, it as plainIt } from 'vitest';
import { createApiFixture, expectProblem, type ApiFixture, type TestAccount } from '../api-fixture.ts';
import { startWorker } from '../in-process-worker.ts';
import { deliver } from '../job-ending.ts';
import { createReviewCalls, type Review, type ReviewCalls } from './review-calls.ts';

type Scene = {
  readonly taskQueue: string;
  readonly api: ApiFixture;
  readonly account: TestAccount;
  readonly calls: ReviewCalls;
};

/** The tests run side by side, each with an API and a clock of its own, and a task queue without a worker as yet. */
const it = plainIt.extend<{ scene: Scene }>({
  // vitest reads from the pattern which fixtures this one needs: none.
  scene: async ({}, use) => {
    const taskQueue = `api-review-away-${randomUUID()}`;
    const api = await createApiFixture({ taskQueue });
    const account = await api.openAccount();
    await use({ taskQueue, api, account, calls: createReviewCalls(api, taskQueue, () => account) });
    await api.expectReconciled();
    await api.close();
  },
});

it.concurrent(
  'a free retry that no worker admits is a 503, stays decided, and runs when it is sent again under its key',
  async ({ scene }) => {
    const { taskQueue, api, account, calls } = scene;
    const { jobId } = await api.admitJob(account.accountId, 'j');
    const { outputId } = await deliver(api, account.accountId, jobId, Buffer.from('picture'));
    const review = (await calls.reportTo(outputId)).json<Review>();
    const decide = () => calls.decide(review.id, 'free_retry', { idempotencyKey: 'k' });

    const refused = expectProblem(await decide(), 503, 'unavailable');
    expect([refused['billed'], refused['retryable']]).toEqual(['no', true]);
    const waiting = await calls.reviewOf(review.id);
    expect(waiting).toMatchObject({ decision: 'free_retry', retry_state: null });
    expectProblem(await calls.decide(review.id, 'refund'), 409, 'state_conflict');

    const worker = await startWorker({ taskQueue, pool: api.worker, assetHome: api.home });
    const answer = await decide();
    expect([answer.status, answer.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
    expect(answer.json()).toMatchObject({ retry_job_id: waiting.retry_job_id });
    expect(await calls.untilEnded(waiting.retry_job_id ?? '')).toMatchObject({ state: 'succeeded' });
    await worker.stop();
  },
);

it.concurrent(
  'a free retry that was terminated before it began lets its review be decided again',
  async ({ scene, expect }) => {
    const { api, account, calls } = scene;
    const { jobId } = await api.admitJob(account.accountId, 'j2');
    const { outputId } = await deliver(api, account.accountId, jobId, Buffer.from('another picture'));
    const review = (await calls.reportTo(outputId)).json<Review>();
    const decide = () => calls.decide(review.id, 'free_retry', { idempotencyKey: 'k2' });
    const decided = decide();
    const retryOf = async () => (await calls.reviewOf(review.id)).retry_job_id;
    await expect.poll(retryOf).not.toBeNull();
    const terminate = async () => api.client.workflow.getHandle((await retryOf()) ?? '').terminate('test');
    await expect
      .poll(() =>
        terminate().then(
          () => 'ended',
          () => 'not yet',
        ),
      )
      .toBe('ended');
    expectProblem(await decided, 409, 'state_conflict');
    expectProblem(await decide(), 409, 'state_conflict');

    await api.database.setClock(new Date(Date.now() + 125_000));
    expect(await calls.reviewOf(review.id)).toMatchObject({ state: 'open', decision: null });
    expect((await calls.decide(review.id, 'refund')).json()).toMatchObject({ decision: 'refund' });
    await api.database.setClock(null);
  },
);
