import { fileURLToPath } from 'node:url';
import { Worker } from '@temporalio/worker';
import { readWorkerConfig } from '../../../runtime/settings/config.ts';
import { createLogger } from '../../../runtime/logger.ts';
import { announceReady } from '../../../runtime/process-ready.ts';
import { connectTemporalNatively } from '../../../runtime/temporal/temporal-native-connection.ts';
import { installRuntime } from '../../../worker/install-runtime.ts';
import { bareActivities } from './bare-activities.ts';

/** The worker of the bare workflows: a process of its own with the limits ours has, so that both sides are alike. */

const config = readWorkerConfig();
installRuntime(createLogger({ name: 'bare-worker', level: config.logLevel }), null);
const worker = await Worker.create({
  connection: await connectTemporalNatively(config.temporal),
  taskQueue: config.temporal.taskQueue,
  workflowsPath: fileURLToPath(new URL('bare-workflows.ts', import.meta.url)),
  activities: bareActivities,
  maxCachedWorkflows: config.maxCachedWorkflows,
  maxConcurrentWorkflowTaskExecutions: config.maxConcurrentWorkflowTasks,
  maxConcurrentActivityTaskExecutions: config.maxConcurrentActivities,
  maxConcurrentLocalActivityExecutions: config.maxConcurrentLocalActivities,
});
announceReady(config);
process.once('SIGTERM', () => {
  worker.shutdown();
});
await worker.run();
process.exit(0);
