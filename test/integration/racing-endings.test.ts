import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { holdAccount } from './held-account.ts';
import { startRunningStack, type RunningStack } from './running-stack.ts';

/** Long enough that a job has not ended when its submission is answered. */
const MODEL_MS = 1_500;
const POLL_MS = 20;

let running: RunningStack;

beforeAll(async () => {
  running = await startRunningStack(MODEL_MS);
});

afterAll(async () => {
  await running.close();
});

/** Submits a job that takes 5 s and holds its account once the model has it; returns when its settlement waits for the lock. */
async function jobWaitingToBeCharged(extra: object = {}) {
  const account = await running.openAccount();
  const { body: job } = await running.submit(account, {
    kind: 'static_ad',
    brief: { headline: randomUUID() },
    test_scenario: 'slow',
    ...extra,
  });
  await untilAccepted(job.id);
  const held = await holdAccount(running.stack.info().database_owner_url, account);
  await held.untilWaiting('jobs.settle');
  return { account, jobId: job.id as string, held };
}

async function untilAccepted(jobId: string): Promise<void> {
  for (;;) {
    const rows = await running.rows(`SELECT 1 FROM jobs.attempts WHERE job_id = $1 AND state = 'accepted'`, [
      jobId,
    ]);
    if (rows.length > 0) return;
    await sleep(POLL_MS);
  }
}

async function cancel(account: string, jobId: string) {
  return running.call('POST', `/v1/jobs/${jobId}/cancel`, {
    account,
    headers: { 'idempotency-key': randomUUID() },
  });
}

describe.concurrent('two endings at once (invariant 4: a reservation ends once)', () => {
  it('charges a job whose cancel comes while the charge waits for its lock', async () => {
    const { account, jobId, held } = await jobWaitingToBeCharged();
    const answer = await cancel(account, jobId);
    await held.release();
    const job = await running.untilEnded(account, jobId);

    expect(answer.status).toBe(202);
    expect(job).toMatchObject({ state: 'succeeded', billing: { committed: 35, returned: 0, reserved: 0 } });
    expect((await cancel(account, jobId)).body).toMatchObject({ status: 409, code: 'state_conflict' });
  });

  it('charges a job whose deadline passes while the charge waits for its lock', async () => {
    const { account, jobId, held } = await jobWaitingToBeCharged({ deadline_seconds: 16 });
    const [row] = await running.rows<{ return_by: Date }>(
      'SELECT return_by FROM ledger.reservations WHERE job_id = $1',
      [jobId],
    );
    await until(() => Date.now() > (row?.return_by.getTime() ?? 0));
    await held.release();
    const job = await running.untilEnded(account, jobId);

    expect(job).toMatchObject({ state: 'succeeded', billing: { committed: 35, returned: 0, reserved: 0 } });
  });

  it('charges when the workflow is terminated while its charge waits, and the reconciler returns nothing', async () => {
    const { account, jobId, held } = await jobWaitingToBeCharged();
    await running.temporal.workflow.getHandle(jobId).terminate('as someone in Temporal UI would');
    await held.release();
    const job = await running.untilEnded(account, jobId);

    expect(job).toMatchObject({ state: 'succeeded', billing: { committed: 35, returned: 0, reserved: 0 } });
  });
});

describe('the same key twice at once (invariant 9)', () => {
  it('makes one job, one reservation and one submission of twenty equal requests', async () => {
    const account = await running.openAccount();
    const key = randomUUID();
    // None of them comes when it has ended.
    const body = { kind: 'static_ad', brief: { headline: 'twenty at once' }, test_scenario: 'slow' };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => running.submit(account, body, { key })),
    );

    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([202]));
    const ids = new Set(answers.map((answer) => answer.body.id as string));
    expect(ids.size).toBe(1);
    const job = await running.untilEnded(account, [...ids][0] ?? '');
    expect(job.billing).toMatchObject({ committed: 35, reserved: 0 });
    expect(await running.submissionsOf(job.id)).toBe(1);
    const { body: balance } = await running.call('GET', '/v1/balance', { account });
    expect(balance).toMatchObject({ available: 965, reserved: 0 });
  });

  it('admits exactly one of two different requests', async () => {
    const account = await running.openAccount();
    const key = randomUUID();
    const answers = await Promise.all(
      ['one', 'other'].map((headline) =>
        running.submit(account, { kind: 'static_ad', brief: { headline } }, { key }),
      ),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([202, 422]);
    const refused = answers.find((answer) => answer.status === 422);
    expect(refused?.body).toMatchObject({
      code: 'idempotency_key_reused',
      job_id: expect.stringMatching(/^job_/),
    });
  });
});

describe('many jobs on the last credits (invariant 5)', () => {
  it('admits exactly as many as the balance pays for', async () => {
    const account = await running.openAccount();
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, number) =>
        running.submit(account, { kind: 'static_ad', brief: { headline: `job ${String(number)}` } }),
      ),
    );
    const admitted = answers.filter((answer) => answer.status === 202);
    expect(admitted).toHaveLength(28);
    expect(answers.filter((answer) => answer.status === 402)).toHaveLength(12);
    await Promise.all(admitted.map((answer) => running.untilEnded(account, answer.body.id)));
    const { body: balance } = await running.call('GET', '/v1/balance', { account });
    expect(balance).toMatchObject({ available: 20, reserved: 0 });
    expect(await running.reconcile()).toEqual([]);
  });
});

it('leaves nothing for reconcile to find', async () => {
  expect(await running.reconcile()).toEqual([]);
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(POLL_MS);
}
