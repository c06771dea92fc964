import { randomUUID } from 'node:crypto';
import { WithStartWorkflowOperation } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createRefuseUnservedStarts } from '../../activities/maintenance/refuse-unserved-starts.ts';
import { createHoldfastClient, type OwnedJob } from '../../client/temporal-client.ts';
import { DEFAULT_TASK_QUEUE } from '../../domain/work/workflow-names.ts';
import { fingerprintJson } from '../../contract/derived-ids.ts';
import { readSubmission } from '../../jobs/admission/read-submission.ts';
import { SETTINGS } from '../../runtime/settings/settings.ts';
import { ADMIT_UPDATE_ID, admitUpdate, type GenerationStart } from '../../contract/workflow-messages.ts';
import { startScriptedService, type ScriptedService } from '../harness/scripted-service.ts';
import { createWorkflowFixture, type RunningWorker, type WorkflowFixture } from './workflow-fixture.ts';

const REQUEST = { kind: 'static_ad', brief: { headline: 'A kettle' } } as const;
const ANSWER_WITHIN_MS = 1_000;
/** Visibility is late. */
const SEEN_WITHIN_MS = 15_000;
const REFUSED = {
  outcome: 'refused',
  refusal: { code: 'state_conflict', reason: 'not_admitted_in_time' },
  isReplay: true,
};

let fixture: WorkflowFixture;
let service: ScriptedService;
let worker: RunningWorker;
beforeAll(async () => {
  fixture = await createWorkflowFixture();
  service = await startScriptedService((call) => {
    if (call.name === 'submit') call.answer(201, { id: call.about });
    if (call.name === 'poll') call.answer(200, { id: call.about, status: 'processing' });
    if (call.name === 'cancel') call.answer(200);
  });
  worker = await fixture.startWorker(service.url);
});
afterAll(async () => {
  await service.close();
  await worker.stop();
  await fixture.close();
});

type Job = OwnedJob & { readonly jobId: string };

/** A start on a queue, as the client sends it, that is not answered: no worker is there. */
async function startOn(taskQueue: string, admitByMs: number, outputs = 1): Promise<Job> {
  const job = worker.jobOf(randomUUID());
  const request = outputs === 1 ? REQUEST : { ...REQUEST, variations: outputs };
  const start: GenerationStart = {
    accountId: job.accountId,
    jobId: job.jobId,
    request,
    fingerprint: fingerprintJson(request),
    admitBy: new Date(admitByMs).toISOString(),
    outputCount: outputs,
    startId: 'the first',
  };
  const operation = new WithStartWorkflowOperation(outputs === 1 ? 'generation' : 'batch', {
    ...{ workflowId: job.jobId, taskQueue, args: [start], workflowIdConflictPolicy: 'USE_EXISTING' },
  });
  operation.workflowHandle().catch(() => undefined);
  const answered = fixture.temporal.withDeadline(Date.now() + ANSWER_WITHIN_MS, () =>
    fixture.temporal.workflow.executeUpdateWithStart(admitUpdate, {
      startWorkflowOperation: operation,
      updateId: ADMIT_UPDATE_ID,
    }),
  );
  await expect(answered).rejects.toThrow();
  return job;
}

const descriptionOf = (job: Job) => fixture.temporal.workflow.getHandle(job.jobId).describe();
const statusOf = async (job: Job) => (await descriptionOf(job)).status.name;

/** A run of the reconciler of the worker's queue. */
const refuse = () =>
  new MockActivityEnvironment({ taskQueue: worker.taskQueue }).run(
    createRefuseUnservedStarts(fixture.temporal, { startedSecondsAgo: 0 }),
  );
const untilClosed = (job: Job) =>
  vi.waitUntil(
    async () => {
      await refuse();
      return (await statusOf(job)) !== 'RUNNING';
    },
    { timeout: SEEN_WITHIN_MS, interval: 200 },
  );

const LONG_AGO_MS = Date.now() - 120_000;

describe('a start on a task queue that no worker serves', () => {
  it.each([1, 3])(
    'is refused once it can no longer be admitted, and its key returns that (outputs: %i)',
    { timeout: 60_000 },
    async (outputs) => {
      const job = await startOn(`no-worker-${randomUUID()}`, LONG_AGO_MS, outputs);
      expect(await statusOf(job)).toBe('RUNNING');
      await untilClosed(job);
      expect(await descriptionOf(job)).toMatchObject({
        status: { name: 'COMPLETED' },
        taskQueue: worker.taskQueue,
      });

      const { admission: stored } = await readSubmission(fixture.worker, job);
      expect(stored?.outcome).toMatchObject({ outcome: 'refused', ...REFUSED.refusal });
      const request = outputs === 1 ? REQUEST : { ...REQUEST, variations: outputs };
      // With the right setting, and with the wrong one still.
      for (const taskQueue of [worker.taskQueue, `no-worker-${randomUUID()}`]) {
        const client = createHoldfastClient({ client: fixture.temporal, taskQueue });
        expect(await client.start({ ...job, request })).toMatchObject(REFUSED);
      }
      const other = { ...REQUEST, brief: { headline: 'another' } };
      expect(await worker.client.start({ ...job, request: other })).toMatchObject({ outcome: 'key_reused' });
      expect(await worker.client.wait(job)).toEqual({ outcome: 'refused' });
      expect(await fixture.balance()).toMatchObject({ available: 1_000, reserved: 0 });
    },
  );

  it('is found behind newer starts that fill pages and whole runs, and cannot be refused', async () => {
    const taskQueue = `no-worker-${randomUUID()}`;
    const job = await startOn(taskQueue, LONG_AGO_MS);
    const newer = [
      await startOn(taskQueue, Date.now() + 600_000),
      await startOn(taskQueue, Date.now() + 600_000),
    ];
    const refuseOnePage = createRefuseUnservedStarts(fixture.temporal, {
      ...{ startedSecondsAgo: 0, pageSize: 1, maxPages: 1 },
    });
    await vi.waitUntil(
      async () => {
        await new MockActivityEnvironment({ taskQueue: worker.taskQueue }).run(refuseOnePage);
        return (await statusOf(job)) !== 'RUNNING';
      },
      { timeout: SEEN_WITHIN_MS, interval: 100 },
    );
    for (const other of newer) {
      expect(await statusOf(other)).toBe('RUNNING');
      await fixture.temporal.workflow.getHandle(other.jobId).terminate();
    }
  });

  it('is left alone while it may still be admitted, and is admitted when a worker starts in time', async () => {
    const taskQueue = `late-worker-${randomUUID()}`;
    const job = await startOn(taskQueue, Date.now() + 60_000);
    await refuse();
    expect(await statusOf(job)).toBe('RUNNING');
    const late = await fixture.startWorker(service.url, { taskQueue });
    expect(await late.client.start({ ...job, request: REQUEST })).toMatchObject({ outcome: 'reserved' });
    await fixture.temporal.workflow.getHandle(job.jobId).cancel();
    await late.client.wait(job);
    await late.stop();
  });

  it('is refused on record when a worker starts too late', async () => {
    const taskQueue = `late-worker-${randomUUID()}`;
    const job = await startOn(taskQueue, LONG_AGO_MS);
    const late = await fixture.startWorker(service.url, { taskQueue });
    expect(await late.client.wait(job)).toEqual({ outcome: 'refused' });
    expect(await late.client.start({ ...job, request: REQUEST })).toMatchObject(REFUSED);
    await late.stop();
  });
});

describe('a job that runs on a task queue of others', () => {
  it('is left alone', async () => {
    const others = await fixture.startWorker(service.url);
    const job = others.jobOf(randomUUID());
    expect(await others.client.start({ ...job, request: REQUEST })).toMatchObject({ outcome: 'reserved' });
    for (let runs = 0; runs < 3; runs++) await refuse();
    expect(await descriptionOf(job)).toMatchObject({
      status: { name: 'RUNNING' },
      taskQueue: others.taskQueue,
    });
    await fixture.temporal.workflow.getHandle(job.jobId).cancel();
    await others.client.wait(job);
    await others.stop();
  });
});

describe('the client', () => {
  it('has the workers’ default task queue and namespace', () => {
    expect(SETTINGS.TEMPORAL_TASK_QUEUE.schema.parse(undefined)).toBe(DEFAULT_TASK_QUEUE);
    expect(SETTINGS.TEMPORAL_NAMESPACE.schema.parse(undefined)).toBe(fixture.temporal.options.namespace);
  });
});
