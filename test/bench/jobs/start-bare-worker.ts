import { nodeChild } from '../../../dev/stack/node-child.ts';
import type { SupervisedChild } from '../../../dev/supervisor/supervisor.ts';
import { runChild } from '../../harness/run-child.ts';

export const BARE_TASK_QUEUE = 'bench-bare';

/** The process that runs the bare workflows. What it never uses it is given all the same: its settings are a worker's. */
export function startBareWorker(options: {
  readonly home: string;
  readonly temporalAddress: string;
}): Promise<SupervisedChild> {
  const spec = nodeChild({
    name: 'worker',
    entry: 'test/bench/jobs/bare-worker.ts',
    stopTimeoutMs: 5_000,
    env: {
      NODE_ENV: 'test',
      LOG_LEVEL: 'warn',
      READY_LINE: 'true',
      DATABASE_URL: 'postgresql://unused@127.0.0.1:1/unused',
      ASSET_HOME: options.home,
      TEMPORAL_ADDRESS: options.temporalAddress,
      TEMPORAL_TASK_QUEUE: BARE_TASK_QUEUE,
    },
  });
  return runChild({ ...spec, name: 'bare-worker' }, options.home);
}
