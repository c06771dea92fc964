import express, { type Express } from 'express';
import type { CancelJob } from '../client/cancel-job.ts';
import type { SupportWorkflows } from '../client/support-workflow.ts';
import type { StartJob } from '../client/start-job.ts';
import type { AssetStore } from '../jobs/asset-store.ts';
import type { RequestRules } from '../jobs/job-request-rules.ts';
import type { Database } from '../ledger/database.ts';
import type { Logger } from '../runtime/logger.ts';
import type { Readiness } from '../runtime/readiness.ts';
import { logAccess } from './access-log.ts';
import { createAdmitSubmission } from './admit-submission.ts';
import { createAnswerJob } from './answer-job.ts';
import { answerInTime } from './answer-in-time.ts';
import { createAuthenticate } from './authenticate.ts';
import { createActingFor, type ActingFor } from './authorize.ts';
import { reportUnavailable } from './available-database.ts';
import { createRouter } from './create-router.ts';
import { answerErrors } from './handle-error.ts';
import type { JobWatches } from './job-watches.ts';
import type { TemporalUi } from './job-view.ts';
import { Problem } from './problem.ts';
import { identifyRequests } from './request-identity.ts';
import type { Route } from './route.ts';
import { openAccountRoute, readAccountRoute } from './routes/accounts.ts';
import { balanceRoute } from './routes/balance.ts';
import { cancelJobRoute } from './routes/cancel-job.ts';
import { catalogueRoute } from './routes/catalogue.ts';
import { decideReviewRoute } from './routes/decide-review.ts';
import { documentationRoutes, PAGE_PATH } from './routes/documentation.ts';
import { entriesRoute } from './routes/entries.ts';
import { estimateRoute } from './routes/estimate.ts';
import { giveGrantRoute } from './routes/grants.ts';
import { healthRoutes } from './routes/health.ts';
import { jobEventsRoute } from './routes/job-events.ts';
import { inspectJobRoute } from './routes/inspect-job.ts';
import { readLimitsRoute, setLimitsRoute } from './routes/limits.ts';
import { listJobsRoute } from './routes/list-jobs.ts';
import { outputContentRoute } from './routes/output-content.ts';
import { readPlanRoute, setPlanRoute } from './routes/plan.ts';
import { problemPagesRoute } from './routes/problem-pages.ts';
import { quotesRoute } from './routes/quotes.ts';
import { readJobRoute } from './routes/read-job.ts';
import { readOutputRoute } from './routes/read-output.ts';
import { referralsRoute } from './routes/referrals.ts';
import { repairsRoute } from './routes/repairs.ts';
import { reportOutputRoute } from './routes/report-output.ts';
import { listReviewsRoute, readReviewRoute } from './routes/reviews.ts';
import { statementRoute } from './routes/statement.ts';
import { submitJobRoute } from './routes/submit-job.ts';
import { supportCommandRoutes } from './routes/support-commands.ts';
import { usageRoute } from './routes/usage.ts';
import { voidGrantRoute } from './routes/void-grant.ts';
import { createStartFreeRetry } from './start-free-retry.ts';

export type ApiDependencies = {
  readonly database: Database;
  readonly assets: AssetStore;
  readonly watches: JobWatches;
  readonly startJob: StartJob;
  readonly cancelJob: CancelJob;
  readonly supportWorkflows: SupportWorkflows;
  readonly readiness: Readiness;
  readonly temporalUi: TemporalUi;
  /** The address callers reach us under, for the pages that problems point to. */
  readonly publicUrl: string;
  readonly rules: RequestRules;
  readonly log: Logger;
  /** How long an answer may take, beyond what it was asked to wait; absent: as long as the conventions allow. */
  readonly answerWithinMs?: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};

/** The HTTP API, without a server around it. */
export function createApi(dependencies: ApiDependencies): Express {
  const { log, now, publicUrl, answerWithinMs } = dependencies;
  const database = reportUnavailable(dependencies.database);
  const actingFor = createActingFor(database, now);
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');

  app.use(identifyRequests(now), logAccess(log, now), answerInTime(publicUrl, answerWithinMs));
  app.use(
    createRouter(routesOf({ ...dependencies, database, actingFor }), {
      authenticate: createAuthenticate(database, now),
      actingFor,
    }),
  );
  app.use(() => {
    throw new Problem('not_found', {
      detail: `There is no such page. Every call is described at ${PAGE_PATH}.`,
    });
  });
  app.use(answerErrors({ log, publicUrl }));
  return app;
}

/** Every call there is. */
export function routesOf(deps: ApiDependencies & { readonly actingFor: ActingFor }): readonly Route[] {
  const parts = {
    ...deps,
    answerJob: createAnswerJob(deps.temporalUi),
    admit: createAdmitSubmission(deps),
    startFreeRetry: createStartFreeRetry(deps),
  };
  return [
    ...documentationRoutes(),
    ...healthRoutes(parts),
    problemPagesRoute(),
    quotesRoute(parts),
    submitJobRoute(parts),
    listJobsRoute(parts),
    readJobRoute(parts),
    jobEventsRoute(parts),
    cancelJobRoute(parts),
    ...supportCommandRoutes(parts),
    inspectJobRoute(parts),
    repairsRoute(parts),
    readOutputRoute(parts),
    outputContentRoute(parts),
    reportOutputRoute(parts),
    listReviewsRoute(parts),
    readReviewRoute(parts),
    decideReviewRoute(parts),
    balanceRoute(parts),
    entriesRoute(parts),
    statementRoute(parts),
    estimateRoute(parts),
    catalogueRoute(),
    usageRoute(parts),
    openAccountRoute(parts),
    readAccountRoute(parts),
    giveGrantRoute(parts),
    voidGrantRoute(parts),
    setPlanRoute(parts),
    readPlanRoute(parts),
    referralsRoute(parts),
    setLimitsRoute(parts),
    readLimitsRoute(parts),
  ];
}
