import express, { type Express } from 'express';
import type { AdvanceClock } from '../client/move-clock.ts';
import type { CancelJob } from '../client/cancel-job.ts';
import type { SupportWorkflows } from '../client/support-workflow.ts';
import type { StartJob } from '../client/start-job.ts';
import type { AssetStore } from '../assets/asset-store.ts';
import type { RequestRules } from '../contract/job-request/parse-job-request.ts';
import { createPricingOf } from '../ledger/price-lists.ts';
import type { Database } from '../ledger/database.ts';
import type { Logger } from '../runtime/logger.ts';
import type { RateLimits } from '../runtime/settings/rate-limits-setting.ts';
import type { Readiness } from '../runtime/readiness.ts';
import { createProcessMetrics, type ProcessMetrics } from '../runtime/metrics/process-metrics.ts';
import { readMetrics } from '../jobs/reads/read-metrics.ts';
import { metricsRoute } from './meta/metrics-route.ts';
import { measureRequests } from './http/measure-requests.ts';
import { logAccess } from './http/access-log.ts';
import { createAdmissionQueue } from './jobs/admission-queue.ts';
import { createPrepareAdmission } from './jobs/admit-submission.ts';
import { createSendJob } from './jobs/send-job.ts';
import { allowOrigins } from './http/cross-origin.ts';
import { limitRequestTime } from './http/request/request-timeout.ts';
import { createAuthenticate } from './access/authenticate.ts';
import { createLimitAddresses } from './access/limit-addresses.ts';
import { createLimitRequests } from './access/limit-requests.ts';
import { createActingFor, type ActingFor } from './access/authorize.ts';
import { reportUnavailable } from './http/available-database.ts';
import { createRouter } from './http/create-router.ts';
import { handleErrors } from './http/handle-error.ts';
import type { AccountFeeds } from './events/account-feeds.ts';
import type { TemporalUi } from '../jobs/reads/job-view.ts';
import { Problem } from './http/problem.ts';
import { requireClearHeaders } from './http/request/request-headers.ts';
import { identifyRequests } from './http/request/request-id.ts';
import type { Route } from './http/route.ts';
import { accountActionsRoute } from './credits/account-actions-route.ts';
import { openAccountRoute, readAccountRoute } from './credits/accounts-route.ts';
import { balanceDaysRoute } from './credits/balance-days-route.ts';
import { balanceRoute } from './credits/balance-route.ts';
import { cancelJobRoute } from './jobs/cancel-job-route.ts';
import { catalogueRoute } from './meta/catalogue-route.ts';
import { costsRoute, unknownBillsRoute } from './support/costs-route.ts';
import { ledgerChecksRoute, ledgerReportRoute } from './support/ledger-routes.ts';
import { decideReviewRoute } from './support/decide-review-route.ts';
import type { ConsolePages } from './meta/console-pages.ts';
import { consolePagesRoutes } from './meta/console-pages-route.ts';
import { DOCS_PATH, documentationRoutes } from './meta/documentation-route.ts';
import { openApiRoute } from './document/openapi-route.ts';
import { entriesRoute } from './credits/entries-route.ts';
import { estimateRoute } from './credits/estimate-route.ts';
import { historyRoute } from './credits/history-route.ts';
import { usageByDayRoute } from './credits/usage-by-day-route.ts';
import { freezeRoutes } from './credits/freeze-route.ts';
import { giveGrantRoute } from './credits/grants-route.ts';
import { healthRoutes } from './meta/health-route.ts';
import { jobEventsRoute } from './jobs/job-events-route.ts';
import { webhookDeliveryRoutes } from './events/webhook-deliveries-routes.ts';
import { webhookEndpointRoutes } from './events/webhook-endpoints-routes.ts';
import { accountEventsRoute } from './events/account-events-route.ts';
import { inspectJobRoute } from './support/inspect-job-route.ts';
import { limitsRoutes } from './credits/limits-route.ts';
import { keyRoutes } from './access/keys-route.ts';
import type { ConsoleSettings } from './access/console-proxy.ts';
import { consoleSessionRoutes } from './access/console-sessions-route.ts';
import { outputLinkRoutes } from './jobs/output-link-routes.ts';
import { createOutputLinks } from './jobs/output-links.ts';
import { portalSessionRoutes } from './access/portal-sessions-route.ts';
import { listJobsRoute } from './jobs/list-jobs-route.ts';
import { outputReferencesRoutes } from './jobs/output-references-routes.ts';
import { outputContentRoute } from './jobs/output-content-route.ts';
import { readPlanRoute, setPlanRoute } from './credits/plan-route.ts';
import { problemPagesRoute } from './meta/problem-pages-route.ts';
import { providerWebhookRoute } from './provider-webhooks/provider-webhook-route.ts';
import type { WebhookVerifiers } from './provider-webhooks/webhook-verifiers.ts';
import { quotesRoute } from './jobs/quotes-route.ts';
import { readJobRoute } from './jobs/read-job-route.ts';
import { readOutputRoute } from './jobs/read-output-route.ts';
import { referralsRoute } from './credits/referrals-route.ts';
import { attentionRoute } from './support/attention-route.ts';
import { modelsRoute } from './support/models-route.ts';
import { repairsRoute } from './support/repairs-route.ts';
import { searchRoute } from './support/search-route.ts';
import { reportOutputRoute } from './support/report-output-route.ts';
import { listReviewsRoute, readReviewRoute } from './support/reviews-route.ts';
import { statementRoute } from './credits/statement-route.ts';
import { submitJobRoute } from './jobs/submit-job-route.ts';
import { supportCommandRoutes } from './support/support-commands-route.ts';
import { advanceClockRoute, readClockRoute } from './credits/clock-routes.ts';
import { setPriceListRoute } from './credits/price-list-route.ts';
import { usageRoute } from './credits/usage-route.ts';
import { voidGrantRoute } from './credits/void-grant-route.ts';
import { createStartFreeRetry } from './support/start-free-retry.ts';

export type ApiDependencies = {
  readonly database: Database;
  readonly assets: AssetStore;
  readonly feeds: AccountFeeds;
  readonly startJob: StartJob;
  readonly cancelJob: CancelJob;
  readonly advanceClock: AdvanceClock;
  readonly supportWorkflows: SupportWorkflows;
  readonly readiness: Readiness;
  /** How webhooks of model services are verified, by provider. */
  readonly webhookVerifiers: WebhookVerifiers;
  readonly temporalUi: TemporalUi;
  /** The API's public address, for the pages that problems point to. */
  readonly publicUrl: string;
  /** Where a portal session's browser is sent; null: /portal under publicUrl. */
  readonly portalUrl: string | null;
  /** The secrets of output links: the first signs, all are accepted. */
  readonly linkSecrets: readonly [string, ...string[]];
  /** How people sign in to the console without a key. */
  readonly console: Omit<ConsoleSettings, 'publicUrl'>;
  /** The built pages of /portal and /console, and whose pages may show the portal in a frame. */
  readonly pages: ConsolePages;
  readonly portalFrameAncestors: readonly string[];
  readonly rules: RequestRules;
  readonly rateLimits: RateLimits;
  /** Admissions under way at a time. */
  readonly admissionsInFlight: number;
  /** The proxies whose X-Forwarded-For is trusted: addresses and networks. */
  readonly trustedProxies: readonly string[];
  /** The origins whose pages may call the API. */
  readonly allowedOrigins: readonly string[];
  readonly log: Logger;
  /** How long a response may take, beyond a wait that was asked for; absent: the default. */
  readonly respondWithinMs?: number;
  /** The most bytes of bodies that are being read, all together. */
  readonly mostBodyBytes?: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};

/** The HTTP API, without a server around it. */
export function createApi(dependencies: ApiDependencies): Express {
  const { log, now, publicUrl, respondWithinMs } = dependencies;
  const database = reportUnavailable(dependencies.database);
  const actingFor = createActingFor(database, now);
  const limitAddresses = createLimitAddresses(dependencies.rateLimits.address, now);
  const metrics = createProcessMetrics(() => readMetrics(database), now);
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  // Which calls have a tag is said in the contract. Express would answer 304 to `If-None-Match: *` for any.
  Object.defineProperty(app.request, 'fresh', { value: false });
  app.set('trust proxy', dependencies.trustedProxies);

  app.use(
    identifyRequests(now, dependencies.mostBodyBytes),
    allowOrigins(dependencies.allowedOrigins),
    logAccess(log, now),
    measureRequests(metrics.registry, now),
    limitRequestTime(publicUrl, respondWithinMs),
    requireClearHeaders,
  );
  app.use(
    createRouter(routesOf({ ...dependencies, database, actingFor, readMetrics: metrics.read }), {
      authenticate: createAuthenticate(database, now, limitAddresses, { ...dependencies.console, publicUrl }),
      actingFor,
      limitRequests: createLimitRequests(database, dependencies.rateLimits, now),
      limitAddresses,
      limitSignIns: createLimitAddresses(dependencies.rateLimits.sign_in, now, 'sign_ins_per_address'),
    }),
  );
  app.use(() => {
    throw new Problem('not_found', {
      detail: `There is no such page. Every call is described at ${DOCS_PATH}.`,
    });
  });
  app.use(handleErrors({ log, publicUrl }));
  return app;
}

/** Every call there is. */
export function routesOf(
  deps: ApiDependencies & {
    readonly actingFor: ActingFor;
    readonly readMetrics: ProcessMetrics['read'];
  },
): readonly Route[] {
  const pricingOf = createPricingOf(deps.database, deps.rules.catalogue);
  const parts = {
    ...deps,
    pricingOf,
    sendJob: createSendJob(deps.temporalUi),
    prepareAdmission: createPrepareAdmission({
      ...deps,
      pricingOf,
      admissions: createAdmissionQueue(deps.admissionsInFlight, deps.now),
    }),
    startFreeRetry: createStartFreeRetry(deps),
  };
  return [
    // Looked through in this order: what is asked most comes first.
    readJobRoute(parts),
    submitJobRoute(parts),
    balanceRoute(parts),
    quotesRoute(parts),
    listJobsRoute(parts),
    jobEventsRoute(parts),
    accountEventsRoute(parts),
    ...webhookEndpointRoutes(parts),
    ...webhookDeliveryRoutes(parts),
    cancelJobRoute(parts),
    ...supportCommandRoutes(parts),
    inspectJobRoute(parts),
    repairsRoute(parts),
    searchRoute(parts),
    costsRoute(parts),
    unknownBillsRoute(parts),
    ledgerReportRoute(parts),
    ledgerChecksRoute(parts),
    modelsRoute(parts),
    attentionRoute(parts),
    readOutputRoute(parts),
    outputContentRoute(parts),
    ...outputReferencesRoutes(parts),
    ...outputLinkRoutes({ ...parts, outputLinks: createOutputLinks(deps.linkSecrets) }),
    reportOutputRoute(parts),
    listReviewsRoute(parts),
    readReviewRoute(parts),
    decideReviewRoute(parts),
    entriesRoute(parts),
    statementRoute(parts),
    historyRoute(parts),
    usageByDayRoute(parts),
    balanceDaysRoute(parts),
    estimateRoute(parts),
    catalogueRoute(parts),
    usageRoute(parts),
    ...keyRoutes(parts),
    ...portalSessionRoutes(parts),
    ...consoleSessionRoutes(parts),
    openAccountRoute(parts),
    readAccountRoute(parts),
    giveGrantRoute(parts),
    voidGrantRoute(parts),
    setPlanRoute(parts),
    readPlanRoute(parts),
    ...freezeRoutes(parts),
    referralsRoute(parts),
    setPriceListRoute(parts),
    advanceClockRoute(parts),
    readClockRoute(parts),
    ...limitsRoutes(parts),
    accountActionsRoute(parts),
    providerWebhookRoute(parts),
    ...consolePagesRoutes(parts),
    ...documentationRoutes(),
    openApiRoute(parts),
    ...healthRoutes(parts),
    problemPagesRoute(),
    metricsRoute(parts),
  ];
}
