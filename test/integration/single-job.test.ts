import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ASSET_SWEEP_SCHEDULE_ID } from '../../domain/work/workflow-names.ts';
import { ASSET_GRACE_MS } from '../../assets/asset-store.ts';
import { billableActionsOf } from '../harness/billable-actions.ts';
import type { Json, StackInUse } from './running-stack.ts';
import { leaseSharedStack } from './shared-stack.ts';

/** A job of its own: what is recorded of it, and when its credits come back (docs/credits.md), through the whole stack. */

/** temporal.api.enums.v1.EventType. */
const WORKFLOW_TASK_COMPLETED = 7;
const ACTIVITY_TASK_SCHEDULED = 10;
const TIMER_STARTED = 17;

let running: StackInUse;
let account: string;
beforeAll(async () => {
  running = await leaseSharedStack();
});
afterEach(async () => {
  expect(await running.reconcile()).toEqual([]);
});
afterAll(() => running.close());

const ad = (scenario: string, other: object = {}) => ({
  kind: 'static_ad',
  brief: { headline: randomUUID() },
  test_scenario: scenario,
  ...other,
});

/** In an account of its own, with its sign-up grant of 1,000 credits. */
async function submitted(body: object): Promise<Json> {
  account = await running.openAccount();
  return (await running.submit(account, body)).body;
}
async function ended(body: object): Promise<Json> {
  const { id } = await submitted(body);
  return running.untilEnded(account, id as string);
}
const post = (path: string, body?: object) =>
  running.call('POST', path, { account, body, headers: { 'idempotency-key': randomUUID() } });
const readJob = async (jobId: string) => (await running.call('GET', `/v1/jobs/${jobId}`, { account })).body;
const balance = async () => (await running.call('GET', '/v1/balance', { account })).body;
async function kindsOf(jobId: string): Promise<readonly string[]> {
  const { body } = await running.call('GET', `/v1/entries?job_id=${jobId}`, { account });
  return (body.data as Json[]).map((entry) => entry.kind as string).reverse();
}
async function untilState(jobId: string, state: string): Promise<void> {
  while ((await readJob(jobId)).state !== state) await new Promise((resolve) => setTimeout(resolve, 50));
}

describe('the history of a plain successful job', () => {
  it('has at most 18 events, 3 workflow tasks, one ordinary activity and one timer', async () => {
    const account = await running.openAccount();
    const { body: job } = await running.submit(account, { kind: 'static_ad', brief: { headline: 'plain' } });
    await running.untilEnded(account, job.id);
    const handle = running.temporal.workflow.getHandle(job.id as string);
    await handle.result();
    const { events } = await handle.fetchHistory();
    const count = (type: number) =>
      (events ?? []).filter((event) => (event.eventType as number) === type).length;

    expect((events ?? []).length).toBeLessThanOrEqual(18);
    // What docs/benchmarks.md says that it costs in Temporal Cloud.
    expect(billableActionsOf(events ?? [])).toBe(6);
    expect(count(WORKFLOW_TASK_COMPLETED)).toBeLessThanOrEqual(3);
    expect(count(ACTIVITY_TASK_SCHEDULED)).toBe(1);
    expect(count(TIMER_STARTED)).toBe(1);
  });

  it('has a search attribute for its state only where the workflow’s status does not show it, and its failure code as type', async () => {
    const account = await running.openAccount();
    const stateOf = async (brief: object) => {
      const request = { kind: 'static_ad', brief: { headline: 'state' }, ...brief };
      await running.submit(account, request);
      const [newest] = await running.rows<{ job_id: string }>(
        'SELECT job_id FROM jobs.admissions WHERE account_id = $1 ORDER BY created_at DESC LIMIT 1',
        [account],
      );
      const handle = running.temporal.workflow.getHandle(newest?.job_id ?? '');
      const code = await handle.result().then(
        () => undefined,
        (error: unknown) => (error as Json).cause.type as string,
      );
      const { typedSearchAttributes, status } = await handle.describe();
      const state = typedSearchAttributes.getAll().find(({ key }) => key.name === 'HoldfastState');
      return [status.name, state?.value, code];
    };
    expect(await stateOf({})).toEqual(['COMPLETED', undefined, undefined]);
    expect(await stateOf({ max_credits: 1 })).toEqual(['COMPLETED', 'refused', undefined]);
    expect(await stateOf({ test_scenario: 'fails_after_start' })).toEqual([
      ...['FAILED', 'failed', 'provider_failed'],
    ]);
  });
});

describe('what the reconciler finds (invariant 6)', () => {
  it.concurrent.each(['terminated', 'deleted'] as const)(
    'returns the credits of a workflow that was %s',
    async (how) => {
      const account = await running.openAccount();
      const { body } = await running.submit(account, {
        kind: 'static_ad',
        brief: { headline: how },
        test_scenario: 'never_finishes',
      });
      const handle = running.temporal.workflow.getHandle(body.id as string);
      if (how === 'terminated') await handle.terminate('from outside');
      else {
        await running.temporal.workflowService.deleteWorkflowExecution({
          namespace: 'default',
          workflowExecution: { workflowId: body.id as string },
        });
      }
      const job = await running.untilEnded(account, body.id);
      expect(job).toMatchObject({
        state: 'failed',
        failure: { code: 'terminated', at_fault: 'us' },
        billing: { committed: 0, returned: 35, reserved: 0 },
      });
    },
  );

  it('does not run a job again whose workflow is reset after the charge', async () => {
    const account = await running.openAccount();
    const { body } = await running.submit(account, { kind: 'static_ad', brief: { headline: 'reset' } });
    await running.untilEnded(account, body.id);
    await running.temporal.workflow.getHandle(body.id as string).result();
    await running.resetToFirstTask(body.id as string);
    await expect(running.temporal.workflow.getHandle(body.id as string).result()).resolves.toMatchObject({
      outcome: 'succeeded',
    });
    expect(await running.submissionsOf(body.id)).toBe(1);
    const { body: balance } = await running.call('GET', '/v1/balance', { account });
    expect(balance).toMatchObject({ available: 965, reserved: 0 });
  });
});

describe('when credits come back', () => {
  it('the job fails or errors: at once, and both the hold and its return stay in the history', async () => {
    const job = await ended(ad('fails_after_start'));
    expect(job).toMatchObject({ state: 'failed', billing: { committed: 0, returned: 35, reserved: 0 } });
    expect(await balance()).toMatchObject({ available: 1_000, reserved: 0, spent_this_period: 0 });
    expect(await kindsOf(job.id)).toEqual(['reserve', 'release']);
  });

  it.each([
    ['while it waits in the queue of the provider', 'never_starts'],
    ['while it runs, and the provider confirms that it stopped', 'never_finishes'],
  ])('the customer cancels %s: all of it, and a second cancel responds the same', async (_row, scenario) => {
    const job = await submitted(ad(scenario));
    await untilState(job.id, 'running');
    expect((await post(`/v1/jobs/${job.id as string}/cancel`)).status).toBe(202);
    const end = await running.untilEnded(account, job.id);
    expect(end).toMatchObject({
      state: 'canceled',
      failure: { code: 'canceled', at_fault: 'customer' },
      billing: { committed: 0, returned: 35 },
    });
    expect(await balance()).toMatchObject({ available: 1_000, reserved: 0 });
    expect((await post(`/v1/jobs/${job.id as string}/cancel`)).status).toBe(202);
    // The record ends a moment before the workflow does.
    const handle = running.temporal.workflow.getHandle(job.id as string);
    await expect.poll(async () => (await handle.describe()).status.name).toBe('CANCELLED');
  });

  it('some of several outputs fail: theirs alone', async () => {
    const job = await ended({ kind: 'batch', items: [ad('ok'), ad('zero_outputs'), ad('ok')] });
    expect(job).toMatchObject({ summary: '2 of 3 delivered, 35 credits returned' });
    expect(await balance()).toMatchObject({ available: 930, reserved: 0 });
  });
});

describe('the asset folder', () => {
  it('is swept on schedule of what nothing refers to, and what was delivered stays', async ({ expect }) => {
    const assets = path.join(running.home, 'assets');
    const isOld = (file: string) => {
      const then = new Date(Date.now() - ASSET_GRACE_MS - 60_000);
      return utimes(file, then, then);
    };
    const job = await ended(ad('ok'));
    const [delivered] = await running.rows<{ sha256: string }>(
      'SELECT sha256 FROM jobs.outputs WHERE job_id = $1',
      [job.id],
    );
    const kept = path.join(assets, (delivered?.sha256 ?? '').slice(0, 2), delivered?.sha256 ?? '');
    const sha256 = createHash('sha256').update('left over').digest('hex');
    const folder = path.join(assets, sha256.slice(0, 2));
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, sha256), 'left over');
    for (const file of [kept, path.join(folder, sha256)]) await isOld(file);

    // A trigger during a sweep starts none.
    const swept = async (of: string) => {
      await running.temporal.schedule.getHandle(ASSET_SWEEP_SCHEDULE_ID).trigger();
      return readdir(of);
    };
    // Set aside first, and removed a day later.
    await expect.poll(() => swept(folder), { timeout: 30_000, interval: 2_000 }).not.toContain(sha256);
    const leaving = path.join(assets, 'leaving');
    const [aside = ''] = await readdir(leaving);
    expect(aside).toMatch(new RegExp(`^${sha256}\\.`));
    await isOld(path.join(leaving, aside));
    await expect.poll(() => swept(leaving), { timeout: 30_000, interval: 2_000 }).toEqual([]);
    expect(await readdir(path.dirname(kept))).toContain(path.basename(kept));
    const content = await fetch(
      `${running.stack.info().api_url}/v1/outputs/${job.outputs[0].id as string}/content`,
      {
        headers: {
          authorization: `Bearer ${running.stack.info().platform_key}`,
          'holdfast-account': account,
        },
      },
    );
    expect(content.status).toBe(200);
    await content.arrayBuffer();
  });
});
