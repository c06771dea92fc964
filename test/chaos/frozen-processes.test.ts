import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it as plainIt } from 'vitest';
import { startRunningStack, type RunningStack } from '../integration/running-stack.ts';

const FROZEN_MS = 20_000;
const ANSWER_WITHIN_MS = 15_000;
const PRICE = 35;
/** So many, so far apart that there is one at each step of a job's way when the part is frozen. */
const BEFORE = { jobs: 20, pauseMs: 60 };

const it = plainIt.extend<{ running: RunningStack }>({
  // vitest reads from the pattern which fixtures this one needs: none.
  running: async ({}, use) => {
    const running = await startRunningStack(2_000);
    await use(running);
    await running.close();
  },
});

/** Side by side, each in a stack of its own: 20 s of waiting at once. */
describe.concurrent.each(['postgres', 'temporal'] as const)('%s frozen for 20 s while jobs run', (part) => {
  it('responds 503 with Retry-After within 15 s, and every key later finds its job, charged at most once', async ({
    running,
  }) => {
    const account = await running.openAccount();
    const body = (headline: string) => ({ kind: 'static_ad', brief: { headline } });
    const early = new Map<string, ReturnType<typeof running.submit>>();
    for (let number = 1; number <= BEFORE.jobs; number++) {
      const key = randomUUID();
      early.set(key, running.submit(account, body(key), { key }));
      await sleep(BEFORE.pauseMs);
    }

    await running.stack.pause(part);
    const frozenAt = performance.now();
    const keys = [randomUUID(), randomUUID()];
    const answers = await Promise.all(
      keys.map(async (key) => {
        const askedAt = performance.now();
        const answer = await running.submit(account, body(key), { key });
        return { ...answer, tookMs: performance.now() - askedAt };
      }),
    );
    await sleep(Math.max(0, FROZEN_MS - (performance.now() - frozenAt)));
    await running.stack.resume(part);

    for (const answer of answers) {
      expect(answer.status).toBe(503);
      expect(answer.tookMs).toBeLessThan(ANSWER_WITHIN_MS);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(answer.body).toMatchObject({ code: 'unavailable', retryable: true });
    }
    for (const answer of await Promise.all(early.values())) expect([202, 503]).toContain(answer.status);
    const all = [...early.keys(), ...keys];
    const later = await Promise.all(all.map((key) => running.submitUntilAnswered(account, body(key), key)));
    const jobs = await Promise.all(later.map((answer) => running.untilEnded(account, answer.body.id)));
    for (const job of jobs) expect([job.state, job.billing.committed]).toEqual(['succeeded', PRICE]);
    const submissions = await Promise.all(jobs.map((job) => running.submissionsOf(job.id)));
    expect(new Set(submissions)).toEqual(new Set([1]));
    const { body: balance } = await running.call('GET', '/v1/balance', { account });
    expect(balance).toMatchObject({ available: 1_000 - all.length * PRICE, reserved: 0 });
    expect(await running.reconcile()).toEqual([]);
  });
});
