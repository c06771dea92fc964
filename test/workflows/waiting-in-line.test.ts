import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { readJob } from '../../jobs/reads/read-job.ts';
import { readModelHealth } from '../../jobs/reads/read-model-health.ts';
import { startScriptedService, type ScriptedService } from '../harness/scripted-service.ts';
import { createWorkflowFixture, type RunningWorker, type WorkflowFixture } from './workflow-fixture.ts';

/** What people see of a job that waits for its turn at a provider, and what becomes of it when they change their mind. */

const PICTURE = readFileSync(new URL('../../model-service/prepared/picture.png', import.meta.url));
const REQUEST = { kind: 'static_ad', brief: { headline: 'in line' } } as const;
const SOON = { timeout: 40_000, interval: 100 };

let fixture: WorkflowFixture;
let service: ScriptedService;
let worker: RunningWorker;
let isDone = false;
beforeAll(async () => {
  fixture = await createWorkflowFixture();
  service = await startScriptedService((call) => {
    if (call.name === 'file') call.answer(200, PICTURE);
    if (call.name === 'submit') call.answer(201, { id: call.about });
    if (call.name === 'poll') {
      const output = [{ url: `${service.url}/picture`, content_type: 'image/png', bytes: PICTURE.length }];
      call.answer(200, { id: call.about, status: isDone ? 'succeeded' : 'processing', output });
    }
  });
});
afterEach(async () => {
  await worker.stop();
  await fixture.owner.query('DELETE FROM jobs.breakers');
});
afterAll(async () => {
  await service.close();
  await fixture.close();
});

type Job = ReturnType<RunningWorker['jobOf']>;
const seenOf = async ({ accountId, jobId }: Job) => {
  const job = await readJob(fixture.worker, accountId, jobId);
  return { state: job?.state, progress: job?.progress, billing: job?.billing };
};
const waitingAt = (stage: string, queuePosition: number) => ({
  state: 'queued',
  progress: { stage, fraction: null, queue_position: queuePosition },
  billing: { reserved: 35, committed: 0 },
});
const start = async (key: string): Promise<Job> => {
  const job = worker.jobOf(key);
  const request = { ...REQUEST, brief: { headline: key } };
  expect(await worker.client.start({ ...job, request })).toMatchObject({ outcome: 'reserved' });
  return job;
};
const inLine = async () => (await fixture.owner.query('SELECT reference FROM jobs.waiting')).rows;

test('a job that waits for its turn is queued and shows its place; a cancel there is free, leaves the line, and submits nothing', async () => {
  worker = await fixture.startWorker(service.url, { limits: { local: { inFlight: 1, perSecond: null } } });
  const runs = await start('runs');
  await service.untilCalled('submit');
  const next = await start('next');
  await expect.poll(() => seenOf(next), SOON).toMatchObject(waitingAt('waiting_for_turn', 0));
  const last = await start('last');
  await expect.poll(() => seenOf(last), SOON).toMatchObject(waitingAt('waiting_for_turn', 1));
  expect(await inLine()).toHaveLength(2);
  expect(await readModelHealth(fixture.worker, { onlyFailing: false })).toMatchObject([
    { model: 'local/render', breaker: 'closed', in_flight: 1, waiting: 2 },
  ]);

  await worker.client.cancel(last);
  expect(await worker.client.wait(last)).toMatchObject({ outcome: 'canceled' });
  expect(await seenOf(last)).toMatchObject({
    state: 'canceled',
    billing: { reserved: 0, committed: 0, returned: 35 },
  });
  expect(await inLine()).toHaveLength(1);

  isDone = true;
  for (const job of [runs, next])
    expect(await worker.client.wait(job)).toMatchObject({ outcome: 'succeeded', credits: 35 });
  expect(service.calls('submit').map(({ about }) => about.split('_')[1])).toEqual(
    [runs, next].map(({ jobId }) => jobId.replace('job_', '')),
  );
  expect(await inLine()).toEqual([]);
  expect(await fixture.balance()).toMatchObject({ available: 1_000 - 70, reserved: 0 });
});

test('a job whose model has an open breaker is queued and says so, as do quotes; it runs once the breaker allows it', async () => {
  worker = await fixture.startWorker(service.url);
  await fixture.owner.query(
    `INSERT INTO jobs.breakers VALUES ('local', 'local/render', 5, 'submit', now(), NULL, now() + interval '1 hour')`,
  );
  isDone = true;
  const job = await start('waits for its model');
  await expect.poll(() => seenOf(job), SOON).toMatchObject(waitingAt('waiting_for_model', 0));
  expect(await readModelHealth(fixture.worker, { onlyFailing: true })).toMatchObject([
    { model: 'local/render', breaker: 'open' },
  ]);
  await fixture.owner.query('UPDATE jobs.breakers SET probe_at = now()');
  expect(await worker.client.wait(job)).toMatchObject({ outcome: 'succeeded', credits: 35 });
  expect(await readModelHealth(fixture.worker, { onlyFailing: true })).toEqual([]);
});
