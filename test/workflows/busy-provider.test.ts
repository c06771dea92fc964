import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startScriptedService, type ScriptedService } from '../harness/scripted-service.ts';
import { createWorkflowFixture, type RunningWorker, type WorkflowFixture } from './workflow-fixture.ts';

const PICTURE = readFileSync(new URL('../../model-service/prepared/picture.png', import.meta.url));
const REQUEST = { kind: 'static_ad', brief: { headline: 'not now' } } as const;
/** The number of attempts that a job may use up. */
const REFUSALS = 3;

let fixture: WorkflowFixture;
let service: ScriptedService;
let worker: RunningWorker;
beforeAll(async () => {
  fixture = await createWorkflowFixture();
  service = await startScriptedService((call) => {
    if (call.name === 'file') call.answer(200, PICTURE);
    if (call.name === 'submit') {
      if (service.calls('submit').length > REFUSALS) call.answer(201, { id: call.about });
      else call.answer(503, { error: { code: 'unavailable' } });
    }
    if (call.name === 'poll') {
      const output = [{ url: `${service.url}/picture`, content_type: 'image/png', bytes: PICTURE.length }];
      call.answer(200, { id: call.about, status: 'succeeded', output });
    }
  });
  worker = await fixture.startWorker(service.url);
});
afterAll(async () => {
  await service.close();
  await worker.stop();
  await fixture.close();
});

test('a service that takes no submission now uses up no attempt, and each try is a post of its own', async () => {
  const job = worker.jobOf('busy');
  expect(await worker.client.start({ ...job, request: REQUEST })).toMatchObject({ outcome: 'reserved' });
  expect(await worker.client.wait(job)).toMatchObject({ outcome: 'succeeded', credits: 35 });
  const references = service.calls('submit').map((call) => call.about);
  expect(new Set(references).size).toBe(REFUSALS + 1);
  const { rows } = await fixture.owner.query(
    'SELECT state FROM jobs.attempts WHERE job_id = $1 ORDER BY number',
    [job.jobId],
  );
  const states = rows.map(({ state }: { state: string }) => state);
  expect(states).toEqual([...Array.from({ length: REFUSALS }, () => 'rejected'), 'collected']);
});
