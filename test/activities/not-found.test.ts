import { performance } from 'node:perf_hooks';
import { CancelledFailure } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createProviderRegistry } from '../../activities/providers/provider-registry.ts';
import { createResolve } from '../../activities/resolve.ts';
import { createSubmit, MAX_MS_BEFORE_POST } from '../../activities/submit.ts';
import { failureOf } from '../../domain/failures.ts';
import type { Attempt } from '../../domain/output-plan.ts';
import type { Attempts } from '../../jobs/attempts.ts';
import { startScriptedService, type ScriptedService } from '../support/scripted-service.ts';
import { createActivitiesFixture, type ActivitiesFixture } from './activities-fixture.ts';

/** 2 s in which a post may still begin, 8 s in which it may still arrive, 2 s for the way. */
const IN_FLIGHT_SECONDS = 12;
/** How long the local model service remembers what it ran. */
const REMEMBERED_SECONDS = 540;

let fixture: ActivitiesFixture;
let service: ScriptedService;
let jobs = 0;
beforeAll(async () => {
  fixture = await createActivitiesFixture();
});
beforeEach(async () => {
  service = await startScriptedService((call) => {
    if (call.name === 'lookup') call.answer(200, { data: [] });
    if (call.name === 'cancel') call.answer(200);
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await fixture.database.setClock(null);
  await service.close();
});
afterAll(() => fixture.close());

const nextJob = () => fixture.admit(`job ${String(++jobs)}`);
const stateOf = async ({ accountId, reference }: Attempt) =>
  (await fixture.attempts.read(accountId, reference))?.state;
const run = <Result>(activity: () => Promise<Result>) => new MockActivityEnvironment().run(activity);

/** An attempt whose submitter was never heard of again, posted so many seconds ago. */
async function posted(secondsAgo: number): Promise<Attempt> {
  const { attempt } = await nextJob();
  const now = new Date();
  await fixture.database.setClock(now);
  await fixture.attempts.begin(attempt);
  await fixture.database.setClock(new Date(now.getTime() + secondsAgo * 1_000));
  return attempt;
}

/** Looks an attempt up until it is known, or until three look-ups in a row did not settle it. */
async function resolveOrDoubt(attempt: Attempt, resolve = fixture.activitiesAt(service.url).resolve) {
  const environment = new MockActivityEnvironment();
  const resolving = environment.run(resolve, attempt).catch((error: unknown) => {
    if (error instanceof CancelledFailure) return 'in doubt';
    throw error;
  });
  void service.untilCalled('lookup', 3).then(() => {
    environment.cancel();
  });
  return resolving;
}

describe('"not found" at the provider', () => {
  const notRun = { outcome: 'rejected', errorClass: 'resubmit', retryAfterMs: null };

  test.each([
    ['while the post may still be on its way', IN_FLIGHT_SECONDS - 1, 'in doubt', 'unknown'],
    ['once no post can be on its way any more', IN_FLIGHT_SECONDS, notRun, 'rejected'],
    ['as long as the service would remember', REMEMBERED_SECONDS, notRun, 'rejected'],
    ['once the service may have forgotten', REMEMBERED_SECONDS + 1, 'in doubt', 'unknown'],
  ])('%s (%i s after it): %j', async (_when, secondsAgo, resolution, state) => {
    const attempt = await posted(secondsAgo);
    expect(await resolveOrDoubt(attempt)).toEqual(resolution);
    expect(await stateOf(attempt)).toBe(state);
  });

  test('is no proof from a service that does not call its look-up authoritative', async () => {
    const provider = fixture.provider(service.url);
    const capabilities = { ...provider.capabilities, lookup: 'best_effort' } as const;
    const registry = createProviderRegistry([{ ...provider, capabilities }]);
    const attempt = await posted(IN_FLIGHT_SECONDS);
    expect(await resolveOrDoubt(attempt, createResolve(fixture.attempts, registry))).toBe('in doubt');
    expect(await stateOf(attempt)).toBe('unknown');
  });

  test('is no confirmation that an attempt has stopped; one that was proved not to have run needs none', async () => {
    const { stopAttempts } = fixture.activitiesAt(service.url);
    const attempt = await posted(0);
    const stop = () => run(() => stopAttempts(attempt.accountId, attempt.outputId));
    expect(await stop()).toBe('unconfirmed');
    await fixture.attempts.move(attempt.accountId, attempt.reference, { from: ['posting'], to: 'rejected' });
    expect(await stop()).toBe('stopped');
    expect(service.calls('lookup')).toHaveLength(1);
  });
});

describe('a post', () => {
  test('is not made by a submitter that was frozen after it had made the row', async () => {
    const { attempt } = await nextJob();
    const begin: Attempts['begin'] = async (asked) => {
      const row = await fixture.attempts.begin(asked);
      const thawedAt = performance.now() + MAX_MS_BEFORE_POST + 1;
      vi.spyOn(performance, 'now').mockReturnValue(thawedAt);
      return row;
    };
    const registry = createProviderRegistry([fixture.provider(service.url)]);
    const submit = createSubmit({ ...fixture.attempts, begin }, registry, () => Promise.resolve([]));
    expect(await run(() => submit(attempt))).toEqual({ outcome: 'unknown' });
    expect(service.calls('submit')).toEqual([]);
  });

  test.each(['rejected', 'fenced'] as const)(
    'that is accepted when its row is %s already is cancelled at the provider',
    async (state) => {
      const { plan, attempt } = await nextJob();
      const { submit, resolve, settle, stopAttempts } = fixture.activitiesAt(service.url);
      const now = new Date();
      await fixture.database.setClock(now);
      const submitting = run(() => submit(attempt));
      const [post] = await service.untilCalled('submit');
      if (state === 'rejected') {
        await fixture.database.setClock(new Date(now.getTime() + IN_FLIGHT_SECONDS * 1_000));
        await run(() => resolve(attempt));
      } else {
        await settle(plan, { charge: false, failure: failureOf('canceled') });
      }
      expect(await stateOf(attempt)).toBe(state);

      post?.answer(201, { id: 'late' });
      expect(await submitting).toMatchObject({ outcome: state });
      expect(service.calls('cancel').map((call) => call.about)).toEqual(['late']);
      expect(await fixture.attempts.read(attempt.accountId, attempt.reference)).toMatchObject({
        state,
        providerJobId: 'late',
      });
      // It has run all the same: whoever ends the output asks for it to be stopped again.
      expect(await run(() => stopAttempts(attempt.accountId, attempt.outputId))).toBe('stopped');
      expect(service.calls('cancel').map((call) => call.about)).toEqual(['late', 'late']);
    },
  );

  test('that is accepted in time is left to run', async () => {
    const { attempt } = await nextJob();
    const submitting = run(() => fixture.activitiesAt(service.url).submit(attempt));
    const [post] = await service.untilCalled('submit');
    post?.answer(201, { id: 'in time' });
    expect(await submitting).toEqual({ outcome: 'accepted', providerJobId: 'in time' });
    expect(service.calls('cancel')).toEqual([]);
  });
});
