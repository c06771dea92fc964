import { Client } from '@temporalio/client';
import { createJobActivities } from '../../activities/job-activities.ts';
import { resolveBySystem } from '../../runtime/outbound/checked-lookup.ts';
import { createOpenOutside } from '../../runtime/outbound/open-outside.ts';
import { createGenericProvider } from '../../activities/providers/generic/generic-provider.ts';
import { createOpenAiProvider } from '../../activities/providers/openai/openai-provider.ts';
import type { Provider } from '../../activities/providers/provider.ts';
import { createProviderRegistry } from '../../activities/providers/provider-registry.ts';
import { createReconcileActivities } from '../../activities/maintenance/reconcile-reservations.ts';
import { openAssetStore } from '../../assets/open-asset-store.ts';
import { readWorkerConfig } from '../../runtime/settings/config.ts';
import { createDatabasePool } from '../../runtime/database-pool.ts';
import { createLogger } from '../../runtime/logger.ts';
import { announceReady } from '../../runtime/process-ready.ts';
import { connectTemporal } from '../../runtime/temporal/temporal-connection.ts';
import { connectTemporalNatively } from '../../runtime/temporal/temporal-native-connection.ts';
import { createWorker } from '../../worker/create-worker.ts';
import { installRuntime } from '../../worker/install-runtime.ts';
import { createKiller, killableDatabase, killableProvider } from './kill-points.ts';
import { SUPERSCALE, SUPERSCALE_RULES } from '../harness/superscale.ts';

/** The worker as worker/main.ts composes it, but for parts that kill the process where a test orders it. */

const [orderFile = '', service] = process.argv.slice(2);
const reach = createKiller(orderFile);

const config = readWorkerConfig();
const log = createLogger({ name: 'killable-worker', level: config.logLevel });
installRuntime(log, null);

const database = killableDatabase(
  createDatabasePool({ config: config.database, applicationName: 'killable-worker', log }),
  reach,
);
const connection = await connectTemporal(config.temporal);
const at = { name: 'local', baseUrl: config.modelServices.local ?? '' };
const provider =
  service === 'answers'
    ? asModel('images/gpt-image-1', createOpenAiProvider({ ...at, apiKey: 'sk-1' }))
    : createGenericProvider(at);
const providers = createProviderRegistry([killableProvider(provider, reach)]);
const jobActivities = createJobActivities({
  database,
  providers,
  assets: await openAssetStore(config.assets, { access: 'write', log }),
  heartbeatTimeoutSeconds: config.heartbeatTimeoutSeconds,
  rules: SUPERSCALE_RULES,
  openOutside: createOpenOutside(resolveBySystem, { allowsLocal: true }),
});
const reconcileActivities = createReconcileActivities({
  database,
  client: new Client({ connection, namespace: config.temporal.namespace }),
  jobActivities,
  providers,
  models: SUPERSCALE.models,
  graceSeconds: config.reconcileGraceSeconds,
});
const worker = await createWorker(config, await connectTemporalNatively(config.temporal), {
  ...jobActivities,
  ...reconcileActivities,
});
announceReady(config);
await worker.run();

/** The catalogue of these tests names another model. */
function asModel(model: string, provider: Provider): Provider {
  return {
    ...provider,
    submit: (submission, ...rest) => provider.submit({ ...submission, model }, ...rest),
  };
}
