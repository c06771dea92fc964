import { expect, test as plainTest } from 'vitest';
import { createSendSupportCommand } from '../../api/support/send-support-command.ts';
import { createSupportWorkflows } from '../../client/support-workflow.ts';
import { readJob } from '../../jobs/reads/read-job.ts';
import { holdWrites, untilWaiting } from '../ledger/until-waiting.ts';
import { startScriptedService, type ScriptedService } from '../harness/scripted-service.ts';
import {
  createWorkflowFixture,
  type RunningWorker,
  type WorkerBuild,
  type WorkflowFixture,
} from './workflow-fixture.ts';
import { SUPERSCALE_GRANTS } from '../harness/superscale.ts';

const DEADLINE_SECONDS = 4;
/** Well after a deadline that is watched on time, on a busy machine; well before a look of 10 s has ended. */
const LATE_AFTER_MS = 11_000;
/** A job of this deadline is looked at after three quarters of it, not after 20 s. */
const LOOKED_AT_SOON_SECONDS = 8;
const TIME_FOR_ALL_LOOKS_MS = 300_000;

type Scene = {
  readonly fixture: WorkflowFixture;
  readonly service: ScriptedService;
  /** Stopped with the scene. */
  readonly startWorker: (build?: WorkerBuild) => Promise<RunningWorker>;
};

/** The tests run side by side, each in a database of its own: one holds up a whole table. */
const test = plainTest.extend<{ scene: Scene }>({
  // vitest reads from the pattern which fixtures this one needs: none.
  scene: async ({}, use) => {
    const fixture = await createWorkflowFixture();
    const service = await startScriptedService((call) => {
      if (call.name === 'submit') call.answer(201, { id: call.about });
      if (call.name === 'poll') call.answer(200, { id: call.about, status: 'processing' });
      if (call.name === 'cancel') call.answer(200);
    });
    const workers: RunningWorker[] = [];
    const startWorker = async (build?: WorkerBuild) => {
      const worker = await fixture.startWorker(service.url, build);
      workers.push(worker);
      return worker;
    };
    await use({ fixture, service, startWorker });
    await service.close();
    await Promise.all(workers.map((worker) => worker.stop()));
    await fixture.close();
  },
});

test.concurrent(
  'a job that cannot be marked stuck is stopped at its run deadline all the same',
  async ({ scene }) => {
    const { fixture, service, startWorker } = scene;
    const worker = await startWorker();
    const job = worker.jobOf('cannot be marked');
    const before = await fixture.balance();
    const startedAt = performance.now();
    const request = {
      kind: 'static_ad',
      brief: { headline: 'blocked' },
      deadline_seconds: DEADLINE_SECONDS,
    } as const;
    expect(await worker.client.start({ ...job, request })).toMatchObject({ outcome: 'reserved' });
    const admittedAt = performance.now();
    await service.untilCalled('poll');
    const held = await holdWrites(fixture.owner, 'jobs.outputs');
    let stoppedAt: number;
    try {
      await untilWaiting(fixture.owner, 1);
      await Promise.race([
        service.untilCalled('cancel'),
        worker.client.wait(job, { timeoutMs: LATE_AFTER_MS }),
      ]);
      stoppedAt = performance.now();
    } finally {
      await held.letGo();
    }
    expect(await worker.client.wait(job)).toMatchObject({ outcome: 'failed', code: 'run_deadline' });
    expect(stoppedAt - startedAt).toBeGreaterThan(DEADLINE_SECONDS * 1_000);
    expect(stoppedAt - admittedAt).toBeLessThan(LATE_AFTER_MS);
    expect(await fixture.balance()).toEqual(before);
  },
);

test.concurrent(
  'a job whose check for being stuck failed is checked again, and is marked stuck',
  async ({ scene, expect }) => {
    const { fixture, startWorker } = scene;
    let looks = 0;
    const failing = await startWorker({
      failing: ({ markStuck }) => ({
        // All tries of the first look.
        markStuck: (...args) => (++looks > 3 ? markStuck(...args) : Promise.reject(new Error('away'))),
      }),
    });
    const job = failing.jobOf('is looked at again');
    const request = {
      kind: 'static_ad',
      brief: { headline: 'late' },
      deadline_seconds: LOOKED_AT_SOON_SECONDS,
    } as const;
    expect(await failing.client.start({ ...job, request })).toMatchObject({ outcome: 'reserved' });
    // Near its deadline there would be one try, and no second look.
    await extend(fixture, job, TIME_FOR_ALL_LOOKS_MS);
    await expect
      .poll(() => readJob(fixture.worker, job.accountId, job.jobId), { timeout: 60_000, interval: 250 })
      .toMatchObject({ state: 'stuck' });
    expect(looks).toBe(4);
    await failing.client.cancel(job);
    expect(await failing.client.wait(job)).toMatchObject({ outcome: 'canceled' });
  },
);

test.concurrent(
  'a model that never begins after a slow reference picture is stopped at the start deadline of its own submission',
  async ({ scene, expect }) => {
    const { fixture, service } = scene;
    await service.close();
    const queueing = await startScriptedService((call) => {
      if (call.name === 'submit') call.answer(201, { id: call.about });
      if (call.name === 'poll') call.answer(200, { id: call.about, status: 'starting' });
      if (call.name === 'cancel') call.answer(200);
    });
    const startDeadlineSeconds = 2;
    const pictureMs = 3_000;
    let submittedAt = 0;
    void queueing.untilCalled('submit').then(() => (submittedAt = performance.now()));
    const worker = await fixture.startWorker(queueing.url, {
      failing: ({ admit }) => ({
        admit: async (start) => {
          const { plan, ...answer } = await admit(start);
          const times = plan && { ...plan.times, startDeadlineSeconds };
          return { ...answer, plan: plan && times && { ...plan, times, hasReferenceAssets: true } };
        },
        keepReferences: async () => {
          await new Promise((resolve) => setTimeout(resolve, pictureMs));
          return { outcome: 'kept' };
        },
      }),
    });
    const job = worker.jobOf('slow picture');
    const request = { kind: 'static_ad', brief: { headline: 'slow picture' } } as const;
    expect(await worker.client.start({ ...job, request })).toMatchObject({ outcome: 'reserved' });
    expect(await worker.client.wait(job)).toMatchObject({ outcome: 'failed', code: 'start_deadline' });
    const waitedMs = performance.now() - submittedAt;
    expect(waitedMs).toBeGreaterThan(startDeadlineSeconds * 1_000);
    expect(waitedMs).toBeLessThan(LATE_AFTER_MS);
    expect(queueing.calls('cancel')).toHaveLength(1);
    await worker.stop();
    await queueing.close();
  },
);

test.concurrent.for([
  { by: 'the model’s own times', request: {}, stuckSeconds: 1, ends: 'us' },
  { by: 'a deadline that its customer set', request: { deadline_seconds: 12 }, ends: 'customer' },
])(
  'a cancel of a job that is stuck by $by is the fault of: $ends',
  async ({ request, stuckSeconds, ends }, { scene, expect }) => {
    const worker = await scene.startWorker({
      failing: ({ admit }) => ({
        admit: async (start) => {
          const { plan, ...answer } = await admit(start);
          const soon = stuckSeconds === undefined ? {} : { stuckSeconds };
          return { ...answer, plan: plan && { ...plan, times: { ...plan.times, ...soon } } };
        },
      }),
    });
    const job = worker.jobOf(`stuck by ${ends}`);
    const work = { kind: 'static_ad', brief: { headline: 'stuck' }, ...request } as const;
    expect(await worker.client.start({ ...job, request: work })).toMatchObject({ outcome: 'reserved' });
    const read = () => readJob(scene.fixture.worker, job.accountId, job.jobId);
    await expect.poll(read, { timeout: LATE_AFTER_MS, interval: 50 }).toMatchObject({ state: 'stuck' });
    await worker.client.cancel(job);
    expect(await worker.client.wait(job)).toMatchObject({ outcome: 'canceled' });
    expect((await read())?.failure).toMatchObject({ code: 'canceled', at_fault: ends });
  },
);

/** Extends the job as the API does for support; the time of the look for being stuck stays as it was. */
async function extend(
  fixture: WorkflowFixture,
  { accountId, jobId }: { readonly accountId: string; readonly jobId: string },
  byMs: number,
) {
  const send = createSendSupportCommand({
    database: fixture.worker,
    grants: SUPERSCALE_GRANTS,
    supportWorkflows: createSupportWorkflows(fixture.temporal),
  });
  const job = await readJob(fixture.worker, accountId, jobId);
  if (job === null) throw new Error('no job');
  const until = new Date(Date.now() + byMs).toISOString();
  const asked = { job_id: jobId, key: 'extend', actor: 'test', reason: 'r' };
  await send(accountId, job, { command: 'extend', until, ...asked });
}
