import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { startScriptedService, type ScriptedService } from '../harness/scripted-service.ts';
import { createWorkflowFixture, type RunningWorker, type WorkflowFixture } from './workflow-fixture.ts';

const PICTURE = readFileSync(new URL('../../model-service/prepared/picture.png', import.meta.url));
const RUNNING = { status: 'processing' };
const REQUEST = { kind: 'static_ad', brief: { headline: 'cancelled too late' } } as const;

let fixture: WorkflowFixture;
let service: ScriptedService;
let worker: RunningWorker;
/** How the provider says that the run ended, once it was to be cancelled. */
let endedAs: () => object;
beforeAll(async () => {
  fixture = await createWorkflowFixture();
});
beforeEach(async () => {
  endedAs = finished;
  service = await startScriptedService((call) => {
    if (call.name === 'submit') call.answer(201, { id: call.about });
    // It had just finished.
    if (call.name === 'cancel') call.answer(409);
    if (call.name === 'poll') {
      const record = service.calls('cancel').length === 0 ? RUNNING : endedAs();
      call.answer(200, { id: call.about, ...record });
    }
  });
  worker = await fixture.startWorker(service.url);
});
afterEach(async () => {
  await service.close();
  await worker.stop();
});
afterAll(() => fixture.close());

const finished = () => ({
  status: 'succeeded',
  output: [{ url: `${service.url}/picture`, content_type: 'image/png', bytes: PICTURE.length }],
});

/** Runs a job, cancels it too late, and returns when its file is asked for. */
async function cancelTooLate(key: string) {
  const job = worker.jobOf(key);
  const before = await fixture.balance();
  expect(await worker.client.start({ ...job, request: REQUEST })).toMatchObject({ outcome: 'reserved' });
  await service.untilCalled('poll');
  expect(await worker.client.cancel(job)).toBe('requested');
  const [file] = await service.untilCalled('file');
  return { job, before, file };
}

test('a result from before the cancel is delivered and charged', async () => {
  const { job, before, file } = await cancelTooLate('in time');
  file?.answer(200, PICTURE);
  expect(await worker.client.wait(job)).toMatchObject({ outcome: 'succeeded', credits: 35 });
  expect(await fixture.balance()).toEqual({
    available: before.available - 35,
    reserved: 0,
    spent: before.spent + 35,
  });
});

test('a result from before the cancel that is not stored within 60 s is not charged', async () => {
  const { job, before } = await cancelTooLate('not in time');
  const handle = fixture.temporal.workflow.getHandle(job.jobId);
  const { events } = await handle.fetchHistory();
  const late = (events ?? [])
    .map((event) => event.activityTaskScheduledEventAttributes)
    .findLast((scheduled) => scheduled?.activityType?.name === 'collectLate');
  expect(Number(late?.scheduleToCloseTimeout?.seconds)).toBe(60);

  await shorten(job.jobId, late?.activityId ?? '');
  expect(await worker.client.wait(job)).toMatchObject({ outcome: 'canceled' });
  expect((await handle.describe()).status.name).toBe('CANCELLED');
  expect(await fixture.balance()).toEqual(before);
});

test.each([
  ['canceled', 'canceled', { outcome: 'canceled' }],
  ['failed', 'provider_failed', { outcome: 'failed', code: 'provider_failed' }],
])(
  'a run that had ended before the cancel, %s by the provider’s word, ends the job as %s',
  async (status, code, outcome) => {
    // Canceled: by an earlier try of ours, whose answer was lost.
    endedAs = () => ({ status, error: { code: 'failed' } });
    const job = worker.jobOf(`ended ${status}`);
    const before = await fixture.balance();
    await worker.client.start({ ...job, request: REQUEST });
    await service.untilCalled('poll');
    await worker.client.cancel(job);
    expect(await worker.client.wait(job)).toMatchObject(outcome);
    const { rows } = await fixture.owner.query('SELECT failure FROM jobs.outputs WHERE job_id = $1', [
      job.jobId,
    ]);
    expect(rows).toMatchObject([{ failure: { code } }]);
    expect(await fixture.balance()).toEqual(before);
  },
);

/** Takes most of its time from an activity that runs, as an operator can: the server's clock is not ours to move. */
async function shorten(workflowId: string, activityId: string): Promise<void> {
  await fixture.temporal.workflowService.updateActivityOptions({
    namespace: 'default',
    execution: { workflowId },
    id: activityId,
    // The wire takes a number here; the generated type wants the Long of a package we do not depend on.
    activityOptions: { scheduleToCloseTimeout: { seconds: 1 as never } },
    updateMask: { paths: ['schedule_to_close_timeout'] },
    identity: 'test',
  });
}
