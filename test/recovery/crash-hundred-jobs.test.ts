import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHAOS_ACCOUNT, createChaosFixture, type ChaosFixture } from '../chaos/chaos-fixture.ts';
import { startChaosWorker } from '../chaos/chaos-worker.ts';

const JOBS = 100;
const MODEL_MS = 300;
const KILL_AFTER_SUBMISSIONS = 50;
const ALL_END_WITHIN_MS = 20_000;

let chaos: ChaosFixture;

beforeAll(async () => {
  chaos = await createChaosFixture(MODEL_MS);
});

afterAll(async () => {
  await chaos.close();
});

describe('a hundred jobs and a worker killed in the middle', () => {
  it('submits no output twice, ends all within 20 s of the restart, and the credits add up', async () => {
    const taskQueue = 'hundred';
    const worker = await startChaosWorker({
      home: chaos.home,
      databaseUrl: chaos.database.workerUrl,
      temporalAddress: chaos.temporalAddress,
      modelServiceUrl: chaos.modelService.url,
      taskQueue,
      killPoint: null,
    });
    const client = chaos.clientFor(taskQueue);
    const keys = Array.from({ length: JOBS }, (_, number) => `hundred-${String(number)}`);
    const starts = keys.map((idempotencyKey) =>
      client.start({
        accountId: CHAOS_ACCOUNT,
        idempotencyKey,
        request: { kind: 'static_ad', brief: { headline: idempotencyKey } },
      }),
    );

    await until(async () => (await acceptedCount()) >= KILL_AFTER_SUBMISSIONS);
    const killedPid = worker.pid;
    process.kill(killedPid ?? 0, 'SIGKILL');
    await until(() => Promise.resolve(worker.pid !== null && worker.pid !== killedPid));
    await worker.whenReady(60_000);
    const restartedAt = performance.now();

    const ends = await Promise.all(
      keys.map((idempotencyKey) =>
        client.wait({ accountId: CHAOS_ACCOUNT, idempotencyKey }, { timeoutMs: 60_000 }),
      ),
    );
    const endedMs = performance.now() - restartedAt;
    await Promise.all(starts);

    expect(ends.filter((end) => end.outcome === 'succeeded')).toHaveLength(JOBS);
    expect(Math.max(...(await Promise.all(keys.map((key) => chaos.submissionsOf(key)))))).toBe(1);
    expect(await acceptedCount()).toBe(JOBS);
    expect(endedMs).toBeLessThan(ALL_END_WITHIN_MS);
    const [account] = await chaos.rows('SELECT available, reserved, spent FROM ledger.accounts');
    expect(account).toEqual({
      available: String(100_000 - JOBS * 35),
      reserved: '0',
      spent: String(JOBS * 35),
    });
    expect(await chaos.reconcile()).toEqual([]);
    await worker.stop();
  });
});

async function acceptedCount(): Promise<number> {
  const stats = (await (await fetch(`${chaos.modelService.url}/v1/stats`)).json()) as {
    submissions: { accepted: number } | number;
  };
  return typeof stats.submissions === 'number' ? stats.submissions : stats.submissions.accepted;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(20);
}
