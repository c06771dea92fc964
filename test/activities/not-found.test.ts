import { performance } from 'node:perf_hooks';
import { CancelledFailure } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createProviderRegistry } from '../../activities/providers/provider-registry.ts';
import { createResolve } from '../../activities/support/resolve.ts';
import { MAX_MS_BEFORE_POST } from '../../activities/attempts/right-to-post.ts';
import { findThisProcess } from '../../activities/attempts/this-process.ts';
import { failureOf } from '../../domain/work/failures.ts';
import type { Attempt } from '../../domain/work/attempt.ts';
import { createAttempts, type Attempts } from '../../jobs/attempts/attempts.ts';
import { startScriptedService, type ScriptedService } from '../harness/scripted-service.ts';
import { createActivitiesFixture, type ActivitiesFixture } from './activities-fixture.ts';

/** 2 s in which a post may still begin, 8 s in which it may still arrive, 2 s for the way. */
const IN_FLIGHT_SECONDS = 12;
/** How long the local model service remembers what it ran. */
const REMEMBERED_SECONDS = 540;
/** How long a kernel that is not ours may go on sending. */
const BEHIND_GATEWAY_SECONDS = 1_200;

const { id: ALIVE } = findThisProcess();
const NAMES: Readonly<Record<Submitter, string>> = {
  'gave up and reset': ALIVE,
  'is alive': ALIVE,
  // Process ids are given again; when one began is not.
  'died on this machine': `${ALIVE.slice(0, ALIVE.lastIndexOf('/'))}/1`,
  'was of another machine': 'boot/net:[1]/pid:[1]/77/1',
};

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
  // The faults of these tests would open the breaker of their model.
  await fixture.owner.query('DELETE FROM jobs.breakers');
  await service.close();
});
afterAll(() => fixture.close());

const nextJob = () => fixture.admit(`job ${String(++jobs)}`);
const stateOf = async ({ accountId, reference }: Attempt) =>
  (await fixture.attempts.read(accountId, reference))?.state;
const run = <Result>(activity: () => Promise<Result>) => new MockActivityEnvironment().run(activity);

type Submitter = 'gave up and reset' | 'is alive' | 'died on this machine' | 'was of another machine';

/** An attempt that was posted so many seconds ago, and whose submitter received no response. */
async function posted(secondsAgo: number, submitter: Submitter = 'gave up and reset'): Promise<Attempt> {
  const { attempt } = await nextJob();
  const now = new Date();
  await fixture.database.setClock(now);
  await createAttempts(fixture.worker, NAMES[submitter]).begin(attempt);
  if (submitter === 'gave up and reset') await fixture.attempts.close(attempt.accountId, attempt.reference);
  await fixture.database.setClock(new Date(now.getTime() + secondsAgo * 1_000));
  return attempt;
}

/** Much shorter than the pause between two look-ups, and longer than one takes. */
const BETWEEN_LOOK_UPS_MS = 150;

type LookUp = 'not found' | 'no answer' | 'not found, after long';

/** A service that finds nothing, and a clock that goes on by so many seconds from one look-up to the next. */
async function lookUpsEvery(seconds: number, lookUpOf: (number: number) => LookUp) {
  const start = performance.now();
  let lookUps = 0;
  let ticks = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => start + ticks * seconds * 1_000);
  await service.close();
  service = await startScriptedService((call) => {
    if (call.name !== 'lookup') return;
    const lookUp = lookUpOf(++lookUps);
    if (lookUp === 'not found, after long') ticks += 1;
    else setTimeout(() => (ticks += 1), BETWEEN_LOOK_UPS_MS);
    call.answer(lookUp === 'no answer' ? 503 : 200, { data: [] });
  });
  return () => lookUps;
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
  const notRun = { outcome: 'known', providerJobId: null };

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

  test.each(['is alive', 'was of another machine'] as const)(
    'is never believed of a submitter that %s and has not said that it reset its connection',
    async (submitter) => {
      const attempt = await posted(REMEMBERED_SECONDS, submitter);
      expect(await resolveOrDoubt(attempt)).toBe('in doubt');
      expect(await stateOf(attempt)).toBe('unknown');
    },
  );

  test('is not believed at once of a submitter that died here: its kernel may still be sending', async () => {
    const attempt = await posted(IN_FLIGHT_SECONDS, 'died on this machine');
    expect(await resolveOrDoubt(attempt)).toBe('in doubt');
  });

  test('is believed of a submitter that died here once the network has carried look-ups for as long again', async () => {
    const attempt = await posted(IN_FLIGHT_SECONDS, 'died on this machine');
    const lookUps = await lookUpsEvery(IN_FLIGHT_SECONDS / 2 + 1.1, () => 'not found');
    expect(await run(() => fixture.activitiesAt(service.url).resolve(attempt))).toEqual(notRun);
    // The first begins the time, and the third comes past its end.
    expect(lookUps()).toBe(3);
  });

  test.each(['no answer', 'not found, after long'] as const)(
    'of a submitter that died here begins anew after a look-up that met an outage: %s',
    async (lookUp) => {
      const attempt = await posted(IN_FLIGHT_SECONDS, 'died on this machine');
      const lookUps = await lookUpsEvery(IN_FLIGHT_SECONDS + 3, (number) =>
        number === 2 ? lookUp : 'not found',
      );
      expect(await run(() => fixture.activitiesAt(service.url).resolve(attempt))).toEqual(notRun);
      expect(lookUps()).toBe(4);
    },
  );

  test.each([500, 502, 504])(
    'is not believed after a %i: what responded may have passed the post on, and our connection proves nothing',
    async (status) => {
      const { attempt } = await nextJob();
      const submitting = run(() => fixture.submitAt(service.url)(attempt));
      const [post] = await service.untilCalled('submit');
      post?.answer(status, {});
      expect(await submitting).toEqual({ outcome: 'unknown' });
      const row = await fixture.attempts.read(attempt.accountId, attempt.reference);
      expect(row).toMatchObject({ state: 'unknown', closedSecondsAgo: null, errorClass: 'unclear_answer' });

      await fixture.database.setClock(new Date(Date.now() + REMEMBERED_SECONDS * 1_000));
      expect(await resolveOrDoubt(attempt)).toBe('in doubt');
      expect(await stateOf(attempt)).toBe('unknown');
    },
  );

  test('is believed after a 502 once nothing behind a gateway can be under way, of a service that still remembers', async () => {
    const provider = fixture.provider(service.url);
    const capabilities = { ...provider.capabilities, memorySeconds: null };
    const providers = createProviderRegistry([{ ...provider, capabilities }]);
    const thisProcess = { id: ALIVE, hasDied: () => false };
    const resolve = createResolve({
      ...{ attempts: fixture.attempts, providers, thisProcess },
      hearsWebhooks: false,
    });
    const { attempt } = await nextJob();
    const now = Date.now();
    await fixture.database.setClock(new Date(now));
    await fixture.attempts.begin(attempt);
    const { accountId, reference } = attempt;
    const unclear = { from: ['posting'], to: 'unknown', errorClass: 'unclear_answer' } as const;
    await fixture.attempts.move(accountId, reference, unclear);
    await fixture.database.setClock(new Date(now + (BEHIND_GATEWAY_SECONDS - 1) * 1_000));
    expect(await resolveOrDoubt(attempt, resolve)).toBe('in doubt');
    await fixture.database.setClock(new Date(now + BEHIND_GATEWAY_SECONDS * 1_000));
    expect(await run(() => resolve(attempt))).toEqual(notRun);
    expect(await stateOf(attempt)).toBe('rejected');
  });

  test('is no proof from a service that does not call its look-up authoritative', async () => {
    const provider = fixture.provider(service.url);
    const capabilities = { ...provider.capabilities, lookup: 'best_effort' } as const;
    const registry = createProviderRegistry([{ ...provider, capabilities }]);
    const attempt = await posted(IN_FLIGHT_SECONDS);
    expect(
      await resolveOrDoubt(
        attempt,
        createResolve({
          ...{ attempts: fixture.attempts, providers: registry, thisProcess: findThisProcess() },
          hearsWebhooks: false,
        }),
      ),
    ).toBe('in doubt');
    expect(await stateOf(attempt)).toBe('unknown');
  });

  test('is no confirmation that an attempt has stopped; one that was proved not to have run needs none', async () => {
    const { stopAttempts } = fixture.activitiesAt(service.url);
    const attempt = await posted(0, 'is alive');
    const stop = () => run(() => stopAttempts(attempt.accountId, attempt.outputId));
    expect(await stop()).toBe('unconfirmed');
    await fixture.attempts.move(attempt.accountId, attempt.reference, { from: ['posting'], to: 'rejected' });
    expect(await stop()).toBe('stopped');
    // It was looked up once more all the same: it is ours to pay if it has run.
    expect(service.calls('lookup')).toHaveLength(2);
  });

  test('is looked up once more when the output is stopped, and what runs after all is stopped', async () => {
    const attempt = await posted(IN_FLIGHT_SECONDS);
    expect(await resolveOrDoubt(attempt)).toEqual(notRun);
    await service.close();
    service = await startScriptedService((call) => {
      if (call.name === 'lookup')
        call.answer(200, { data: [{ id: 'late', reference: attempt.reference, status: 'processing' }] });
      if (call.name === 'cancel') call.answer(200);
    });
    const { stopAttempts } = fixture.activitiesAt(service.url);
    const stop = () => run(() => stopAttempts(attempt.accountId, attempt.outputId));
    expect(await stop()).toBe('stopped');
    expect(service.calls('cancel').map((call) => call.about)).toEqual(['late']);
  });
});

describe('a post', () => {
  /** The row is made, and then the process stands still for a while, by the clock named. */
  async function submitFrozen(
    clock: 'monotonic clock' | 'wall clock',
    meanwhile: (attempt: Attempt) => Promise<unknown>,
  ) {
    const { attempt } = await nextJob();
    const begin: Attempts['begin'] = async (asked) => {
      const row = await fixture.attempts.begin(asked);
      await meanwhile(attempt);
      const of = clock === 'wall clock' ? Date : performance;
      const thawedAt = of.now() + MAX_MS_BEFORE_POST + 1;
      vi.spyOn(of, 'now').mockReturnValueOnce(thawedAt);
      return row;
    };
    const submit = fixture.submitAt(service.url, { begin });
    const submitting = new MockActivityEnvironment({ scheduledTimestampMs: Date.now() }).run(() =>
      submit(attempt),
    );
    return { attempt, submitting };
  }

  // A suspended machine stops the monotonic clock, and not always the other.
  test.each(['monotonic clock', 'wall clock'] as const)(
    'is not made by a submitter that was frozen after it had made the row, by the %s, and that was given up meanwhile',
    async (clock) => {
      const { attempt, submitting } = await submitFrozen(clock, ({ accountId, reference }) =>
        fixture.attempts.move(accountId, reference, { from: ['posting'], to: 'unknown' }),
      );
      expect(await submitting).toEqual({ outcome: 'unknown' });
      expect(service.calls('submit')).toEqual([]);
      // Nothing has left: that is on record, and no look-up is needed.
      const row = await fixture.attempts.read(attempt.accountId, attempt.reference);
      expect(row).toMatchObject({ state: 'rejected', errorClass: 'not_found' });
    },
  );

  test('is made, once, by a submitter that was frozen and whose row still stands', async () => {
    const { submitting } = await submitFrozen('wall clock', () => Promise.resolve());
    const [post] = await service.untilCalled('submit');
    post?.answer(201, { id: 'after all' });
    expect(await submitting).toEqual({ outcome: 'accepted', providerJobId: 'after all' });
    expect(service.calls('submit')).toHaveLength(1);
  });

  test('whose answer was lost while PostgreSQL was away is on record as reset all the same', async () => {
    const { attempt } = await nextJob();
    let failures = 2;
    const close: Attempts['close'] = (...named) =>
      failures-- > 0 ? Promise.reject(new Error('the database is away')) : fixture.attempts.close(...named);
    const submit = fixture.submitAt(service.url, { close });
    const submitting = run(() => submit(attempt));
    const [post] = await service.untilCalled('submit');
    post?.drop();
    expect(await submitting).toEqual({ outcome: 'unknown' });
    const row = await fixture.attempts.read(attempt.accountId, attempt.reference);
    expect(row?.closedSecondsAgo).not.toBeNull();
  });

  test.each(['rejected', 'fenced'] as const)(
    'that is accepted when its row is %s already is cancelled at the provider',
    async (state) => {
      const { plan, attempt } = await nextJob();
      const { settle, stopAttempts } = fixture.activitiesAt(service.url);
      const submit = fixture.submitAt(service.url);
      const submitting = run(() => submit(attempt));
      const [post] = await service.untilCalled('submit');
      if (state === 'rejected') {
        // By support's word: a look-up is not believed while the submitter lives.
        await fixture.attempts.move(attempt.accountId, attempt.reference, {
          from: ['posting'],
          to: 'rejected',
          errorClass: 'resubmit',
        });
      } else {
        await settle(plan, { charge: false, failure: failureOf('canceled') });
      }
      expect(await stateOf(attempt)).toBe(state);

      const id = `late_${state}`;
      post?.answer(201, { id });
      expect(await submitting).toMatchObject({ outcome: state });
      expect(service.calls('cancel').map((call) => call.about)).toEqual([id]);
      expect(await fixture.attempts.read(attempt.accountId, attempt.reference)).toMatchObject({
        state,
        providerJobId: id,
      });
      // It has run all the same: the settlement of the output asks for it to be stopped again.
      expect(await run(() => stopAttempts(attempt.accountId, attempt.outputId))).toBe('stopped');
      expect(service.calls('cancel').map((call) => call.about)).toEqual([id, id]);
    },
  );

  test('that is accepted in time is left to run', async () => {
    const { attempt } = await nextJob();
    const submitting = run(() => fixture.submitAt(service.url)(attempt));
    const [post] = await service.untilCalled('submit');
    post?.answer(201, { id: 'in time' });
    expect(await submitting).toEqual({ outcome: 'accepted', providerJobId: 'in time' });
    expect(service.calls('cancel')).toEqual([]);
  });
});
