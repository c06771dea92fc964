import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHAOS_ACCOUNT, createChaosFixture, type ChaosFixture } from './chaos-fixture.ts';
import { startChaosWorker } from './chaos-worker.ts';

const JOBS = 100;
const MODEL_MS = 300;
const KILL_AFTER_SUBMISSIONS = 50;
/** Each run waits once for the queue of its worker that is dead (`STICKY_WAIT` of worker/create-worker.ts). */
const STICKY_WAIT_MS = 5_000;
/** Of the time in which as many jobs end without a kill, in the same minute on the same machine. */
const ALL_END_WITHIN_RATIO = 3;

let chaos: ChaosFixture;

beforeAll(async () => {
  chaos = await createChaosFixture(MODEL_MS);
});

afterAll(async () => {
  await chaos.close();
});

describe('a hundred jobs and a worker killed in the middle', () => {
  it('submits no output twice, ends all soon after the restart, and the credits add up', async () => {
    const taskQueue = 'hundred';
    const worker = await startChaosWorker(chaos, {
      taskQueue,
    });
    const client = chaos.clientFor(taskQueue);
    const start = (keys: readonly string[]) =>
      Promise.all(
        keys.map((idempotencyKey) =>
          client.start({
            accountId: CHAOS_ACCOUNT,
            idempotencyKey,
            request: { kind: 'static_ad', brief: { headline: idempotencyKey } },
          }),
        ),
      );
    const untilEnded = (keys: readonly string[]) =>
      Promise.all(
        keys.map((idempotencyKey) =>
          client.wait({ accountId: CHAOS_ACCOUNT, idempotencyKey }, { timeoutMs: 60_000 }),
        ),
      );

    const undisturbed = keysOf('undisturbed');
    const begunAt = performance.now();
    await start(undisturbed);
    await untilEnded(undisturbed);
    const undisturbedMs = performance.now() - begunAt;

    const keys = keysOf('hundred');
    const starts = start(keys);
    await until(async () => (await acceptedCount()) >= JOBS + KILL_AFTER_SUBMISSIONS);
    const killedPid = worker.pid;
    process.kill(killedPid ?? 0, 'SIGKILL');
    await until(() => Promise.resolve(worker.pid !== null && worker.pid !== killedPid));
    await worker.whenReady(60_000);
    const restartedAt = performance.now();

    const ends = await untilEnded(keys);
    const endedMs = performance.now() - restartedAt;
    await starts;

    expect(ends.filter((end) => end.outcome === 'succeeded')).toHaveLength(JOBS);
    expect(Math.max(...(await Promise.all(keys.map((key) => chaos.submissionsOf(key)))))).toBe(1);
    expect(await acceptedCount()).toBe(2 * JOBS);
    console.info(
      `a hundred jobs ended in ${undisturbedMs.toFixed()} ms, and ${endedMs.toFixed()} ms after a restart`,
    );
    expect(endedMs).toBeLessThan(STICKY_WAIT_MS + ALL_END_WITHIN_RATIO * undisturbedMs);
    const [account] = await chaos.rows('SELECT available, reserved, spent FROM ledger.accounts');
    expect(account).toEqual({
      available: String(100_000 - 2 * JOBS * 35),
      reserved: '0',
      spent: String(2 * JOBS * 35),
    });
    expect(await chaos.reconcile()).toEqual([]);
    await worker.stop();
  });
});

function keysOf(name: string): string[] {
  return Array.from({ length: JOBS }, (_, number) => `${name}-${String(number)}`);
}

async function acceptedCount(): Promise<number> {
  const stats = (await (await fetch(`${chaos.modelService.url}/v1/stats`)).json()) as {
    submissions: { accepted: number } | number;
  };
  return typeof stats.submissions === 'number' ? stats.submissions : stats.submissions.accepted;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(20);
}
