import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRunningStack, type RunningStack } from './running-stack.ts';

/** temporal.api.enums.v1.EventType. */
const WORKFLOW_TASK_COMPLETED = 7;
const ACTIVITY_TASK_SCHEDULED = 10;

let running: RunningStack;

beforeAll(async () => {
  running = await startRunningStack();
});

afterAll(async () => {
  await running.close();
});

describe('the history of a plain successful job', () => {
  it('has at most 26 events, 4 workflow tasks and 2 ordinary activities', async () => {
    const account = await running.openAccount();
    const { body: job } = await running.submit(account, { kind: 'static_ad', brief: { headline: 'plain' } });
    await running.untilEnded(account, job.id);
    const handle = running.temporal.workflow.getHandle(job.id as string);
    await handle.result();
    const { events } = await handle.fetchHistory();
    const count = (type: number) =>
      (events ?? []).filter((event) => (event.eventType as number) === type).length;

    expect((events ?? []).length).toBeLessThanOrEqual(26);
    expect(count(WORKFLOW_TASK_COMPLETED)).toBeLessThanOrEqual(4);
    expect(count(ACTIVITY_TASK_SCHEDULED)).toBeLessThanOrEqual(2);
  });

  it('closes as failed with the failure code as its type when the job fails', async () => {
    const account = await running.openAccount();
    const { body: job } = await running.submit(account, {
      kind: 'static_ad',
      brief: { headline: 'fails' },
      test_scenario: 'fails_after_start',
    });
    await running.untilEnded(account, job.id);
    await expect(running.temporal.workflow.getHandle(job.id as string).result()).rejects.toMatchObject({
      cause: { type: 'provider_failed' },
    });
  });
});

describe('what the reconciler finds (invariant 6)', () => {
  it.each(['terminated', 'deleted'] as const)(
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
      expect(await running.reconcile()).toEqual([]);
    },
  );

  it('does not run a job again that is reset after it was charged', async () => {
    const account = await running.openAccount();
    const { body } = await running.submit(account, { kind: 'static_ad', brief: { headline: 'reset' } });
    await running.untilEnded(account, body.id);
    await running.temporal.workflow.getHandle(body.id as string).result();
    await running.temporal.workflowService.resetWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId: body.id as string },
      // The wire takes a number here; the generated type wants the Long of a package we do not depend on.
      workflowTaskFinishEventId: 4 as never,
      requestId: body.id as string,
      reason: 'as someone in Temporal UI would',
    });
    await expect(running.temporal.workflow.getHandle(body.id as string).result()).resolves.toMatchObject({
      outcome: 'succeeded',
    });
    expect(await running.submissionsOf(body.id)).toBe(1);
    const { body: balance } = await running.call('GET', '/v1/balance', { account });
    expect(balance).toMatchObject({ available: 965, reserved: 0 });
    expect(await running.reconcile()).toEqual([]);
  });
});
