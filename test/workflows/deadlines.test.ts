import { afterAll, beforeAll, expect, test } from 'vitest';
import { readJob } from '../../jobs/read-job.ts';
import { holdWrites, untilWaiting } from '../ledger/until-waiting.ts';
import { startScriptedService, type ScriptedService } from '../support/scripted-service.ts';
import { createWorkflowFixture, type RunningWorker, type WorkflowFixture } from './workflow-fixture.ts';

const DEADLINE_SECONDS = 4;
/** Well after a deadline that is watched on time, on a busy machine; well before a look of 10 s has ended. */
const LATE_AFTER_MS = 11_000;

let fixture: WorkflowFixture;
let service: ScriptedService;
let worker: RunningWorker;
beforeAll(async () => {
  fixture = await createWorkflowFixture();
  service = await startScriptedService((call) => {
    if (call.name === 'submit') call.answer(201, { id: 'p1' });
    if (call.name === 'poll') call.answer(200, { id: 'p1', status: 'processing' });
    if (call.name === 'cancel') call.answer(200);
  });
  worker = await fixture.startWorker(service.url);
});
afterAll(async () => {
  await service.close();
  await worker.stop();
  await fixture.close();
});

test('a job that cannot be marked stuck is stopped at its run deadline all the same', async () => {
  const job = worker.jobOf('cannot be marked');
  const before = await fixture.balance();
  const startedAt = performance.now();
  const request = {
    kind: 'static_ad',
    brief: { headline: 'blocked' },
    deadline_seconds: DEADLINE_SECONDS,
  } as const;
  expect(await worker.client.start({ ...job, request })).toMatchObject({ outcome: 'reserved' });
  await service.untilCalled('poll');
  const held = await holdWrites(fixture.owner, 'jobs.outputs');
  let stoppedAfterMs: number;
  try {
    await untilWaiting(fixture.owner, 1);
    await Promise.race([
      service.untilCalled('cancel'),
      worker.client.wait(job, { timeoutMs: LATE_AFTER_MS }),
    ]);
    stoppedAfterMs = performance.now() - startedAt;
  } finally {
    await held.letGo();
  }
  expect(await worker.client.wait(job)).toEqual({ outcome: 'failed', code: 'run_deadline' });
  expect(stoppedAfterMs).toBeGreaterThan(DEADLINE_SECONDS * 1_000);
  expect(stoppedAfterMs).toBeLessThan(LATE_AFTER_MS);
  expect(await fixture.balance()).toEqual(before);
});

test('a job whose look for being stuck nobody answered is looked at again, and says that it is stuck', async () => {
  let looks = 0;
  const failing = await fixture.startWorker(service.url, {
    failing: ({ markStuck }) => ({
      // All tries of the first look.
      markStuck: (...args) => (++looks > 3 ? markStuck(...args) : Promise.reject(new Error('away'))),
    }),
  });
  try {
    const job = failing.jobOf('is looked at again');
    const request = { kind: 'static_ad', brief: { headline: 'late' } } as const;
    expect(await failing.client.start({ ...job, request })).toMatchObject({ outcome: 'reserved' });
    await expect
      .poll(() => readJob(fixture.worker, job.accountId, job.jobId), { timeout: 60_000, interval: 250 })
      .toMatchObject({ state: 'stuck' });
    expect(looks).toBe(4);
    await failing.client.cancel(job);
    expect(await failing.client.wait(job)).toMatchObject({ outcome: 'canceled' });
  } finally {
    await failing.stop();
  }
});
