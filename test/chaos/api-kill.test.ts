import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { holdAccount } from '../integration/held-account.ts';
import { startRunningStack, type RunningStack } from '../integration/running-stack.ts';

let running: RunningStack;

beforeAll(async () => {
  running = await startRunningStack();
});

afterAll(async () => {
  await running.close();
});

/**
 * Submits, and kills the API while the admission waits for the account: the caller hears nothing. On a busy machine the
 * admission may begin after the API has said 503, so that it is submitted again.
 */
async function submitAndKill(account: string, body: object, key: string): Promise<void> {
  const held = await holdAccount(running.stack.info().database_owner_url, account);
  const unanswered = running.submitUntilAnswered(account, body, key).then(
    ({ status }) => status,
    () => 'connection lost',
  );
  await held.untilWaiting('jobs.admit');
  running.stack.kill('api', 'SIGKILL');
  expect(await unanswered).toBe('connection lost');
  await held.release();
  await running.stack.whenReady('api');
}

describe('the API killed by SIGKILL between start and answer (invariant 9)', () => {
  it('finds the job under the same key afterwards, submitted once and charged once', async () => {
    const account = await running.openAccount();
    const key = randomUUID();
    const body = { kind: 'static_ad', brief: { headline: 'answered by another process' } };
    await submitAndKill(account, body, key);

    const answer = await running.submitUntilAnswered(account, body, key);
    expect([200, 202]).toContain(answer.status);
    expect(answer.headers.get('idempotent-replayed')).toBe('true');
    const job = await running.untilEnded(account, answer.body.id);
    expect(job).toMatchObject({ state: 'succeeded', billing: { committed: 35, reserved: 0 } });
    expect(await running.submissionsOf(job.id)).toBe(1);
    expect(await running.reconcile()).toEqual([]);
  });

  it('gives the recorded refusal under the same key when the balance did not pay for it', async () => {
    const account = await running.openAccount();
    const key = randomUUID();
    const body = { kind: 'video_ad', brief: { headline: 'too dear' }, duration_seconds: 60, quality: 'high' };
    const first = { kind: 'video_ad', brief: { headline: 'first' } };
    expect([200, 202]).toContain((await running.submitUntilAnswered(account, first, randomUUID())).status);
    await submitAndKill(account, body, key);

    const answer = await running.submitUntilAnswered(account, body, key);
    expect(answer.status).toBe(402);
    expect(answer.body).toMatchObject({ code: 'insufficient_credits', billed: 'no', required: 900 });
    expect(answer.headers.get('idempotent-replayed')).toBe('true');
    expect(await running.reconcile()).toEqual([]);
  });
});
