import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { holdAccount } from '../integration/held-account.ts';
import { startRunningStack, type RunningStack } from '../integration/running-stack.ts';

let running: RunningStack;

beforeAll(async () => {
  running = await startRunningStack(0, {
    workerEnv: { RECONCILE_INTERVAL_SECONDS: '1', RECONCILE_GRACE_SECONDS: '2' },
  });
});

afterAll(async () => {
  await running.close();
});

it('a reconciler killed in the middle of a page settles nothing twice, and its successor settles the rest', async () => {
  const jobs = await Promise.all(
    Array.from({ length: 5 }, async () => {
      const account = await running.openAccount();
      const { body } = await running.submit(account, {
        kind: 'static_ad',
        brief: { headline: randomUUID() },
        test_scenario: 'never_finishes',
      });
      return { account, jobId: body.id as string };
    }),
  );
  // Its page goes by account: those before the third end, those after it do not.
  const [, , third] = jobs.map(({ account }) => account).sort();
  const held = await holdAccount(running.stack.info().database_owner_url, third ?? '');
  await Promise.all(
    jobs.map(({ jobId }) => running.temporal.workflow.getHandle(jobId).terminate('from outside')),
  );
  await held.untilWaiting('jobs.settle');
  running.stack.kill('worker', 'SIGKILL');
  await held.release();
  await running.stack.whenReady('worker');
  for (const { account, jobId } of jobs) {
    const job = await running.untilEnded(account, jobId);
    expect(job).toMatchObject({ failure: { code: 'terminated' }, billing: { returned: 35, reserved: 0 } });
    const { body: entries } = await running.call('GET', '/v1/entries?kind=release', { account });
    expect(entries.data).toHaveLength(1);
  }
  const { body: repairs } = await running.call('GET', '/v1/repairs');
  expect(repairs.data).toEqual([]);
  expect(await running.reconcile()).toEqual([]);
});
