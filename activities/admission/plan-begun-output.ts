import { fallbacksOf, makingOf, modelFor, outputTimesOf } from '../../domain/work/models.ts';
import { failureOf } from '../../domain/work/failures.ts';
import { releaseKeyOf } from '../../domain/ids.ts';
import { planOutput, type OutputPlan } from '../../domain/work/output-plan.ts';
import { markOutputBegun } from '../../jobs/outputs/mark-output-begun.ts';
import { rulesFor } from '../../contract/job-request/parse-job-request.ts';
import type { OutputStart } from '../../contract/workflow-messages.ts';
import { createModeOf } from '../../ledger/account-modes.ts';
import type { Database } from '../../ledger/database.ts';
import type { AdmitSettings } from './admit.ts';
import type { Ending, SettledKey } from '../settlement/settle.ts';

/** The plan to run; or, when nothing is to run, how to settle the output (one that has ended keeps its own end). */
export type OutputBeginning =
  | { readonly next: 'run'; readonly plan: OutputPlan }
  | { readonly next: 'follow'; readonly key: SettledKey; readonly ending: Ending };

/**
 * Begins one of several outputs: its own deadline counts from now. An output that has ended is not run. One whose turn
 * comes after the job's deadline is not run either, by our fault.
 */
export function createBeginOutput(
  database: Database,
  settings: Pick<AdmitSettings, 'heartbeatTimeoutSeconds' | 'rules'>,
) {
  const modeOf = createModeOf(database);
  return async function beginOutput(start: OutputStart): Promise<OutputBeginning> {
    const { accountId, outputId } = start;
    const key = releaseKeyOf(accountId, outputId);
    const output = await markOutputBegun(database, accountId, outputId);
    if (output === null) return endedBy(key, 'internal');
    const { work, leftSeconds } = output;
    if (leftSeconds <= 0) return endedBy(key, 'run_deadline', 'us');
    const { catalogue, providers } = rulesFor(settings.rules, await modeOf(accountId));
    const model = modelFor({ models: catalogue.models, providers }, work);
    const making = model && makingOf(model, work.kind);
    if (model === undefined || making === undefined) return endedBy(key, 'internal');
    const plan = planOutput({
      ...key,
      work,
      credits: output.credits,
      model,
      making,
      kinds: catalogue.kinds,
      fallbacks: fallbacksOf({ models: catalogue.models, providers }, model, work.kind),
      times: outputTimesOf(making.times, output),
      ageSeconds: output.ageSeconds,
      heartbeatTimeoutSeconds: settings.heartbeatTimeoutSeconds,
    });
    return { next: 'run', plan };
  };
}

function endedBy(key: SettledKey, ...cause: Parameters<typeof failureOf>): OutputBeginning {
  return { next: 'follow', key, ending: { charge: false, failure: failureOf(...cause) } };
}
