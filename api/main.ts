import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import { createAdvanceClock } from '../client/move-clock.ts';
import { createCancelJob } from '../client/cancel-job.ts';
import { createSupportWorkflows } from '../client/support-workflow.ts';
import { CatalogueError } from '../catalogue/catalogue-error.ts';
import { loadCatalogue } from '../catalogue/load-catalogue.ts';
import { createStartJob } from '../client/start-job.ts';
import { openAssetStore } from '../assets/open-asset-store.ts';
import { providersOf } from '../contract/job-request/parse-job-request.ts';
import { readApiConfig } from '../runtime/settings/config.ts';
import { PROVIDER_NAMES } from '../runtime/settings/model-services-config.ts';
import { showStartFaults } from '../runtime/show-start-faults.ts';
import { warnOfDatabase } from '../runtime/describe-database-fault.ts';
import { createDatabasePool } from '../runtime/database-pool.ts';
import { createLogger } from '../runtime/logger.ts';
import { createEndableReadiness } from '../runtime/readiness.ts';
import { announceReady } from '../runtime/process-ready.ts';
import { publicUrlOf } from '../runtime/settings/public-url.ts';
import { endInOrder } from '../runtime/shutdown.ts';
import { lazilyConnectTemporal } from '../runtime/temporal/temporal-connection.ts';
import { createApiReadiness } from './meta/api-readiness.ts';
import { createBadRequestResponder } from './http/request/bad-request.ts';
import { readConsolePages } from './meta/console-pages.ts';
import { createApi } from './create-api.ts';
import { createAccountFeeds } from './events/account-feeds.ts';
import { createWebhookVerifiers } from './provider-webhooks/webhook-verifiers.ts';
import { reportUnavailable } from './http/available-database.ts';
import { serve } from './http/serve.ts';
import { openForSale } from '../ledger/open-for-sale.ts';

const LINK_SECRET_BYTES = 32;

/** Finishing requests (10 s) and closing connections, after the notice. */
const SHUTDOWN_TIMEOUT_MS = 15_000;

showStartFaults();
const config = readApiConfig();
const log = createLogger({ name: 'api', level: config.logLevel });
const catalogue = await loadCatalogue(config.cataloguePath, { providers: PROVIDER_NAMES });
const providers = providersOf(config);
const assets = await openAssetStore(config.assets, { access: 'read', log });
const pool = createDatabasePool({ config: config.database, applicationName: 'holdfast api', log });
// It listens before PostgreSQL is up, so that an orchestrator learns what it waits for (/readyz).
const { database, isOpen, opened } = openForSale(
  pool,
  catalogue.priceLists,
  warnOfDatabase(log, config.database),
);
// Lazily: while Temporal is away the API serves what needs PostgreSQL alone.
const connection = await lazilyConnectTemporal(config.temporal);
const client = new Client({ connection, namespace: config.temporal.namespace });
const feeds = createAccountFeeds(reportUnavailable(database), log);

const pages = readConsolePages(config.consolePages);
const webhookVerifiers = createWebhookVerifiers(config.providerWebhooks);

const publicUrlAt = (port: number) => publicUrlOf(config, port);

const { readiness, end: endReadiness } = createEndableReadiness(
  createApiReadiness({
    database: pool,
    isOpen,
    client,
    taskQueue: config.temporal.taskQueue,
    now: Date.now,
  }),
);

const server = await serve(
  config,
  (port) =>
    createApi({
      database,
      assets,
      feeds,
      webhookVerifiers,
      startJob: createStartJob({
        client,
        taskQueue: config.temporal.taskQueue,
        offer: { models: catalogue.models, providers },
      }),
      cancelJob: createCancelJob(client),
      advanceClock: createAdvanceClock(client, config.temporal.taskQueue),
      supportWorkflows: createSupportWorkflows(client),
      readiness,
      temporalUi:
        config.temporalUiUrl === null
          ? null
          : { url: config.temporalUiUrl, namespace: config.temporal.namespace },
      publicUrl: publicUrlAt(port),
      portalUrl: config.portalUrl,
      // Without any (refused in production) links end with the process.
      linkSecrets: config.linkSecrets ?? [randomBytes(LINK_SECRET_BYTES).toString('hex')],
      console: config.console,
      pages,
      portalFrameAncestors: config.portalFrameAncestors,
      rules: { ...config, catalogue, providers },
      rateLimits: config.rateLimits,
      admissionsInFlight: config.admissionsInFlight,
      trustedProxies: config.trustedProxies,
      allowedOrigins: config.allowedOrigins,
      log,
      now: Date.now,
    }),
  (port) => createBadRequestResponder(publicUrlAt(port)),
);
endInOrder({
  log,
  timeoutMs: config.shutdownNoticeMs + SHUTDOWN_TIMEOUT_MS,
  steps: [
    {
      // A load balancer is told first, and everything is served until it has noticed.
      name: 'readiness',
      stop: () => {
        endReadiness();
        server.announceStop();
        return sleep(config.shutdownNoticeMs);
      },
    },
    {
      name: 'requests',
      stop: () => {
        const drained = server.stop();
        feeds.closeAll();
        return drained;
      },
    },
    { name: 'temporal', stop: () => connection.close() },
    { name: 'database', stop: () => pool.end() },
  ],
});

log.info({ host: config.host, port: server.port }, 'listening');
const refused = await opened;
if (refused.length > 0) throw new CatalogueError(refused.map((fault) => ({ path: 'priceLists', fault })));
announceReady(config, { port: server.port });
