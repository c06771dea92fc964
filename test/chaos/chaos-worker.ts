import path from 'node:path';
import { nodeChild } from '../../dev/stack/node-child.ts';
import { bundleWorkflows } from '../../dev/stack/workflow-bundle.ts';
import type { SupervisedChild } from '../../dev/supervisor/supervisor.ts';
import { runChild } from '../harness/run-child.ts';
import type { ChaosFixture } from './chaos-fixture.ts';
import type { KillPoint } from './kill-points.ts';

export type ChaosWorkerOptions = {
  readonly taskQueue: string;
  /** Dies there, once, and is started again; absent: a worker that only dies when it is killed. */
  readonly killPoint?: KillPoint;
  /** In place of the fixture's model service. */
  readonly modelServiceUrl?: string;
  /** Of a service at that address whose answer to a post is the run. */
  readonly isAnswering?: boolean;
  /** The stage whose attempt is meant, as the attempt's reference names it; absent: any stage. */
  readonly killStage?: string;
  /** How long the server waits for a sign of life of a step: 2 s unless told otherwise. */
  readonly heartbeatTimeoutSeconds?: number;
};

/** A worker process that is started again whenever it ends, as the stack does. */
export async function startChaosWorker(
  chaos: ChaosFixture,
  options: ChaosWorkerOptions,
): Promise<SupervisedChild> {
  const marker = path.join(chaos.home, `killed-${options.taskQueue}`);
  const base = nodeChild({
    name: 'worker',
    entry: 'test/chaos/killable-worker.ts',
    stopTimeoutMs: 5_000,
    env: {
      NODE_ENV: 'test',
      LOG_LEVEL: 'warn',
      READY_LINE: 'true',
      DATABASE_URL: chaos.database.workerUrl,
      DATABASE_POOL_SIZE: '8',
      TEMPORAL_ADDRESS: chaos.temporalAddress,
      TEMPORAL_TASK_QUEUE: options.taskQueue,
      ASSET_HOME: path.join(chaos.home, 'assets'),
      MODEL_SERVICE_URL: options.modelServiceUrl ?? chaos.modelService.url,
      WORKFLOW_BUNDLE: await bundleWorkflows(),
      WORKER_SHUTDOWN_GRACE_SECONDS: '1',
      RECONCILE_GRACE_SECONDS: '5',
      HEARTBEAT_TIMEOUT_SECONDS: String(options.heartbeatTimeoutSeconds ?? 2),
    },
  });
  const spec = {
    ...base,
    name: `worker-${options.taskQueue}`,
    command: async () => {
      const command = await base.command();
      return {
        ...command,
        args: [
          ...command.args,
          ...[options.killPoint ?? 'never', marker, options.killStage ?? ''],
          ...(options.isAnswering === true ? ['answers'] : []),
        ],
      };
    },
  };
  return runChild(spec, chaos.home);
}
