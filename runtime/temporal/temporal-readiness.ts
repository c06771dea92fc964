import { isGrpcServiceError, type Client } from '@temporalio/client';

/**
 * An idle worker asks again once its long poll has ended, after 60 s. The server lists a poller for minutes after its death;
 * one that was last heard of longer ago than this is gone.
 */
const POLLER_SILENCE_MS = 75_000;

/** Of grpc-status. */
const GRPC = { CANCELLED: 1, DEADLINE_EXCEEDED: 4, NOT_FOUND: 5, UNAVAILABLE: 14 } as const;

/** By grpc-status, what an operator can mend: a role, a key, a limit. */
const REFUSALS: Readonly<Record<number, string>> = {
  7: 'PERMISSION_DENIED',
  8: 'RESOURCE_EXHAUSTED',
  16: 'UNAUTHENTICATED',
};

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
  return asked.catch((error: unknown) => [faultOf(error, expected, timeoutMs)]);
}

/** Names the status of the response, not its text: a probe's response is public. */
function faultOf(error: unknown, { namespace }: ExpectedOfTemporal, timeoutMs: number): string {
  // A connection that cannot be made is a plain Error of the SDK.
  const code = isGrpcServiceError(error) ? (error.code as number) : GRPC.UNAVAILABLE;
  switch (code) {
    case GRPC.NOT_FOUND:
      return `Temporal has no namespace ${namespace}.`;
    case GRPC.CANCELLED:
    case GRPC.DEADLINE_EXCEEDED:
      return `Temporal did not respond within ${String(timeoutMs)} ms.`;
    case GRPC.UNAVAILABLE:
      return 'Temporal cannot be reached.';
    default:
      return `Temporal responded with an error: ${REFUSALS[code] ?? `grpc-status ${String(code)}`}.`;
  }
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
