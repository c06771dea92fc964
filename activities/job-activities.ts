import type { Database } from '../ledger/database.ts';
import { isFreeRetryRequest } from '../domain/free-retry.ts';
import { createAdmitJob } from '../jobs/admit-job.ts';
import type { AssetStore } from '../jobs/asset-store.ts';
import { createAttempts } from '../jobs/attempts.ts';
import { createJobProgress } from '../jobs/job-progress.ts';
import type { RequestRules } from '../jobs/job-request-rules.ts';
import { readEditSources } from '../jobs/read-edit-sources.ts';
import type { GenerationStart } from '../workflows/messages.ts';
import { createAdmitFreeRetry } from './admit-free-retry.ts';
import { createReferences, readReferences } from '../jobs/reference-assets.ts';
import { createSettleOutput } from '../jobs/settle-output.ts';
import { readFreeRetry } from '../jobs/read-free-retry.ts';
import { readJobResult } from '../jobs/read-job-result.ts';
import { readStageResults } from '../jobs/read-stage-results.ts';
import { takeUpOutput } from '../jobs/take-up-output.ts';
import { createAdmit } from './admit.ts';
import { createConfirmNews } from './confirm-news.ts';
import { endPermanentErrors } from './end-permanent-errors.ts';
import { createHandOver } from './hand-over.ts';
import { createHasStarted } from './has-started.ts';
import { createReleaseOutputs } from './release-outputs.ts';
import { createMarkStuck } from './mark-stuck.ts';
import { createResolve } from './resolve.ts';
import { createCollectLate, createRunAttempt } from './run-attempt.ts';
import { createSettle, createSettleOverdue } from './settle.ts';
import { createStopAttempts } from './stop-attempts.ts';
import { findThisProcess } from './this-process.ts';
import { createTakeUpOutput } from './take-up-output.ts';
import { createObeySupport } from './support-command.ts';
import { resolveBySystem } from './outbound/checked-lookup.ts';
import { createOpenOutside, type OpenOutside } from './outbound/open-outside.ts';
import type { ProviderRegistry } from './providers/provider-registry.ts';
import { createCheckPicture } from './references/check-picture.ts';
import { FETCH_LIMITS, type FetchLimits } from './references/fetch-reference.ts';
import { createKeepReferences } from './references/keep-references.ts';

export type JobActivityDependencies = {
  readonly database: Database;
  readonly providers: ProviderRegistry;
  readonly assets: AssetStore;
  readonly heartbeatTimeoutSeconds: number;
  readonly rules: RequestRules;
  /** How addresses that customers name are opened; absent: https and public machines only. */
  readonly openOutside?: OpenOutside;
  /** Absent: as long as a customer may be kept waiting. */
  readonly fetchLimits?: FetchLimits;
};

export type JobActivities = ReturnType<typeof createJobActivities>;

/** What the workflows of a job can have done, in the order of its life. Workflows see the type of this only. */
export function createJobActivities(dependencies: JobActivityDependencies) {
  const { database, providers, assets } = dependencies;
  const thisProcess = findThisProcess();
  const attempts = createAttempts(database, thisProcess.id);
  const progress = createJobProgress(database);
  const settleOutput = createSettleOutput(database);
  const settle = createSettle(settleOutput);
  const admitJob = createAdmitJob(database);
  const admit = createAdmit(admitJob, readEditSources.bind(null, database), dependencies);
  const admitFreeRetry = createAdmitFreeRetry(admitJob, readFreeRetry.bind(null, database), dependencies);
  const handOver = createHandOver(
    readStageResults.bind(null, database),
    readReferences.bind(null, database),
    assets,
  );
  const run = { attempts, progress, providers, assets, handOver };
  return endPermanentErrors({
    admit: (start: GenerationStart) =>
      isFreeRetryRequest(start.request) ? admitFreeRetry(start) : admit(start),
    takeUpOutput: createTakeUpOutput(takeUpOutput.bind(null, database), dependencies),
    keepReferences: createKeepReferences({
      references: createReferences(database),
      assets,
      checkPicture: createCheckPicture(),
      openOutside: dependencies.openOutside ?? createOpenOutside(resolveBySystem, { allowsLocal: false }),
      fetchLimits: dependencies.fetchLimits ?? FETCH_LIMITS,
    }),
    runAttempt: createRunAttempt(run),
    resolve: createResolve({ attempts, providers, thisProcess }),
    collectLate: createCollectLate(attempts, run),
    stopAttempts: createStopAttempts(attempts, providers),
    hasStarted: createHasStarted(attempts, providers),
    markStuck: createMarkStuck(attempts, progress),
    obeySupport: createObeySupport(database, providers),
    confirmNews: createConfirmNews(attempts),
    settle,
    settleOverdue: createSettleOverdue(settleOutput),
    releaseOutputs: createReleaseOutputs(settle),
    readJobResult: readJobResult.bind(null, database),
  });
}
