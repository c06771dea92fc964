import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it as plainIt } from 'vitest';
import { startRunningStack, type RunningStack } from '../integration/running-stack.ts';

const FROZEN_MS = 20_000;
const ANSWER_WITHIN_MS = 15_000;
/** A post that may have been cut off by the freeze is known not to have run only when as long has passed as a post may take. */
const ENDS_WITHIN_MS = 150_000;

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
    const before = await running.submit(account, body('before'));
    expect(before.status).toBe(202);

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
    const first = await running.untilEnded(account, before.body.id, ENDS_WITHIN_MS);
    expect(first.state).toBe('succeeded');
    const later = await Promise.all(keys.map((key) => untilAnswered(running, account, body(key), key)));
    const jobs = await Promise.all(
      later.map((answer) => running.untilEnded(account, answer.body.id, ENDS_WITHIN_MS)),
    );
    expect(jobs.map((job) => [job.state, job.billing.committed])).toEqual([
      ['succeeded', 35],
      ['succeeded', 35],
    ]);
    const { body: balance } = await running.call('GET', '/v1/balance', { account });
    expect(balance).toMatchObject({ available: 1000 - 3 * 35, reserved: 0 });
    expect(await running.reconcile()).toEqual([]);
  });
});

async function untilAnswered(running: RunningStack, account: string, body: object, key: string) {
  for (;;) {
    const answer = await running.submit(account, body, { key });
    if (answer.status !== 503) return answer;
    await sleep(500);
  }
}
