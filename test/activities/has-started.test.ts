import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { attemptOf, type Attempt } from '../../domain/work/attempt.ts';
import type { OutputPlan } from '../../domain/work/output-plan.ts';
import { startScriptedService, type ScriptedService } from '../harness/scripted-service.ts';
import { createActivitiesFixture, type ActivitiesFixture } from './activities-fixture.ts';

const START_DEADLINE_SECONDS = 18;

let fixture: ActivitiesFixture;
let service: ScriptedService;
let status = 'starting';
const now = new Date();
beforeAll(async () => {
  fixture = await createActivitiesFixture();
  service = await startScriptedService((call) => {
    if (status === 'away') call.answer(503);
    else call.answer(200, { id: call.about, status });
  });
});
afterEach(() => fixture.database.setClock(null));
afterAll(async () => {
  await service.close();
  await fixture.close();
});

const at = (secondsLater: number) =>
  fixture.database.setClock(new Date(now.getTime() + secondsLater * 1_000));
const look = ({ accountId, outputId }: OutputPlan) =>
  fixture.activitiesAt(service.url).hasStarted(accountId, outputId, START_DEADLINE_SECONDS);

async function accept(attempt: Attempt): Promise<void> {
  await fixture.attempts.begin(attempt);
  await fixture.attempts.move(attempt.accountId, attempt.reference, {
    from: ['posting'],
    to: 'accepted',
    providerJobId: attempt.reference,
  });
}

test('the start deadline counts from the submission, also after references, a rejection or a restart', async () => {
  await at(0);
  const { plan, attempt } = await fixture.admit('late submission');
  status = 'starting';
  const providerJobs = { [attempt.reference]: attempt.reference };
  const again = { outcome: 'look_again', inSeconds: START_DEADLINE_SECONDS };
  await at(19);
  expect(await look(plan), 'not submitted yet').toEqual({ ...again, providerJobs: {} });
  await accept(attempt);
  await at(30);
  expect(await look(plan), 'submitted 11 s ago').toEqual({ ...again, inSeconds: 7, providerJobs });
  await at(37);
  expect(await look(plan)).toEqual({ outcome: 'late', reference: attempt.reference, providerJobs });

  await fixture.attempts.move(attempt.accountId, attempt.reference, { from: ['accepted'], to: 'replaced' });
  const next = attemptOf(plan, 2);
  await accept(next);
  expect(await look(plan), 'restarted now').toMatchObject(again);
  await at(37 + START_DEADLINE_SECONDS);
  expect(await look(plan)).toMatchObject({ outcome: 'late', reference: next.reference });
});

test('an attempt that has begun is not late, and neither is one that was not accepted', async () => {
  await at(0);
  const { plan, attempt } = await fixture.admit('begun');
  await fixture.attempts.begin(attempt);
  await at(100);
  expect(await look(plan)).toMatchObject({ outcome: 'look_again', inSeconds: START_DEADLINE_SECONDS });
  await accept(attempt);
  for (const said of ['processing', 'succeeded']) {
    status = said;
    expect(await look(plan), said).toMatchObject({ outcome: 'started' });
  }
});

test('an attempt whose provider does not respond is polled again: it may come back and never begin', async () => {
  await at(0);
  const { plan, attempt } = await fixture.admit('away at the moment');
  await accept(attempt);
  // Well past it: an account's clock goes on from the test before this one.
  await at(START_DEADLINE_SECONDS + 60);
  for (const said of ['away', 'a state of tomorrow']) {
    status = said;
    expect(await look(plan), said).toMatchObject({
      outcome: 'look_again',
      inSeconds: START_DEADLINE_SECONDS,
    });
  }
  status = 'starting';
  expect(await look(plan)).toMatchObject({ outcome: 'late', reference: attempt.reference });
});
