import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { batchCalls, WINDOW } from '../batch-calls.ts';
import type { Json, StackInUse } from '../running-stack.ts';
import { leaseSharedStack } from '../shared-stack.ts';

let running: StackInUse;
beforeAll(async () => {
  running = await leaseSharedStack();
});
afterEach(async () => {
  expect(await running.reconcile()).toEqual([]);
});
afterAll(async () => {
  await running.close();
});

const { many, available, cancel, untilAccepted } = batchCalls(() => running);

describe('a batch that is ended early', () => {
  it('counts outputs that have not begun by the deadline as our fault', async () => {
    const account = await running.openAccount();
    const { body } = await running.submit(account, {
      ...many(WINDOW + 4, { test_scenario: 'never_finishes' }),
      deadline_seconds: 4,
    });
    await untilAccepted(body.id, WINDOW);
    // The job looks as if it had been admitted long ago, and we had been away.
    await running.rows(`UPDATE ledger.reservations SET return_by = clock_timestamp() WHERE job_id = $1`, [
      body.id,
    ]);
    await running.rows(
      `UPDATE jobs.jobs SET created_at = created_at - interval '1 hour', return_by = clock_timestamp() WHERE job_id = $1`,
      [body.id],
    );
    const job = await running.untilEnded(account, body.id);
    const outputs = job.outputs as Json[];
    const faultsOf = (began: boolean) => [
      ...new Set(
        outputs.filter(({ attempts }) => attempts > 0 === began).map(({ failure }) => failure.at_fault),
      ),
    ];
    expect(job).toMatchObject({
      state: 'failed',
      counts: { failed: WINDOW + 4 },
      billing: { returned: 700 },
    });
    expect(faultsOf(true)).toEqual(['customer']);
    expect(faultsOf(false)).toEqual(['us']);
    expect(await available(account)).toMatchObject({ available: 1_000, reserved: 0 });
  });

  it('can still be extended and canceled when its workflow is gone: begun outputs go on without it', async () => {
    const account = await running.openAccount();
    const items = many(4, { test_scenario: 'never_finishes' });
    const { body: job } = await running.submit(account, { ...items, deadline_seconds: 600 });
    await untilAccepted(job.id, 4);
    await running.temporal.workflow.getHandle(job.id as string).terminate('from outside');

    const until = new Date(Date.now() + 1_800_000).toISOString();
    const extended = await running.call('POST', `/v1/jobs/${job.id as string}/extend`, {
      account,
      body: { reason: 'test', until },
      headers: { 'idempotency-key': randomUUID() },
    });
    expect(extended).toMatchObject({ status: 202, body: { returned_automatically_by: until } });
    expect((await cancel(account, job.id)).status).toBe(202);
    const end = await running.untilEnded(account, job.id);
    expect(end).toMatchObject({
      state: 'canceled',
      failure: { at_fault: 'customer' },
      counts: { canceled: 4 },
    });
    expect(await available(account)).toMatchObject({ available: 1_000, reserved: 0 });
  });

  it('gone before it has begun every output: a cancel stops the running outputs, and ends the others', async () => {
    const account = await running.openAccount();
    const items = many(WINDOW + 2, { test_scenario: 'never_finishes' });
    const { body: job } = await running.submit(account, items);
    await untilAccepted(job.id, WINDOW);
    await running.temporal.workflow.getHandle(job.id as string).terminate('from outside');
    expect(await cancel(account, job.id)).toMatchObject({ status: 202 });
    const end = await running.untilEnded(account, job.id);
    expect(end).toMatchObject({ state: 'canceled', counts: { canceled: WINDOW + 2 } });
    const faults = (end.outputs as Json[]).map((output) => output.failure.at_fault as string);
    expect(faults).toEqual([...Array.from({ length: WINDOW }, () => 'customer'), 'us', 'us']);
    expect(await available(account)).toMatchObject({ available: 1_000, reserved: 0 });
  });
});
