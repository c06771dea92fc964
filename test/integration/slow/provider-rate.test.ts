import { afterAll, beforeAll, expect, it } from 'vitest';
import { startRunningStack, type RunningStack } from '../running-stack.ts';

let running: RunningStack;
beforeAll(async () => {
  // One submission in a thousand seconds: the second waits for longer than its start deadline.
  running = await startRunningStack(0, { workerEnv: { PROVIDER_LIMITS: 'local per_second=0.001' } });
});
afterAll(async () => {
  expect(await running.reconcile()).toEqual([]);
  await running.close();
});

it('a rate in PROVIDER_LIMITS holds on the wire: the next job waits for its turn, is never submitted, and costs nothing', async () => {
  const account = await running.openAccount();
  const submit = async (headline: string): Promise<string> =>
    (await running.submit(account, { kind: 'static_ad', brief: { headline } })).body.id as string;
  const first = await submit('first');
  expect(await running.untilEnded(account, first)).toMatchObject({ state: 'succeeded' });
  const second = await submit('second');
  const read = async () => (await running.call('GET', `/v1/jobs/${second}`, { account })).body as unknown;
  await expect
    .poll(read, { timeout: 30_000, interval: 200 })
    .toMatchObject({ state: 'queued', progress: { stage: 'waiting_for_turn' } });
  await running.call('POST', `/v1/jobs/${second}/cancel`, { account });
  expect(await running.untilEnded(account, second)).toMatchObject({
    state: 'canceled',
    billing: { committed: 0, returned: 35 },
  });
  expect([await running.submissionsOf(first), await running.submissionsOf(second)]).toEqual([1, 0]);
});
