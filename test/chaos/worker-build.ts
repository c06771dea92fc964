import path from 'node:path';
import { nodeChild } from '../../dev/stack/node-child.ts';
import { bundleWorkflows } from '../../dev/stack/workflow-bundle.ts';
import type { SupervisedChild } from '../../dev/supervisor/supervisor.ts';
import { runChild } from '../harness/run-child.ts';
import type { RunningStack } from '../integration/running-stack.ts';

export const DEPLOYMENT = 'holdfast';

/** The settings that make a worker one build of a deployment (README, "Versions"). */
export function versionSettings(buildId: string): Readonly<Record<string, string>> {
  return { WORKER_DEPLOYMENT_NAME: DEPLOYMENT, WORKER_BUILD_ID: buildId };
}

/** One more worker process beside the stack's own, of another build, as a deployment brings it up. */
export async function startWorkerBuild(
  running: RunningStack,
  buildId: string,
  metricsAddress: string,
): Promise<SupervisedChild> {
  const info = running.stack.info();
  const spec = nodeChild({
    name: 'worker',
    entry: 'worker/main.ts',
    stopTimeoutMs: 5_000,
    env: {
      NODE_ENV: 'test',
      LOG_LEVEL: 'warn',
      READY_LINE: 'true',
      DATABASE_URL: info.database_url,
      DATABASE_POOL_SIZE: '4',
      TEMPORAL_ADDRESS: info.temporal_address,
      ASSET_HOME: path.join(running.home, 'assets'),
      MODEL_SERVICE_URL: info.model_service_url,
      WORKFLOW_BUNDLE: await bundleWorkflows(),
      WORKER_SHUTDOWN_GRACE_SECONDS: '1',
      WORKER_METRICS_ADDRESS: metricsAddress,
      ...versionSettings(buildId),
    },
  });
  return runChild({ ...spec, name: `worker-${buildId}` }, running.home);
}
