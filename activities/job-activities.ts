import type { Database } from '../ledger/database.ts';
import { createAdmitJob } from '../jobs/admit-job.ts';
import type { AssetStore } from '../jobs/asset-store.ts';
import { createAttempts } from '../jobs/attempts.ts';
import { createJobProgress } from '../jobs/job-progress.ts';
import type { RequestRules } from '../jobs/job-request-rules.ts';
import { readEditSources } from '../jobs/read-edit-sources.ts';
import { readJobResult } from '../jobs/read-job-result.ts';
import { readStageResults } from '../jobs/read-stage-results.ts';
import { createSettleOutput } from '../jobs/settle-output.ts';
import { takeUpOutput } from '../jobs/take-up-output.ts';
import { createAdmit } from './admit.ts';
import { createCollect } from './collect.ts';
import { createHandOver } from './hand-over.ts';
import { createHasStarted } from './has-started.ts';
import { createReleaseOutputs } from './release-outputs.ts';
import { createMakePart } from './make-part.ts';
import { createResolve } from './resolve.ts';
import { createSettle, createSettleOverdue } from './settle.ts';
import { createStopAttempts } from './stop-attempts.ts';
import { createSubmit } from './submit.ts';
import { createTakeUpOutput } from './take-up-output.ts';
import { createObeySupport } from './support-command.ts';
import type { ProviderRegistry } from './providers/provider-registry.ts';

export type JobActivityDependencies = {
  readonly database: Database;
  readonly providers: ProviderRegistry;
  readonly assets: AssetStore;
  readonly heartbeatTimeoutSeconds: number;
  readonly rules: RequestRules;
};

export type JobActivities = ReturnType<typeof createJobActivities>;

/** What the workflows of a job can have done, in the order of its life. Workflows see the type of this only. */
export function createJobActivities(dependencies: JobActivityDependencies) {
  const { database, providers, assets } = dependencies;
  const attempts = createAttempts(database);
  const progress = createJobProgress(database);
  const settleOutput = createSettleOutput(database);
  const settle = createSettle(settleOutput);
  const handOver = createHandOver(readStageResults.bind(null, database), assets);
  const submit = createSubmit(attempts, providers, handOver);
  const collect = createCollect({ attempts, progress, providers, assets });
  return {
    admit: createAdmit(createAdmitJob(database), readEditSources.bind(null, database), dependencies),
    takeUpOutput: createTakeUpOutput(takeUpOutput.bind(null, database), dependencies),
    submit,
    resolve: createResolve(attempts, providers),
    collect,
    makePart: createMakePart(submit, collect),
    stopAttempts: createStopAttempts(attempts, providers),
    hasStarted: createHasStarted(providers),
    markStuck: progress.markStuck,
    obeySupport: createObeySupport(database, providers),
    settle,
    settleOverdue: createSettleOverdue(settleOutput),
    releaseOutputs: createReleaseOutputs(settle),
    readJobResult: readJobResult.bind(null, database),
  };
}
