import type { OutputBeginning } from '../../activities/admission/plan-begun-output.ts';
import type { Ending } from '../../activities/settlement/settle.ts';
import { failureOf } from '../../domain/failures.ts';
import { outputIdOf, reservationIdOf } from '../../domain/ids.ts';
import { handleAdmitUpdate } from './handle-admit-update.ts';
import type { GenerationResult, GenerationStart } from '../../contract/workflow-messages.ts';
import { settleOutput } from '../outputs/settle-output.ts';

export type Admitted =
  | OutputBeginning
  /** Nothing was reserved here: refused, or the key belongs to another request. */
  | { readonly next: 'close'; readonly result: GenerationResult };

/** Admits a job with one output, which is output 0. */
export async function admitJob(start: GenerationStart): Promise<Admitted> {
  const { accountId, jobId } = start;
  const outputId = outputIdOf(jobId, 0);
  const key = { accountId, jobId, outputId, reservationId: reservationIdOf(outputId), credits: 0 };
  const ending: Ending = { charge: false, failure: failureOf('internal') };

  const { plan, hasEnded, admission } = await handleAdmitUpdate(start, () => settleOutput(key, ending));
  if (plan !== null) return { next: 'run', plan };
  return hasEnded
    ? { next: 'follow', key, ending }
    : { next: 'close', result: { outcome: 'refused', credits: 0, admission } };
}
