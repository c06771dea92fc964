import {
  isGrpcServiceError,
  ScheduleAlreadyRunning,
  ScheduleOverlapPolicy,
  type Client,
} from '@temporalio/client';
import {
  ASSET_SWEEP_INTERVAL_SECONDS,
  ASSET_SWEEP_SCHEDULE_ID,
  ASSET_SWEEP_WORKFLOW,
  CANARY_WORKFLOW,
  CANARY_WORKFLOW_ID,
  RECONCILE_SCHEDULE_ID,
  RECONCILE_WORKFLOW,
  SEARCH_ATTRIBUTES,
  CREDIT_MAINTENANCE_SCHEDULE_ID,
  CREDIT_MAINTENANCE_WORKFLOW,
} from '../domain/work/workflow-names.ts';
import type { WorkerConfig } from '../runtime/settings/config.ts';

/** grpc-status ALREADY_EXISTS. */
const GRPC_ALREADY_EXISTS = 6;

/** temporal.api.enums.v1.IndexedValueType. */
const INDEXED_VALUE_TYPES = { KEYWORD: 2, INT: 3, DATETIME: 6 } as const;

/** A missed run is not made up for: the next one is due soon. */
const CATCHUP_WINDOW = '1 minute';

/**
 * Creates what must always exist, at every worker start: search attributes, canary and schedules. None of them survives
 * the loss of a namespace.
 */
export async function ensureFixtures(client: Client, config: WorkerConfig): Promise<void> {
  await ensureSearchAttributes(client, config.temporal.namespace);
  await client.workflow.start(CANARY_WORKFLOW, {
    workflowId: CANARY_WORKFLOW_ID,
    taskQueue: config.temporal.taskQueue,
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    staticSummary: 'Stands still, so that the reconciler knows it looks into the right namespace',
  });
  const { taskQueue } = config.temporal;
  await ensureSchedule(client, {
    scheduleId: RECONCILE_SCHEDULE_ID,
    workflowType: RECONCILE_WORKFLOW,
    everySeconds: config.reconcileIntervalSeconds,
    taskQueue,
  });
  await ensureSchedule(client, {
    scheduleId: CREDIT_MAINTENANCE_SCHEDULE_ID,
    workflowType: CREDIT_MAINTENANCE_WORKFLOW,
    everySeconds: config.creditMaintenanceIntervalSeconds,
    taskQueue,
  });
  await ensureSchedule(client, {
    scheduleId: ASSET_SWEEP_SCHEDULE_ID,
    workflowType: ASSET_SWEEP_WORKFLOW,
    everySeconds: ASSET_SWEEP_INTERVAL_SECONDS,
    taskQueue,
  });
}

async function ensureSearchAttributes(client: Client, namespace: string): Promise<void> {
  const { customAttributes } = await client.connection.operatorService.listSearchAttributes({ namespace });
  const missing = Object.entries(SEARCH_ATTRIBUTES).filter(([name]) => !(name in customAttributes));
  if (missing.length === 0) return;
  try {
    await client.connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map(([name, type]) => [name, INDEXED_VALUE_TYPES[type]])),
    });
  } catch (error) {
    // Another worker was faster.
    if (!isGrpcServiceError(error) || (error.code as number) !== GRPC_ALREADY_EXISTS) throw error;
  }
}

/** A run that is due while the last one goes on is skipped: the next one does its work. */
async function ensureSchedule(
  client: Client,
  schedule: {
    readonly scheduleId: string;
    readonly workflowType: string;
    readonly everySeconds: number;
    readonly taskQueue: string;
  },
): Promise<void> {
  const { scheduleId, workflowType, taskQueue } = schedule;
  const spec = { intervals: [{ every: schedule.everySeconds * 1_000 }] };
  try {
    await client.schedule.create({
      scheduleId,
      spec,
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: CATCHUP_WINDOW },
      action: { type: 'startWorkflow', workflowType, workflowId: workflowType, taskQueue },
    });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await client.schedule.getHandle(scheduleId).update((found) => ({ ...found, spec }));
  }
}
