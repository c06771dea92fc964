import { Context, heartbeat, log } from '@temporalio/activity';
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { arrayFromPayloads } from '@temporalio/common';
import { parseInstant } from '../../domain/parse-value.ts';
import {
  ADMIT_WITHIN_SECONDS,
  BATCH_WORKFLOW,
  GENERATION_WORKFLOW,
  WORKFLOW_TASK_TIMEOUT_MS,
} from '../../contract/workflow-messages.ts';

export type UnservedReport = {
  /** Jobs that were started on a task queue without a worker, and moved to this one, which refuses them on record. */
  readonly refusedStarts: number;
};

/** So long past admit_by a start is refused wherever it is admitted, whatever the clocks differ by. */
const SPARE_SECONDS = 30;

/**
 * The position of the search, from the newest back. A run that does not come to the oldest leaves it to the next, so
 * that no number of jobs that cannot be refused hides one that can.
 */
const PAGE_SIZE = 100;
const MAX_PAGES = 20;
/** After this a run begins no further page: the reservations wait for its end, and the next run goes on. */
const BEGIN_WITHIN_MS = 15_000;
/** Other task queues with workers: each is asked once. */
const MAX_SERVED_QUEUES = 50;

/** The events of a start and a first task that was tried a few times. A longer history was begun. */
const MAX_EVENTS_UNBEGUN = 20;

/** temporal.api.enums.v1.EventType.WORKFLOW_TASK_COMPLETED. */
const TASK_COMPLETED = 7;

/**
 * Ends jobs that were started on a task queue without a worker (a client with another setting). They were never
 * admitted: their workflow would be open and their key without an outcome, forever. Each is started again on this
 * worker's queue with its own arguments: past its admit_by it refuses itself on record. One that was admitted after all
 * would go on there, as after a reset. Visibility only finds candidates; the decision is by Describe and the history.
 */
export function createRefuseUnservedStarts(
  client: Client,
  options: {
    readonly startedSecondsAgo?: number;
    readonly pageSize?: number;
    readonly maxPages?: number;
  } = {},
) {
  const { pageSize = PAGE_SIZE, maxPages = MAX_PAGES } = options;
  const { startedSecondsAgo = ADMIT_WITHIN_SECONDS + SPARE_SECONDS } = options;
  let goOnFrom: Date | undefined;
  return async function refuseUnservedStarts(): Promise<UnservedReport> {
    const { taskQueue } = Context.current().info;
    const beginBy = performance.now() + BEGIN_WITHIN_MS;
    const served = [taskQueue];
    let startedBy = goOnFrom ?? new Date(Date.now() - startedSecondsAgo * 1_000);
    let refusedStarts = 0;
    for (let pages = 0; pages < maxPages && performance.now() < beginBy; pages++) {
      const found = await listStarts(client, { served, startedBy, pageSize });
      const oldest = found.at(-1)?.startTime;
      const newlyServed = await servedQueuesOf(client, found);
      served.push(...newlyServed);
      for (const start of found) {
        if (newlyServed.includes(start.taskQueue)) continue;
        if (await refuseStart(client, start, taskQueue)) refusedStarts++;
        heartbeat();
      }
      const isLastPage = found.length < pageSize || oldest === undefined;
      goOnFrom = isLastPage ? undefined : oldest;
      if (isLastPage || served.length > MAX_SERVED_QUEUES) break;
      startedBy = oldest;
    }
    return { refusedStarts };
  };
}

/** Newest first. */
async function listStarts(
  client: Client,
  page: { readonly served: readonly string[]; readonly startedBy: Date; readonly pageSize: number },
): Promise<readonly WorkflowExecutionInfo[]> {
  const query = [
    `ExecutionStatus = 'Running'`,
    `WorkflowType IN ('${GENERATION_WORKFLOW}', '${BATCH_WORKFLOW}')`,
    `StartTime < '${page.startedBy.toISOString()}'`,
    ...page.served.map((queue) => `TaskQueue != '${queue.replaceAll(/[\\']/g, '\\$&')}'`),
  ].join(' AND ');
  const found: WorkflowExecutionInfo[] = [];
  for await (const workflow of client.workflow.list({ query, pageSize: page.pageSize })) {
    found.push(workflow);
    if (found.length >= page.pageSize) break;
  }
  return found;
}

/** Finds which of their task queues have workers. */
async function servedQueuesOf(
  client: Client,
  starts: readonly WorkflowExecutionInfo[],
): Promise<readonly string[]> {
  const queues = [...new Set(starts.map((start) => start.taskQueue))];
  const areServed = await Promise.all(queues.map((queue) => isServed(client, queue)));
  return queues.filter((_, index) => areServed[index]);
}

/** Of workflow tasks, the server's default. A poller is one of the last minutes. */
async function isServed(client: Client, queue: string): Promise<boolean> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: queue },
  });
  return pollers.length > 0;
}

/** False: it was begun, or it is no job of ours. One that cannot be read now is left to the next run. */
async function refuseStart(
  client: Client,
  { workflowId, runId, type, taskQueue: unserved }: WorkflowExecutionInfo,
  taskQueue: string,
): Promise<boolean> {
  try {
    const handle = client.workflow.getHandle(workflowId, runId);
    const { status, historyLength, typedSearchAttributes, priority } = await handle.describe();
    if (status.name !== 'RUNNING' || historyLength > MAX_EVENTS_UNBEGUN) return false;
    const { events } = await handle.fetchHistory();
    if (events?.some(({ eventType }) => (eventType as number) === TASK_COMPLETED) !== false) return false;
    const input = events[0]?.workflowExecutionStartedEventAttributes?.input?.payloads;
    const args = arrayFromPayloads(client.options.loadedDataConverter.payloadConverter, input);
    if (!isPastItsAdmission(args[0])) return false;
    await client.workflow.start(type, {
      ...{
        workflowId,
        taskQueue,
        args,
        typedSearchAttributes,
        workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT_MS,
      },
      ...(priority === undefined ? {} : { priority }),
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      workflowIdConflictPolicy: 'TERMINATE_EXISTING',
      staticSummary: 'Was started on a task queue without workers, and is refused',
    });
    log.warn('a start on a task queue without workers is refused', { workflowId, taskQueue: unserved });
    return true;
  } catch (error) {
    log.warn('a start on a task queue without workers could not be looked into; the next run looks again', {
      workflowId,
      error,
    });
    return false;
  }
}

/** A job's start has its admit_by. An output of a batch belongs to its parent. */
function isPastItsAdmission(start: unknown): boolean {
  if (typeof start !== 'object' || start === null || !('admitBy' in start)) return false;
  const admitBy = parseInstant(start.admitBy);
  return admitBy !== null && admitBy.getTime() + SPARE_SECONDS * 1_000 < Date.now();
}
