import { afterAll, beforeAll, expect, test } from 'vitest';
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
