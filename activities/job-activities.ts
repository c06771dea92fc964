import type { Database } from '../ledger/database.ts';
import { createAdmitJob } from '../jobs/admission/admit-job.ts';
import type { LimitsOfProviders } from '../domain/work/provider-limits.ts';
import type { AssetStore } from '../assets/asset-store.ts';
import { createAttempts } from '../jobs/attempts/attempts.ts';
import { countWebhooks } from '../jobs/attempts/provider-webhooks.ts';
import { createJobProgress } from '../jobs/attempts/job-progress.ts';
import type { RequestRules } from '../contract/job-request/parse-job-request.ts';
import { createReferences } from '../jobs/outputs/reference-records.ts';
import { createSettleOutput } from '../jobs/outputs/settle-outputs.ts';
import { readJobResult } from '../jobs/reads/read-job-result.ts';
import { readStageResults } from '../jobs/attempts/read-stage-results.ts';
import { createAdmit } from './admission/admit.ts';
import { createReadOutputRecord } from './support/read-output-record.ts';
import { endPermanentErrors } from './end-permanent-errors.ts';
import { createModelInput } from './attempts/model-input.ts';
import { createSynchronousRuns, type LinkPauses } from './attempts/synchronous-runs.ts';
import { createRecordEnd } from './attempts/record-end.ts';
import { createTurnWatches } from './attempts/turn-watches.ts';
import { createUploadInputs } from './attempts/upload-inputs.ts';
import { createHasStarted } from './attempts/has-started.ts';
import { createReleaseOutputs } from './settlement/release-outputs.ts';
import { createMarkStuck } from './support/mark-stuck.ts';
import { createResolve } from './support/resolve.ts';
import { createCollectLate, createRunAttempt } from './attempts/run-attempt.ts';
import { createSettle, createSettleOverdue } from './settlement/settle.ts';
import { createStopAttempts } from './attempts/stop-attempts.ts';
import { findThisProcess } from './attempts/this-process.ts';
import { createBeginOutput } from './admission/plan-begun-output.ts';
import { createApplyCommand } from './support/apply-command.ts';
import { resolveBySystem } from '../runtime/outbound/checked-lookup.ts';
import { createOpenOutside, type OpenOutside } from '../runtime/outbound/open-outside.ts';
import { createCheckContent } from './content/check-content.ts';
import { createInspectPicture } from './content/inspect-picture.ts';
import type { ProviderRegistry } from './providers/provider-registry.ts';
import { createWebhookWatches } from './provider-webhooks/webhook-watches.ts';
import { FETCH_LIMITS, type FetchLimits } from './references/fetch-reference.ts';
import { createKeepReferences } from './references/keep-references.ts';

type JobActivityDependencies = {
  readonly database: Database;
  readonly providers: ProviderRegistry;
  readonly assets: AssetStore;
  readonly heartbeatTimeoutSeconds: number;
  /** Limits of providers, over all workers; absent: none. */
  readonly limits?: LimitsOfProviders;
  readonly rules: RequestRules;
  /** The base address for webhooks of model services; absent or null: they are polled only. */
  readonly providerWebhookUrl?: string | null;
  /** Opens addresses that customers name; absent: https and public machines only. */
  readonly openOutside?: OpenOutside;
  /** Absent: FETCH_LIMITS. */
  readonly fetchLimits?: FetchLimits;
  /** Absent: LINK_PAUSES. */
  readonly linkPauses?: LinkPauses;
};

export type JobActivities = ReturnType<typeof createJobActivities>;

/** The activities of a job's workflows, in the order of a job's life. Workflows import the type alone. */
export function createJobActivities(dependencies: JobActivityDependencies) {
  const { database, providers, assets, providerWebhookUrl: webhookBaseUrl = null } = dependencies;
  const thisProcess = findThisProcess();
  const attempts = createAttempts(database, thisProcess.id, dependencies.limits);
  const progress = createJobProgress(database);
  const settleOutput = createSettleOutput(database);
  const settle = createSettle(settleOutput);
  const uploadInputs = createUploadInputs(readStageResults.bind(null, database), assets);
  const inspectPicture = createInspectPicture();
  const checkContent = createCheckContent(inspectPicture);
  const recordEnd = createRecordEnd({ attempts, providers, assets, checkContent });
  const synchronousRuns = createSynchronousRuns(attempts, recordEnd, dependencies.linkPauses);
  const run = {
    ...{ attempts, progress, providers, uploadInputs, recordEnd, synchronousRuns, webhookBaseUrl },
    modelInput: createModelInput(dependencies.rules.catalogue.models),
    turnWatches: createTurnWatches(attempts.queue),
    webhookWatches: webhookBaseUrl === null ? null : createWebhookWatches(countWebhooks.bind(null, database)),
  };
  return endPermanentErrors({
    admit: createAdmit(createAdmitJob(database), database, dependencies),
    beginOutput: createBeginOutput(database, dependencies),
    keepReferences: createKeepReferences({
      references: createReferences(database),
      assets,
      inspectPicture,
      openOutside: dependencies.openOutside ?? createOpenOutside(resolveBySystem, { allowsLocal: false }),
      fetchLimits: dependencies.fetchLimits ?? FETCH_LIMITS,
    }),
    runAttempt: createRunAttempt(run),
    resolve: createResolve({
      ...{ attempts, providers, thisProcess },
      hearsWebhooks: webhookBaseUrl !== null,
    }),
    collectLate: createCollectLate(attempts, run),
    stopAttempts: createStopAttempts(attempts, providers),
    hasStarted: createHasStarted(attempts, providers),
    markStuck: createMarkStuck(attempts, progress),
    applyCommand: createApplyCommand({ database, grants: dependencies.rules.catalogue.grants }, providers),
    readOutputRecord: createReadOutputRecord(attempts),
    settle,
    settleOverdue: createSettleOverdue(settleOutput),
    releaseOutputs: createReleaseOutputs(settle),
    readJobResult: readJobResult.bind(null, database),
  });
}
