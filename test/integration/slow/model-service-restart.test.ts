import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createClosableProxy, type ClosableProxy } from '../../harness/closable-proxy.ts';
import { startRunningStack, type RunningStack } from '../running-stack.ts';

/** Under way when the service ends, and submitted while it is away: both as large as the window, and larger. */
const UNDER_WAY = 24;
const SUBMITTED_MEANWHILE = 16;
/** The model is slow enough that a window's worth runs when its service ends. */
const MODEL_MS = 1_000;
const DELIVERED_BEFORE = 4;
/** Far longer than three tries one second apart, which once used an output up; the pauses between tries reach their longest, 3 s. */
const AWAY_MS = 12_000;

let proxy: ClosableProxy;
let running: RunningStack;
beforeAll(async () => {
  proxy = await createClosableProxy();
  running = await startRunningStack(MODEL_MS, { workerEnv: { MODEL_SERVICE_URL: proxy.url } });
  proxy.forwardTo(running.stack.info().model_service_url);
});
afterAll(async () => {
  await running.close();
  await proxy.close();
});

async function submitBatch(account: string, outputs: number): Promise<string> {
  const { status, body } = await running.submit(account, {
    kind: 'batch',
    items: [{ kind: 'static_ad', brief: { headline: randomUUID() }, variations: outputs }],
  });
  expect(status).toBe(202);
  return body.id as string;
}

async function untilRows(sql: string, jobId: string, count: number): Promise<void> {
  await vi.waitUntil(async () => (await running.rows(sql, [jobId])).length >= count, {
    timeout: 60_000,
    interval: 50,
  });
}

/** Kills the model service and keeps its address shut for a while, during which `meanwhile` is done; returns when it was back. */
async function restartModelService(meanwhile: () => Promise<void>): Promise<Date> {
  await proxy.close();
  running.stack.kill('model_service', 'SIGKILL');
  await Promise.all([meanwhile(), sleep(AWAY_MS)]);
  await running.stack.whenReady('model_service');
  const isBackAt = new Date();
  await proxy.reopen();
  return isBackAt;
}

it('a model service’s outage of 12 s during a batch costs no output and no attempt', async () => {
  const account = await running.openAccount();
  const grant = { source: 'top_up', credits: 2_000, reference: account, reason: 'test' };
  expect((await running.call('POST', `/v1/accounts/${account}/grants`, { body: grant })).status).toBe(201);
  const underWay = await submitBatch(account, UNDER_WAY);
  const delivered = `SELECT 1 FROM jobs.outputs WHERE job_id = $1 AND state = 'succeeded'`;
  await untilRows(delivered, underWay, DELIVERED_BEFORE);
  let meanwhile = '';
  const isBackAt = await restartModelService(async () => {
    meanwhile = await submitBatch(account, SUBMITTED_MEANWHILE);
    // All of them fit the window: each goes on to try to reach the service.
    await untilRows(
      `SELECT 1 FROM jobs.outputs WHERE job_id = $1 AND begun_at IS NOT NULL`,
      meanwhile,
      SUBMITTED_MEANWHILE,
    );
  });

  for (const [jobId, outputs] of [
    [underWay, UNDER_WAY],
    [meanwhile, SUBMITTED_MEANWHILE],
  ] as const) {
    const job = await running.untilEnded(account, jobId, 120_000);
    expect(job).toMatchObject({ state: 'succeeded', counts: { outputs, succeeded: outputs, failed: 0 } });
    expect(await running.submissionsOf(jobId)).toBe(outputs);
  }
  const attempts = await running.rows<{ number: number; posted_at: Date }>(
    `SELECT number, posted_at FROM jobs.attempts WHERE job_id = $1`,
    [meanwhile],
  );
  expect(attempts).toHaveLength(SUBMITTED_MEANWHILE);
  expect(attempts.filter(({ number, posted_at }) => number !== 1 || posted_at < isBackAt)).toEqual([]);
  expect(await running.reconcile()).toEqual([]);
});
