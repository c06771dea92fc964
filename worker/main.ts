import { randomUUID } from 'node:crypto';
import { Client, isGrpcServiceError } from '@temporalio/client';
import { createClockActivities } from '../activities/maintenance/advance-clocks.ts';
import { createCreditMaintenance } from '../activities/maintenance/maintain-credits.ts';
import { createJobActivities } from '../activities/job-activities.ts';
import { resolveBySystem } from '../runtime/outbound/checked-lookup.ts';
import { createOpenOutside } from '../runtime/outbound/open-outside.ts';
import { createPostOutside } from '../runtime/outbound/post-outside.ts';
import { createProviderRegistry } from '../activities/providers/provider-registry.ts';
import { createReconcileActivities } from '../activities/maintenance/reconcile-reservations.ts';
import { createAssetSweepActivities } from '../activities/maintenance/sweep-assets.ts';
import { createAssetNeeds, createAssetSweep } from '../assets/asset-sweep.ts';
import { CatalogueError } from '../catalogue/catalogue-error.ts';
import { loadCatalogue } from '../catalogue/load-catalogue.ts';
import { openAssetStore } from '../assets/open-asset-store.ts';
import { planRulesOf } from '../domain/credits/plans.ts';
import { readWorkerConfig } from '../runtime/settings/config.ts';
import { PROVIDER_NAMES } from '../runtime/settings/model-services-config.ts';
import { showStartFaults } from '../runtime/show-start-faults.ts';
import { warnOfDatabase } from '../runtime/describe-database-fault.ts';
import { createDatabasePool } from '../runtime/database-pool.ts';
import { createLogger } from '../runtime/logger.ts';
import { announceReady } from '../runtime/process-ready.ts';
import { endInOrder, type StopStep } from '../runtime/shutdown.ts';
import { connectTemporal } from '../runtime/temporal/temporal-connection.ts';
import { connectTemporalNatively } from '../runtime/temporal/temporal-native-connection.ts';
import { temporalStartFault } from '../runtime/temporal/temporal-start-fault.ts';
import { createProviders } from './create-providers.ts';
import { createWorker } from './create-worker.ts';
import { ensureFixtures } from './ensure-fixtures.ts';
import { createProcessMetrics } from '../runtime/metrics/process-metrics.ts';
import { readMetrics } from '../jobs/reads/read-metrics.ts';
import { serveHealth } from './health-server.ts';
import { installRuntime } from './install-runtime.ts';
import { createWorkerReadiness } from './worker-readiness.ts';
import { publishAtStart } from '../ledger/price-lists.ts';
import { createWebhookDeliveries } from '../jobs/webhooks/webhook-deliveries.ts';
import { startWebhookSender, WEBHOOK_POST_LIMITS } from './webhooks/send-webhooks.ts';
import { webhookBody } from './webhooks/webhook-body.ts';

/** The worker process: runs workflows and activities until it is told to stop. */

showStartFaults();
const config = readWorkerConfig();
const log = createLogger({ name: 'worker', level: config.logLevel });
installRuntime(log, config.metricsAddress);

/** What is open, closed in reverse order. */
const opened: StopStep[] = [];
const shutdown = endInOrder({
  log,
  timeoutMs: (config.shutdownGraceSeconds + 10) * 1_000,
  steps: opened,
});

const catalogue = await loadCatalogue(config.cataloguePath, { providers: PROVIDER_NAMES });
const assets = await openAssetStore(config.assets, { access: 'write', log });
const pool = createDatabasePool({ config: config.database, applicationName: 'holdfast-worker', log });
opened.unshift({ name: 'database', stop: () => pool.end() });
const readiness = createWorkerReadiness({ database: pool, assets });
// It listens before PostgreSQL is up, so that an orchestrator learns what it waits for.
if (config.healthAddress !== null) {
  const metrics = createProcessMetrics(() => readMetrics(pool), Date.now);
  const health = await serveHealth(config.healthAddress, readiness.ask, metrics.read);
  opened.unshift({ name: 'health', stop: health.stop });
}
const refused = await publishAtStart(pool, catalogue.priceLists, warnOfDatabase(log, config.database));
if (refused.length > 0) throw new CatalogueError(refused.map((fault) => ({ path: 'priceLists', fault })));
const connection = await connectTemporal(config.temporal);
const nativeConnection = await connectTemporalNatively(config.temporal);
opened.unshift({
  name: 'temporal',
  stop: () => Promise.all([connection.close(), nativeConnection.close()]),
});
const client = new Client({ connection, namespace: config.temporal.namespace });

const providers = createProviderRegistry(createProviders(config));
const jobActivities = createJobActivities({
  database: pool,
  providers,
  assets,
  heartbeatTimeoutSeconds: config.heartbeatTimeoutSeconds,
  providerWebhookUrl: config.providerWebhookUrl,
  limits: config.providerLimits,
  rules: { ...config, catalogue, providers: providers.names },
  openOutside: createOpenOutside(resolveBySystem, { allowsLocal: config.allowsLocalAssetUrls }),
});
const reconcileActivities = createReconcileActivities({
  database: pool,
  client,
  jobActivities,
  providers,
  models: catalogue.models,
  graceSeconds: config.reconcileGraceSeconds,
});

await ensureFixtures(client, config).catch((error: unknown) => {
  throw isGrpcServiceError(error) ? temporalStartFault(error, config.temporal) : error;
});
const worker = await createWorker(config, nativeConnection, {
  ...jobActivities,
  ...reconcileActivities,
  ...createClockActivities({ database: pool, planRules: planRulesOf(catalogue), jobActivities }),
  ...createCreditMaintenance(pool, planRulesOf(catalogue)),
  ...createAssetSweepActivities(createAssetSweep(assets, createAssetNeeds(pool))),
});
const running = worker.run();
opened.unshift({
  name: 'worker',
  stop: () => {
    worker.shutdown();
    return running;
  },
});
running.catch((error: unknown) => {
  shutdown.begin('the worker failed', error);
});
const webhooks = startWebhookSender({
  deliveries: createWebhookDeliveries(pool, randomUUID()),
  bodyOf: (delivery) => webhookBody(pool, delivery),
  post: createPostOutside(resolveBySystem, { allowsLocal: config.allowsLocalAssetUrls }, WEBHOOK_POST_LIMITS),
  log,
  now: Date.now,
  random: Math.random,
});
opened.unshift({ name: 'webhooks', stop: webhooks.stop });
const { taskQueue } = config.temporal;
readiness.runs({ client, worker, taskQueue });
announceReady(config);
log.info({ taskQueue, providers: providers.names }, 'worker is running');
