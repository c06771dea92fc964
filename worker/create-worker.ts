import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, Worker, type NativeConnection, type WorkerOptions } from '@temporalio/worker';
import type { WorkerConfig } from '../runtime/settings/config.ts';
import { settingFault } from '../runtime/settings/setting-fault.ts';
import { workflowSources } from '../runtime/temporal/workflow-sources.ts';

/**
 * The shortest time between heartbeats, and how late a cancellation may reach an activity: well below the SDK's default
 * of 80 % of the heartbeat timeout.
 */
const MAX_HEARTBEAT_THROTTLE = '500 milliseconds';

/**
 * How long a workflow task waits for the worker that has the run in its cache. After a worker's death each of its runs
 * waits this long once (measured: a hundred jobs end 12 s after the restart with the SDK's 10 s, 7 s with this). A busy
 * worker that is this far behind loses the use of its cache.
 */
const STICKY_WAIT = '5 seconds';

/** The worker of a process. Settings bound its caches and concurrency: the SDK's defaults are generous. */
export async function createWorker(
  config: WorkerConfig,
  connection: NativeConnection,
  activities: object,
): Promise<Worker> {
  return Worker.create({
    connection,
    namespace: config.temporal.namespace,
    taskQueue: config.temporal.taskQueue,
    activities,
    workflowBundle: await workflowsOf(config),
    ...versioningOf(config),
    shutdownGraceTime: config.shutdownGraceSeconds * 1_000,
    maxCachedWorkflows: config.maxCachedWorkflows,
    stickyQueueScheduleToStartTimeout: STICKY_WAIT,
    maxConcurrentWorkflowTaskExecutions: config.maxConcurrentWorkflowTasks,
    maxConcurrentActivityTaskExecutions: config.maxConcurrentActivities,
    maxConcurrentLocalActivityExecutions: config.maxConcurrentLocalActivities,
    maxHeartbeatThrottleInterval: MAX_HEARTBEAT_THROTTLE,
    defaultHeartbeatThrottleInterval: MAX_HEARTBEAT_THROTTLE,
  });
}

/** The bundle of the build, by the same SDK version; in a checkout without a build, made from source. Throws ConfigurationError. */
async function workflowsOf(config: WorkerConfig): Promise<NonNullable<WorkerOptions['workflowBundle']>> {
  const { workflowBundlePath: codePath } = config;
  if (codePath !== null) {
    if (await isBundle(codePath)) return { codePath };
    throw settingFault(
      'WORKFLOW_BUNDLE',
      'names a file that cannot be read, or that holds no workflow bundle',
    );
  }
  return bundleWorkflowCode(workflowSources(fileURLToPath(new URL('..', import.meta.url))));
}

/** The SDK's bundler ends each with its source map. */
async function isBundle(file: string): Promise<boolean> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.includes('sourceMappingURL=');
}

/**
 * AUTO_UPGRADE: a running job moves to the newest build at its next task. A pinned version would leave reserved credits
 * behind when its build goes away.
 */
function versioningOf({ version }: WorkerConfig): Pick<WorkerOptions, 'workerDeploymentOptions'> {
  if (version === null) return {};
  return {
    workerDeploymentOptions: {
      useWorkerVersioning: true,
      version,
      defaultVersioningBehavior: 'AUTO_UPGRADE',
    },
  };
}
