import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { partNameOf, partsOf } from '../../domain/work/stages.ts';
import { CHAOS_ACCOUNT, createChaosFixture, type ChaosFixture } from './chaos-fixture.ts';
import { orderKill, startSharedWorkers } from './chaos-worker.ts';
import type { KillPoint } from './kill-points.ts';
import { FILM_STAGES } from '../harness/superscale.ts';

const PARTS = FILM_STAGES.flatMap(partsOf).map(partNameOf);

/** Each stage once, and each moment around an attempt. */
const KILLS: readonly (readonly [stage: string, KillPoint])[] = [
  ['script', 'after submit'],
  ['scenes_2', 'after collect'],
  ['motion_3', 'after record'],
  ['voice', 'after row'],
  ['captions', 'after submit'],
  ['render', 'after collect'],
];

let chaos: ChaosFixture;
let workers: Awaited<ReturnType<typeof startSharedWorkers>>;

beforeAll(async () => {
  chaos = await createChaosFixture(200);
  workers = await startSharedWorkers(chaos, 2);
});

afterAll(async () => {
  await workers.stop();
  await chaos.close();
});

describe('a worker killed by SIGKILL while it makes a video (invariants 4, 7, 10)', () => {
  it.concurrent.each(KILLS)(
    'at %s, %s: no part is submitted twice, and the video is delivered and charged once',
    (stage, killPoint) =>
      workers.use(async ({ taskQueue, child }) => {
        const pidBefore = child.pid;
        orderKill(chaos, taskQueue, { point: killPoint, stage: `${stage}_` });
        const client = chaos.clientFor(taskQueue);
        const job = { accountId: CHAOS_ACCOUNT, idempotencyKey: stage };

        const started = await client.start({
          ...job,
          request: { kind: 'video_ad', duration_seconds: 15, quality: 'draft', brief: { headline: stage } },
        });
        expect(await client.wait(job, { timeoutMs: 90_000 })).toMatchObject({
          outcome: 'succeeded',
          credits: 500,
        });
        expect(child.pid, 'the worker was killed on the way').not.toBe(pidBefore);

        const jobId = started.outcome === 'invalid' ? '' : started.jobId;
        const attempts = await chaos.rows<{ stage: string; number: number; state: string; cost: string }>(
          'SELECT stage, number, state, cost FROM jobs.attempts WHERE job_id = $1',
          [jobId],
        );
        const collected = attempts.filter(({ state }) => state === 'collected');
        expect(collected.map((attempt) => attempt.stage).sort()).toEqual([...PARTS].sort());
        // Killed between its row and its post, an attempt is looked up, found never to have run, and made anew: the one the
        // kill was aimed at, and perhaps a part beside it. Nothing of an earlier stage.
        const repeated = attempts.filter(({ number }) => number > 1);
        for (const attempt of repeated) {
          expect(attempt.stage.split('_')[0]).toBe(stage.split('_')[0]);
          expect(
            attempts.find((each) => each.stage === attempt.stage && each.number === attempt.number - 1),
          ).toMatchObject({ state: 'rejected' });
        }
        if (killPoint === 'after row') expect(repeated.map((attempt) => attempt.stage)).toEqual([stage]);
        expect(await chaos.submissionsOf(stage)).toBe(PARTS.length);
        expect(
          await chaos.rows('SELECT state, committed FROM ledger.reservations WHERE job_id = $1', [jobId]),
        ).toEqual([{ state: 'committed', committed: '500' }]);
        expect(await chaos.reconcile()).toEqual([]);
      }),
  );
});
