import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ProviderLimits } from '../../../domain/work/provider-limits.ts';
import { readModelHealth } from '../../../jobs/reads/read-model-health.ts';
import { openAccount } from '../../../ledger/open-account.ts';
import { SUPERSCALE_GRANTS } from '../../harness/superscale.ts';
import {
  startScriptedService,
  type ScriptedService,
  type ServiceCall,
} from '../../harness/scripted-service.ts';
import { createWorkflowFixture, type RunningWorker, type WorkflowFixture } from '../workflow-fixture.ts';

/** A provider’s limits and its models’ breakers, between workers that share nothing but PostgreSQL and Temporal. */

const PICTURE = readFileSync(new URL('../../../model-service/prepared/picture.png', import.meta.url));
const SOON = { timeout: 40_000, interval: 100 };

let fixture: WorkflowFixture;
let service: ScriptedService;
let workers: readonly RunningWorker[] = [];
/** What the service does with a submission, and whether its runs have ended. */
let takes: (call: ServiceCall) => void;
let hasEnded: boolean;
const running = new Set<string>();
let mostAtOnce: number;
const take = (call: ServiceCall) => {
  running.add(call.about);
  mostAtOnce = Math.max(mostAtOnce, running.size);
  call.answer(201, { id: call.about });
};
beforeAll(async () => {
  fixture = await createWorkflowFixture();
  service = await startScriptedService((call) => {
    if (call.name === 'file') call.answer(200, PICTURE);
    if (call.name === 'submit') takes(call);
    if (call.name === 'poll') {
      if (hasEnded) running.delete(call.about);
      const output = [{ url: `${service.url}/picture`, content_type: 'image/png', bytes: PICTURE.length }];
      call.answer(200, { id: call.about, status: hasEnded ? 'succeeded' : 'processing', output });
    }
  });
});
beforeEach(() => {
  takes = take;
  hasEnded = true;
  mostAtOnce = 0;
});
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  await fixture.owner.query('DELETE FROM jobs.breakers');
});
afterAll(async () => {
  await service.close();
  await fixture.close();
});

/**
 * Two workers of one task queue, and a job for each of their slots. A job that waits for its turn or is made keeps its
 * slot, so that each worker has half of them. Returns what becomes of the jobs.
 */
async function startJobs(slotsOfEach: number, limits: ProviderLimits | null) {
  const { accountId } = await openAccount(fixture.worker, SUPERSCALE_GRANTS, {
    ...{ name: 'Of two workers', reference: randomUUID() },
  });
  const runs = [0, 0];
  const start = (nth: number, taskQueue?: string) =>
    fixture.startWorker(service.url, {
      ...{ accountId, activitySlots: slotsOfEach, limits: limits === null ? {} : { local: limits } },
      ...(taskQueue === undefined ? {} : { taskQueue }),
      failing: ({ runAttempt }) => ({
        runAttempt: (attempt) => {
          runs[nth] = (runs[nth] ?? 0) + 1;
          return runAttempt(attempt);
        },
      }),
    });
  const first = await start(0);
  workers = [first, await start(1, first.taskQueue)];
  const jobs = Array.from({ length: 2 * slotsOfEach }, (_, nth) => first.jobOf(`job ${String(nth)}`));
  const ended = Promise.all(
    jobs.map(async (job) => {
      const request = { kind: 'static_ad', brief: { headline: job.idempotencyKey } } as const;
      expect(await first.client.start({ ...job, request })).toMatchObject({ outcome: 'reserved' });
      return first.client.wait(job);
    }),
  );
  return { accountId, jobs, ended, runs };
}

const healthOf = async () => (await readModelHealth(fixture.worker, { onlyFailing: false }))[0];
const attemptsOf = async (accountId: string) =>
  (
    await fixture.owner.query<{ reference: string; state: string; posted_ms: number }>(
      `SELECT reference, state, extract(epoch FROM posted_at)::float * 1000 AS posted_ms
       FROM jobs.attempts WHERE account_id = $1 ORDER BY posted_at`,
      [accountId],
    )
  ).rows;

test('two workers together have no more in flight at a provider than its limit', async () => {
  const slots = 5;
  const inFlight = 3;
  hasEnded = false;
  const { jobs, ended, runs } = await startJobs(slots, { inFlight, perSecond: null });
  const waiting = jobs.length - inFlight;
  await expect.poll(healthOf, SOON).toMatchObject({ in_flight: inFlight, waiting });
  expect(runs).toEqual([slots, slots]);
  hasEnded = true;
  expect(await ended).toMatchObject(jobs.map(() => ({ outcome: 'succeeded', credits: 35 })));
  expect(mostAtOnce).toBe(inFlight);
});

test('two workers together submit no more to a provider per second than its rate, by the clock of the database', async () => {
  const slots = 4;
  const perSecond = 2;
  const { accountId, jobs, ended, runs } = await startJobs(slots, { inFlight: null, perSecond });
  expect(await ended).toMatchObject(jobs.map(() => ({ outcome: 'succeeded' })));
  for (const of of runs) expect(of).toBeGreaterThan(0);
  const posted = (await attemptsOf(accountId)).map(({ posted_ms }) => posted_ms);
  expect(posted).toHaveLength(jobs.length);
  // Between a submission and the second one after it lies more than a second.
  const spans = posted.slice(perSecond).map((at, nth) => at - (posted[nth] ?? at));
  expect(Math.min(...spans)).toBeGreaterThan(1_000);
});

test('the probe of a breaker that two workers share is one real job: all others of both wait for its result, and leave after it', async () => {
  const slots = 4;
  takes = (call) => call.answer(503, { error: { code: 'unavailable' } });
  const { accountId, jobs, ended, runs } = await startJobs(slots, null);
  await expect.poll(healthOf, SOON).toMatchObject({ breaker: 'open', in_flight: 0, waiting: jobs.length });
  for (const of of runs) expect(of).toBeGreaterThan(0);
  const refused = service.calls('submit').length;
  takes = () => undefined;
  await fixture.owner.query('UPDATE jobs.breakers SET probe_at = now()');
  const [probe] = (await service.untilCalled('submit', refused + 1)).slice(refused);
  const others = jobs.length - 1;
  expect(await healthOf()).toMatchObject({ breaker: 'half_open', in_flight: 1, waiting: others });
  // Each of the others has asked again since the probe left: it is in line for 10 s from then on.
  const asked = async () =>
    (
      await fixture.owner.query(
        `SELECT 1 FROM jobs.waiting w JOIN jobs.attempts a ON a.reference = $1
         WHERE w.account_id = $2 AND w.awake_until > a.posted_at + interval '10 seconds'`,
        [probe?.about, accountId],
      )
    ).rowCount;
  await expect.poll(asked, SOON).toBe(others);
  expect(service.calls('submit')).toHaveLength(refused + 1);

  takes = take;
  take(probe!);
  expect(await ended).toMatchObject(jobs.map(() => ({ outcome: 'succeeded', credits: 35 })));
  expect(await healthOf()).toMatchObject({ breaker: 'closed', in_flight: 0, waiting: 0 });
  expect(service.calls('submit')).toHaveLength(refused + jobs.length);
  const made = (await attemptsOf(accountId)).filter(({ state }) => state === 'collected');
  expect(made).toHaveLength(jobs.length);
  expect(made[0]?.reference).toBe(probe?.about);
});
