import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { attemptOf, type Attempt } from '../../domain/work/attempt.ts';
import { stagesOf, type OutputPlan } from '../../domain/work/output-plan.ts';
import { partsOf, type StageName } from '../../domain/work/stages.ts';
import { fingerprintJson } from '../../contract/derived-ids.ts';
import { startService, type RunningService } from '../model-service/running-service.ts';
import { createActivitiesFixture, type ActivitiesFixture } from './activities-fixture.ts';
import { grantCredits } from '../../ledger/grant-credits.ts';

const VIDEO = { kind: 'video_ad', duration_seconds: 15, quality: 'draft', brief: { headline: 'A kettle' } };

let fixture: ActivitiesFixture;
let service: RunningService;
let plan: OutputPlan;
let videos = 0;
beforeAll(async () => {
  fixture = await createActivitiesFixture();
  service = await startService();
  await grantCredits(fixture.worker, {
    ...{ accountId: fixture.accountId, grantId: 'grant_more', source: 'top_up', priority: 3, reason: 'test' },
    ...{ credits: 10_000, ends: 'never' },
  });
});
beforeEach(async () => {
  plan = await admitVideo();
});
afterAll(async () => {
  await service.dispose();
  await fixture.close();
});

async function admitVideo(): Promise<OutputPlan> {
  const start = {
    ...fixture.startOf(`video ${String(++videos)}`),
    request: VIDEO,
    fingerprint: fingerprintJson(VIDEO),
  };
  const admitted = await fixture.activitiesAt(service.url).admit(start);
  if (admitted.plan === null) throw new Error('the video was not admitted');
  return admitted.plan;
}

function attemptAt(name: StageName, part = 1): Attempt {
  const stage = stagesOf(plan).find((each) => each.name === name);
  const found = stage && partsOf(stage)[part - 1];
  if (found === undefined) throw new Error('there is no such part');
  return attemptOf(plan, 1, found);
}

const runAttempt = (attempt: Attempt, serviceUrl = service.url) =>
  new MockActivityEnvironment().run(fixture.activitiesAt(serviceUrl).runAttempt, attempt);

const rowOf = (attempt: Attempt) => fixture.attempts.read(attempt.accountId, attempt.reference);

test('a stage gets the results of earlier stages, also at a service that has never seen them', async () => {
  expect(await runAttempt(attemptAt('script'))).toEqual({ outcome: 'made' });
  const other = await startService();
  expect(await runAttempt(attemptAt('scenes', 2), other.url)).toEqual({ outcome: 'made' });
  expect(await rowOf(attemptAt('scenes', 2))).toMatchObject({ state: 'collected' });
  await other.dispose();
});

test('a finished part is found by its row, and no provider is called', async () => {
  await runAttempt(attemptAt('script'));
  await runAttempt(attemptAt('captions'));
  const nowhere = 'http://127.0.0.1:1';
  expect(await runAttempt(attemptAt('script'), nowhere)).toEqual({ outcome: 'made' });
  expect(await runAttempt(attemptAt('captions'), nowhere)).toEqual({ outcome: 'made' });
});

test('a stage whose inputs cannot be uploaded submits nothing: it fails at its limit and may be retried', async () => {
  await runAttempt(attemptAt('script'));
  expect(await runAttempt(attemptAt('voice'), 'http://127.0.0.1:1')).toEqual({
    outcome: 'failed',
    code: 'start_deadline',
  });
  expect(await rowOf(attemptAt('voice'))).toBeUndefined();
  expect(await runAttempt(attemptAt('voice'))).toEqual({ outcome: 'made' });
});

test('a stage that begins before a stage it needs is an error that no retry fixes', async () => {
  await expect(runAttempt(attemptAt('motion'))).rejects.toMatchObject({
    nonRetryable: true,
    type: 'range_error',
  });
  expect(await rowOf(attemptAt('motion'))).toBeUndefined();
});
