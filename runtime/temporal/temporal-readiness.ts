import type { Client } from '@temporalio/client';
import { describeTemporalFault } from './describe-temporal-fault.ts';

/**
 * An idle worker asks again once its long poll has ended, after 60 s. The server lists a poller for minutes after its death;
 * one that was last heard of longer ago than this is gone.
 */
const POLLER_SILENCE_MS = 75_000;

type ExpectedOfTemporal = {
  readonly namespace: string;
  readonly taskQueue: string;
  /** Names of the search attributes that the namespace must have. */
  readonly searchAttributes: readonly string[];
  /** Null: any worker will do. Else this worker itself must poll. */
  readonly workerIdentity: string | null;
};

/**
 * The reasons why Temporal cannot run our workflows, one sentence each; empty when nothing does. Asks the frontend for the
 * namespace's search attributes and matching for who polls. Never throws.
 */
export async function temporalFaults(
  client: Client,
  expected: ExpectedOfTemporal,
  timeoutMs: number,
): Promise<readonly string[]> {
  const asked = client.withDeadline(Date.now() + timeoutMs, async () => {
    const attributes = await client.connection.operatorService
      .listSearchAttributes({ namespace: expected.namespace })
      .then(({ customAttributes }) => Object.keys(customAttributes));
    const missing = expected.searchAttributes.filter((name) => !attributes.includes(name));
    if (missing.length > 0) {
      return [`Namespace ${expected.namespace} lacks the search attributes ${missing.join(', ')}.`];
    }
    if (await doesWorkerPoll(client, expected)) return [];
    const which = expected.workerIdentity === null ? 'No worker polls' : 'This worker does not poll';
    return [`${which} the task queue ${expected.taskQueue}.`];
  });
  return asked.catch((error: unknown) => [describeTemporalFault(error, expected.namespace, timeoutMs)]);
}

/** Of workflow tasks; a worker polls for activities beside them. */
async function doesWorkerPoll(
  client: Client,
  { namespace, taskQueue, workerIdentity }: ExpectedOfTemporal,
): Promise<boolean> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: taskQueue },
  });
  const since = Date.now() - POLLER_SILENCE_MS;
  return pollers.some(
    ({ identity, lastAccessTime }) =>
      Number(lastAccessTime?.seconds ?? 0) * 1_000 >= since &&
      (workerIdentity === null || identity === workerIdentity),
  );
}
