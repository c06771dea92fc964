import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { failureOf } from '../../domain/work/failures.ts';
import { outputIdOf, reservationIdOf } from '../../domain/ids.ts';
import { startScriptedService, type ScriptedService } from '../harness/scripted-service.ts';
import { createWorkflowFixture, type RunningWorker, type WorkflowFixture } from './workflow-fixture.ts';

const PICTURE = readFileSync(new URL('../../model-service/prepared/picture.png', import.meta.url));
const REQUEST = { kind: 'static_ad', brief: { headline: 'finished after the credits were back' } } as const;

let fixture: WorkflowFixture;
let service: ScriptedService;
let worker: RunningWorker;
let isFinished = false;
beforeAll(async () => {
  fixture = await createWorkflowFixture();
  service = await startScriptedService((call) => {
    if (call.name === 'submit') call.answer(201, { id: call.about });
    if (call.name === 'poll')
      call.answer(200, { id: call.about, ...(isFinished ? finished() : { status: 'processing' }) });
    if (call.name === 'file') call.answer(200, PICTURE);
  });
  worker = await fixture.startWorker(service.url);
});
afterAll(async () => {
  await service.close();
  await worker.stop();
  await fixture.close();
});

const finished = () => ({
  status: 'succeeded',
  output: [{ url: `${service.url}/picture`, content_type: 'image/png', bytes: PICTURE.length }],
});

test('a result after the release is kept for support, and neither charged nor readable', async () => {
  const job = worker.jobOf('late result');
  const before = await fixture.balance();
  expect(await worker.client.start({ ...job, request: REQUEST })).toMatchObject({ outcome: 'reserved' });
  await service.untilCalled('poll');

  // Ends it as the reconciler ends an overdue reservation: by the workflow's own function, without asking the workflow.
  const outputId = outputIdOf(job.jobId, 0);
  const { settle } = fixture.activitiesAt(service.url);
  const key = { ...job, outputId, reservationId: reservationIdOf(outputId), credits: 35 };
  await settle(key, { charge: false, failure: failureOf('run_deadline', 'us') });
  expect(await fixture.balance()).toEqual(before);

  isFinished = true;
  expect(await worker.client.wait(job)).toMatchObject({ outcome: 'failed', code: 'run_deadline' });
  const { rows: attempts } = await fixture.owner.query(
    'SELECT state, sha256 IS NOT NULL AS is_kept FROM jobs.attempts WHERE job_id = $1',
    [job.jobId],
  );
  expect(attempts).toEqual([{ state: 'fenced', is_kept: true }]);
  const { rows: outputs } = await fixture.worker.query('SELECT * FROM jobs.read_outputs($1, ARRAY[$2])', [
    job.accountId,
    outputId,
  ]);
  expect(outputs).toMatchObject([{ state: 'failed', sha256: null }]);
  expect(await fixture.balance()).toEqual(before);
});
