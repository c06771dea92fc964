import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { nodeChild } from '../../dev/stack/node-child.ts';
import { bundleWorkflows } from '../../dev/stack/workflow-bundle.ts';
import type { SupervisedChild } from '../../dev/supervisor/supervisor.ts';
import { runChild } from '../harness/run-child.ts';
import type { ChaosFixture } from './chaos-fixture.ts';
import type { KillOrder } from './kill-points.ts';

type ChaosWorkerOptions = {
  readonly taskQueue: string;
  /** In place of the fixture's model service. */
  readonly modelServiceUrl?: string;
  /** Of a service at that address whose answer to a post is the run. */
  readonly isAnswering?: boolean;
  /** How long the server waits for a sign of life of a step: 2 s unless told otherwise. */
  readonly heartbeatTimeoutSeconds?: number;
};

/** A worker process that is started again whenever it ends, as the stack does. */
export async function startChaosWorker(
  chaos: ChaosFixture,
  options: ChaosWorkerOptions,
): Promise<SupervisedChild> {
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
          orderFileOf(chaos, options.taskQueue),
          ...(options.isAnswering === true ? ['answers'] : []),
        ],
      };
    },
  };
  return runChild(spec, chaos.home);
}

function orderFileOf(chaos: ChaosFixture, taskQueue: string): string {
  return path.join(chaos.home, `kill-${taskQueue}`);
}

/** Has the worker die where the order says, once. */
export function orderKill(chaos: ChaosFixture, taskQueue: string, order: KillOrder): void {
  writeFileSync(orderFileOf(chaos, taskQueue), JSON.stringify(order));
}

type SharedWorker = { readonly taskQueue: string; readonly child: SupervisedChild };

/** Workers that the tests of a file share, each of one test at a time: a start costs more than two seconds of a core. */
export async function startSharedWorkers(chaos: ChaosFixture, count: number) {
  const free: SharedWorker[] = await Promise.all(
    Array.from({ length: count }, async () => {
      const taskQueue = `shared-${randomUUID()}`;
      const child = await startChaosWorker(chaos, { taskQueue });
      return { taskQueue, child };
    }),
  );
  const workers = [...free];
  const waiting: ((worker: SharedWorker) => void)[] = [];
  return {
    async use(test: (worker: SharedWorker) => Promise<void>): Promise<void> {
      const worker = free.pop() ?? (await new Promise<SharedWorker>((resolve) => waiting.push(resolve)));
      try {
        await test(worker);
      } finally {
        const next = waiting.shift();
        if (next === undefined) free.push(worker);
        else next(worker);
      }
    },
    stop: () => Promise.all(workers.map(({ child }) => child.stop())),
  };
}
