import { inspect } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker, type LogEntry } from '@temporalio/worker';
import { inject } from 'vitest';
import type { JobActivities } from '../../activities/job-activities.ts';
import { createHoldfastClient, type HoldfastClient, type OwnedJob } from '../../client/temporal-client.ts';
import { bundleWorkflows } from '../../dev/stack/workflow-bundle.ts';
import { jobIdOf } from '../../contract/derived-ids.ts';
import type { Model } from '../../domain/work/models.ts';
import type { LimitsOfProviders } from '../../domain/work/provider-limits.ts';
import { createActivitiesFixture, type ActivitiesFixture } from '../activities/activities-fixture.ts';

/** The warnings that this file's workflows have logged: nothing prints them. */
export const warnings: LogEntry[] = [];

/** A workflow that fails is the subject of some tests and no news. */
Runtime.install({
  logger: new DefaultLogger('WARN', (entry) => {
    if (entry.level === 'WARN') warnings.push(entry);
    else process.stderr.write(`[${entry.level}] ${entry.message} ${inspect(entry.meta)}\n`);
  }),
  shutdownSignals: [],
});

export type WorkflowFixture = ActivitiesFixture & {
  readonly temporal: Client;
  /** A worker with the real workflows and activities and a client of it, for a model service at this address. */
  readonly startWorker: (serviceUrl: string, build?: WorkerBuild) => Promise<RunningWorker>;
};

export type WorkerBuild = {
  /** Of other workflow code than that of this checkout. */
  readonly bundlePath?: string;
  /** Activities that fail as a test wants it, in place of some of the real ones. */
  readonly failing?: (real: JobActivities) => Partial<JobActivities>;
  /** That of another worker, whose jobs it goes on with. */
  readonly taskQueue?: string;
  /** What it offers; absent: the shipped catalogue's, without limits of providers. */
  readonly models?: readonly Model[];
  readonly limits?: LimitsOfProviders;
  /** The most activities that it runs at once. */
  readonly activitySlots?: number;
  /** Whose jobs it names; the fixture's own account unless told otherwise. */
  readonly accountId?: string;
};

export type RunningWorker = {
  readonly taskQueue: string;
  readonly client: HoldfastClient;
  readonly jobOf: (key: string) => OwnedJob & { readonly jobId: string };
  readonly stop: () => Promise<void>;
};

/** Real PostgreSQL, Temporal and HTTP; the model service is the test's. */
export async function createWorkflowFixture(): Promise<WorkflowFixture> {
  const activities = await createActivitiesFixture();
  const address = inject('temporalAddress');
  const connection = await Connection.connect({ address });
  const temporal = new Client({ connection });
  let workers = 0;
  return {
    ...activities,
    temporal,
    async startWorker(serviceUrl, build = {}) {
      const accountId = build.accountId ?? activities.accountId;
      const taskQueue = build.taskQueue ?? `${activities.accountId}-${String(++workers)}`;
      const real = activities.activitiesAt(serviceUrl, build.models, build.limits);
      const native = await NativeConnection.connect({ address });
      const worker = await Worker.create({
        connection: native,
        taskQueue,
        workflowBundle: { codePath: build.bundlePath ?? (await bundleWorkflows()) },
        activities: { ...real, ...build.failing?.(real) },
        ...(build.activitySlots && { maxConcurrentActivityTaskExecutions: build.activitySlots }),
        maxHeartbeatThrottleInterval: '500 milliseconds',
        defaultHeartbeatThrottleInterval: '500 milliseconds',
      });
      const running = worker.run();
      return {
        taskQueue,
        client: createHoldfastClient({ client: temporal, taskQueue }),
        jobOf: (idempotencyKey) => ({
          accountId,
          idempotencyKey,
          jobId: jobIdOf(accountId, idempotencyKey),
        }),
        async stop() {
          worker.shutdown();
          await running;
          await native.close();
        },
      };
    },
    async close() {
      await connection.close();
      await activities.close();
    },
  };
}
