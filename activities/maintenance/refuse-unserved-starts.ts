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
  /** Started on a task queue that no worker serves, and handed to this one, which refuses them on record. */
  readonly refusedStarts: number;
};

/** Past its admit_by by this much a start is refused wherever it is admitted, though clocks differ. */
const SPARE_SECONDS = 30;

/**
 * From the newest back, past those that cannot be refused: many jobs of a queue whose workers are away. Where a run does not come to the oldest, the
 * next one goes on from there, so that any number of them hides none.
 */
const PAGE_SIZE = 100;
const MAX_PAGES = 20;
/** When a run begins no further page: what is left is the next run's of this worker, and the reservations wait for the end of this one. */
const BEGIN_WITHIN_MS = 15_000;
/** Other task queues of the namespace that have workers: each is asked about once. */
const MAX_SERVED_QUEUES = 50;

/** A start and its first task, tried a few times. A workflow with more events than that was begun. */
const MAX_EVENTS_UNBEGUN = 20;

/** temporal.api.enums.v1.EventType.WORKFLOW_TASK_COMPLETED. */
const TASK_COMPLETED = 7;

/**
 * Ends what was started on a task queue that no worker serves (a client with another setting), and so was never admitted: its
 * workflow would be open forever, and its key without an answer. It is started once more on this worker's own queue, with what it was
 * started with: past its admit_by it refuses itself on record, and the same key is told so. Had it been admitted all the same,
 * it would go on there, as after a reset. Visibility only says where to look; what is done rests on Describe and the history.
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

/** Which of their task queues have workers. */
async function servedQueuesOf(
  client: Client,
  starts: readonly WorkflowExecutionInfo[],
): Promise<readonly string[]> {
  const queues = [...new Set(starts.map((start) => start.taskQueue))];
  const areServed = await Promise.all(queues.map((queue) => isServed(client, queue)));
  return queues.filter((_, index) => areServed[index]);
}

/** Of workflow tasks, which the server tells unless asked for others: a poll within the last minutes. */
async function isServed(client: Client, queue: string): Promise<boolean> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: queue },
  });
  return pollers.length > 0;
}

/** False where it has been begun, or is none of ours. One that cannot be looked into now is looked into in the next run. */
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

/** The start of a job says until when it may be admitted. An output of a batch belongs to its parent. */
function isPastItsAdmission(start: unknown): boolean {
  if (typeof start !== 'object' || start === null || !('admitBy' in start)) return false;
  const admitBy = parseInstant(start.admitBy);
  return admitBy !== null && admitBy.getTime() + SPARE_SECONDS * 1_000 < Date.now();
}
