import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { JobRequest } from '../../domain/work/job-request.ts';
import { CHAOS_ACCOUNT, createChaosFixture, type ChaosFixture } from './chaos-fixture.ts';
import { startChaosWorker } from './chaos-worker.ts';

const OUTPUTS = 45;
/** One of twenty fails, so that there is something to return as well. */
const FAILING = 3;
/** The worker is killed each time so many outputs more are settled. */
const KILL_EVERY = 20;

let chaos: ChaosFixture;
beforeAll(async () => {
  chaos = await createChaosFixture(200);
});
afterAll(() => chaos.close());

it('a batch whose worker is killed repeatedly submits no output twice, and charges what was delivered', async () => {
  const taskQueue = 'batch';
  const worker = await startChaosWorker(chaos, {
    taskQueue,
  });
  const client = chaos.clientFor(taskQueue);
  const job = { accountId: CHAOS_ACCOUNT, idempotencyKey: taskQueue };
  const item = { kind: 'static_ad', brief: { headline: 'one of many' } } as const;
  const request: JobRequest = {
    kind: 'batch',
    items: [
      { ...item, variations: 20 },
      { ...item, variations: FAILING, test_scenario: 'fails_after_start' },
      { ...item, variations: OUTPUTS - 20 - FAILING },
    ],
  };
  expect(await client.start({ ...job, request })).toMatchObject({
    outcome: 'reserved',
    credits: OUTPUTS * 35,
  });

  for (let settled = KILL_EVERY; settled < OUTPUTS; settled += KILL_EVERY) {
    while ((await settledCount()) < settled) await sleep(20);
    const pid = worker.pid;
    process.kill(pid ?? 0, 'SIGKILL');
    while (worker.pid === null || worker.pid === pid) await sleep(20);
    await worker.whenReady(60_000);
  }

  const delivered = OUTPUTS - FAILING;
  expect(await client.wait(job, { timeoutMs: 120_000 })).toMatchObject({
    outcome: 'partially_succeeded',
    credits: delivered * 35,
    summary: `${String(delivered)} of ${String(OUTPUTS)} delivered, ${String(FAILING * 35)} credits returned`,
  });
  expect(await chaos.submissionsOf(taskQueue)).toBe(OUTPUTS);
  const [account] = await chaos.rows('SELECT reserved, spent FROM ledger.accounts');
  expect(account).toEqual({ reserved: '0', spent: String(delivered * 35) });
  expect(await chaos.reconcile()).toEqual([]);
  await worker.stop();
});

async function settledCount(): Promise<number> {
  const rows = await chaos.rows(`SELECT 1 FROM ledger.reservations WHERE state <> 'open'`);
  return rows.length;
}
