import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jobIdOf } from '../../contract/derived-ids.ts';
import { CHAOS_ACCOUNT, createChaosFixture, type ChaosFixture } from './chaos-fixture.ts';
import { startChaosWorker } from './chaos-worker.ts';

/** temporal.api.enums.v1.EventType. */
const TIMED_OUT = 14;
const CANCELED = 16;

let chaos: ChaosFixture;

beforeAll(async () => {
  chaos = await createChaosFixture(200);
});

afterAll(async () => {
  await chaos.close();
});

describe('a cancel asked for while the worker is dead', () => {
  // The workflow is read again 10 s after the worker's death, when the server gives up the worker that had it in memory.
  it.concurrent.each([
    ['is given up with its worker after the cancel was read', 20, TIMED_OUT],
    ['was taken up by the next worker before the cancel was read', 2, CANCELED],
  ])(
    'closes the workflow as Canceled and returns the credits, when its step %s',
    async (_order, heartbeatTimeoutSeconds, stepEnd) => {
      const taskQueue = `dead-${String(heartbeatTimeoutSeconds)}`;
      const worker = await startChaosWorker(chaos, {
        taskQueue,
        heartbeatTimeoutSeconds,
      });
      const client = chaos.clientFor(taskQueue);
      const job = { accountId: CHAOS_ACCOUNT, idempotencyKey: taskQueue };
      const jobId = jobIdOf(CHAOS_ACCOUNT, taskQueue);
      const handle = chaos.temporal.workflow.getHandle(jobId);
      await client.start({
        ...job,
        request: { kind: 'static_ad', brief: { headline: taskQueue }, test_scenario: 'never_finishes' },
      });
      await untilFollowed(jobId);

      worker.signal('SIGKILL');
      expect(await client.cancel(job)).toBe('requested');
      expect(await client.wait(job, { timeoutMs: 90_000 })).toMatchObject({ outcome: 'canceled' });

      expect((await handle.describe()).status.name).toBe('CANCELLED');
      expect(await endsOfAttempt(handle)).toEqual([stepEnd]);
      expect(await chaos.submissionsOf(taskQueue)).toBe(1);
      const ended = await chaos.rows(
        `SELECT r.state, r.released, j.state AS job, j.failure->>'code' AS code
         FROM ledger.reservations r JOIN jobs.jobs j USING (account_id, job_id) WHERE r.job_id = $1`,
        [jobId],
      );
      expect(ended).toEqual([{ state: 'released', released: '35', job: 'canceled', code: 'canceled' }]);
      expect(await chaos.reconcile()).toEqual([]);
      await worker.stop();
    },
  );
});

async function untilFollowed(jobId: string): Promise<void> {
  for (;;) {
    const rows = await chaos.rows("SELECT 1 FROM jobs.attempts WHERE job_id = $1 AND state = 'accepted'", [
      jobId,
    ]);
    if (rows.length > 0) return;
    await sleep(20);
  }
}

/** The types of the events that ended the step that follows the job at its provider. */
async function endsOfAttempt(handle: WorkflowHandle): Promise<readonly number[]> {
  const events = (await handle.fetchHistory()).events ?? [];
  const scheduled = events.find(
    (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'runAttempt',
  );
  const ends = events.filter(
    (event) =>
      Number(
        event.activityTaskTimedOutEventAttributes?.scheduledEventId ??
          event.activityTaskCanceledEventAttributes?.scheduledEventId ??
          event.activityTaskFailedEventAttributes?.scheduledEventId ??
          event.activityTaskCompletedEventAttributes?.scheduledEventId ??
          -1,
      ) === Number(scheduled?.eventId),
  );
  return ends.map((event) => event.eventType as number);
}
