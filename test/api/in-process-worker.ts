import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type pg from 'pg';
import { inject } from 'vitest';
import { createClockActivities } from '../../activities/maintenance/advance-clocks.ts';
import { createJobActivities } from '../../activities/job-activities.ts';
import { resolveBySystem } from '../../runtime/outbound/checked-lookup.ts';
import { createOpenOutside } from '../../runtime/outbound/open-outside.ts';
import { createGenericProvider } from '../../activities/providers/generic/generic-provider.ts';
import { createProviderRegistry } from '../../activities/providers/provider-registry.ts';
import { bundleWorkflows } from '../../dev/stack/workflow-bundle.ts';
import { createDiskAssetStore } from '../../assets/disk-asset-store.ts';
import { startService } from '../model-service/running-service.ts';
import { SUPERSCALE_PLAN_RULES, SUPERSCALE_RULES } from '../harness/superscale.ts';

/** A workflow that fails is the subject of some tests and no news. */
Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });

const LOCAL_ADDRESSES = {
  openOutside: createOpenOutside(resolveBySystem, { allowsLocal: true }),
  fetchLimits: { tryTimeoutMs: 2_000, pausesMs: [50, 100] },
} as const;

/** The real workflows and activities on a task queue of their own, with the model service in instant mode. */
export async function startWorker(options: {
  readonly taskQueue: string;
  readonly pool: pg.Pool;
  readonly assetHome: string;
  /** May open addresses of this machine, and does not wait long for them. */
  readonly opensLocalAddresses?: boolean;
}): Promise<{ readonly stop: () => Promise<void>; readonly modelHome: string }> {
  const modelService = await startService();
  const connection = await NativeConnection.connect({ address: inject('temporalAddress') });
  const jobActivities = createJobActivities({
    database: options.pool,
    providers: createProviderRegistry([createGenericProvider({ name: 'local', baseUrl: modelService.url })]),
    assets: createDiskAssetStore(options.assetHome),
    heartbeatTimeoutSeconds: 5,
    rules: SUPERSCALE_RULES,
    ...(options.opensLocalAddresses === true ? LOCAL_ADDRESSES : {}),
  });
  const worker = await Worker.create({
    connection,
    taskQueue: options.taskQueue,
    workflowBundle: { codePath: await bundleWorkflows() },
    activities: {
      ...jobActivities,
      ...createClockActivities({ database: options.pool, planRules: SUPERSCALE_PLAN_RULES, jobActivities }),
    },
    shutdownGraceTime: '1 second',
  });
  const running = worker.run();
  return {
    modelHome: modelService.home,
    async stop() {
      worker.shutdown();
      await running;
      await connection.close();
      await modelService.dispose();
    },
  };
}
