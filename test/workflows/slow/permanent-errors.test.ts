import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { WithStartWorkflowOperation } from '@temporalio/client';
import { describe, expect, test as plainTest } from 'vitest';
import { ADMIT_UPDATE_ID, admitUpdate } from '../../../contract/workflow-messages.ts';
import { startScriptedService, type ScriptedService } from '../../harness/scripted-service.ts';
import {
  createWorkflowFixture,
  type RunningWorker,
  type WorkerBuild,
  type WorkflowFixture,
} from '../workflow-fixture.ts';

const PICTURE = readFileSync(new URL('../../../model-service/prepared/picture.png', import.meta.url));
const REQUEST = { kind: 'static_ad', brief: { headline: 'A kettle' } } as const;
const BY = { actor: 'ann', reason: 'test' };
const POLL_MS = 20;
/** A workflow that closes waits half a minute for an update at most; the rest is a busy machine's. */
const CLOSED_WITHIN_MS = 60_000;

type Scene = {
  readonly fixture: WorkflowFixture;
  readonly service: ScriptedService;
  readonly startWorker: (build?: WorkerBuild) => Promise<RunningWorker>;
  /** From now on the model has made it. */
  readonly finish: () => void;
};

/** The tests run side by side, each in a database of its own, whose functions it replaces. */
const test = plainTest.extend<{ scene: Scene }>({
  // vitest reads from the pattern which fixtures this one needs: none.
  scene: async ({}, use) => {
    const fixture = await createWorkflowFixture();
    let isFinished = false;
    const service: ScriptedService = await startScriptedService((call) => {
      const output = [{ url: `${service.url}/picture`, content_type: 'image/png', bytes: PICTURE.length }];
      if (call.name === 'submit') call.answer(201, { id: call.about });
      if (call.name === 'poll')
        call.answer(200, { id: call.about, status: isFinished ? 'succeeded' : 'processing', output });
      if (call.name === 'file') call.answer(200, PICTURE);
      if (call.name === 'cancel') call.answer(200);
    });
    const workers: RunningWorker[] = [];
    const startWorker = async (build?: WorkerBuild) => {
      const worker = await fixture.startWorker(service.url, build);
      workers.push(worker);
      return worker;
    };
    await use({ fixture, service, startWorker, finish: () => (isFinished = true) });
    await service.close();
    await Promise.all(workers.map((worker) => worker.stop()));
    await fixture.close();
  },
});

async function start({ fixture, service }: Scene, worker: RunningWorker) {
  const job = worker.jobOf(randomUUID());
  expect(await worker.client.start({ ...job, request: REQUEST })).toMatchObject({ outcome: 'reserved' });
  await service.untilCalled('poll');
  return { ...job, handle: fixture.temporal.workflow.getHandle(job.jobId) };
}

describe.concurrent('a permanent error of PostgreSQL', () => {
  test('at admission ends the workflow, and its starter gets the error', async ({ scene, expect }) => {
    const { fixture, startWorker } = scene;
    const worker = await startWorker();
    const { jobId, accountId } = worker.jobOf('nul');
    // A start as a client that is not ours may send it: a text that jsonb cannot hold.
    const request = { kind: 'static_ad', brief: { headline: 'a\u0000b' } };
    const operation = new WithStartWorkflowOperation('generation', {
      ...{ workflowId: jobId, taskQueue: worker.taskQueue, workflowIdConflictPolicy: 'USE_EXISTING' },
      args: [{ ...fixture.startOf('nul'), accountId, jobId, request }],
    });
    operation.workflowHandle().catch(() => undefined);
    const answered = fixture.temporal.workflow.executeUpdateWithStart(admitUpdate, {
      startWorkflowOperation: operation,
      updateId: ADMIT_UPDATE_ID,
    });
    await expect(answered).rejects.toThrow();
    await expect(fixture.temporal.workflow.getHandle(jobId).result()).rejects.toMatchObject({
      cause: { type: 'sql_22P05' },
    });
    expect(await fixture.balance()).toMatchObject({ available: 1_000, reserved: 0 });
  });

  test('at a support command refuses it, and the job goes on', async ({ scene, expect }) => {
    const { fixture, startWorker, finish } = scene;
    const job = await start(scene, await startWorker());
    await fixture.owner
      .query(`CREATE OR REPLACE FUNCTION jobs.extend_job(p_account_id text, p_job_id text, p_call jsonb,
      p_now timestamptz) RETURNS jsonb LANGUAGE plpgsql AS $$ BEGIN RETURN to_jsonb('soon'::timestamptz); END $$`);
    const until = new Date(Date.now() + 3_600_000).toISOString();
    await expect(job.handle.executeUpdate('extend', { args: [{ ...BY, until }] })).rejects.toMatchObject({
      cause: { type: 'sql_22007' },
    });
    finish();
    expect(await job.handle.result()).toMatchObject({ outcome: 'succeeded', credits: 35 });
  });

  test('at the charge returns the credits', async ({ scene, expect }) => {
    const { fixture, startWorker, finish } = scene;
    const job = await start(scene, await startWorker());
    await fixture.owner.query(`CREATE FUNCTION refuse_commit() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE check_violation USING MESSAGE = 'never'; END $$`);
    await fixture.owner.query(`CREATE TRIGGER refuse BEFORE UPDATE ON ledger.reservations
      FOR EACH ROW WHEN (NEW.state = 'committed') EXECUTE FUNCTION refuse_commit()`);
    finish();
    await expect(job.handle.result()).rejects.toMatchObject({ cause: { type: 'internal' } });
    expect(await fixture.balance()).toMatchObject({ available: 1_000, reserved: 0, spent: 0 });
  });
});

describe.concurrent('a support command that never finishes', () => {
  test('does not keep its workflow open', { timeout: 120_000 }, async ({ scene, expect }) => {
    const { startWorker, finish } = scene;
    const asked: number[] = [];
    const worker = await startWorker({
      failing: () => ({
        applyCommand: () => {
          asked.push(Date.now());
          return Promise.reject(new Error('away'));
        },
      }),
    });
    const job = await start(scene, worker);
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const answered = job.handle
      .executeUpdate('extend', { args: [{ ...BY, until }] })
      .catch((error: unknown) => error);
    while (asked.length === 0) await sleep(POLL_MS);
    finish();
    const finishedAt = performance.now();
    expect(await job.handle.result()).toMatchObject({ outcome: 'succeeded', credits: 35 });
    expect(performance.now() - finishedAt).toBeLessThan(CLOSED_WITHIN_MS);
    expect(await answered).toBeInstanceOf(Error);
  });
});
