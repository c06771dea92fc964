import { allHandlersFinished, CancellationScope, condition, setHandler } from '@temporalio/workflow';
import type { Ending, SettledKey } from '../activities/settle.ts';
import { failureOf } from '../domain/failures.ts';
import { outputIdOf, reservationIdOf } from '../domain/ids.ts';
import type { OutputPlan } from '../domain/output-plan.ts';
import { quick } from './activity-proxies.ts';
import { admitUpdate, type Admission, type GenerationResult, type GenerationStart } from './messages.ts';
import { settleOutput } from './settle-output.ts';

export type Admitted =
  | { readonly next: 'produce'; readonly plan: OutputPlan }
  /** Nothing was reserved here: refused, or the key belongs to another request. */
  | { readonly next: 'close'; readonly result: GenerationResult }
  /** This very job has ended before (after a reset, or past retention): the ledger says how, and nothing runs again. */
  | { readonly next: 'follow'; readonly key: SettledKey; readonly ending: Ending };

/**
 * Admits the job and answers the update that started it. What would undo the reserve is known before it is tried: its
 * key comes from the job id, and releasing what was never reserved is safe.
 */
export async function admitJob(start: GenerationStart): Promise<Admitted> {
  let admission: Admission | undefined;
  setHandler(admitUpdate, () =>
    CancellationScope.nonCancellable(async () => {
      await condition(() => admission !== undefined);
      return admission as Admission;
    }),
  );

  const key = reservationKeyOf(start);
  const undo: Ending = { charge: false, failure: failureOf('internal') };
  try {
    const answer = await CancellationScope.nonCancellable(() => quick.admit(start));
    admission = answer.admission;
    await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
    if (answer.plan !== null) return { next: 'produce', plan: answer.plan };
    const isEndedJob = admission.outcome === 'reserved' && admission.fingerprint === start.fingerprint;
    return isEndedJob
      ? { next: 'follow', key, ending: undo }
      : { next: 'close', result: { outcome: 'refused', credits: 0 } };
  } catch (error) {
    await settleOutput(key, undo);
    throw error;
  }
}

/** Of a job with one output, which is output 0. */
function reservationKeyOf(start: GenerationStart): SettledKey {
  const outputId = outputIdOf(start.jobId, 0);
  return {
    accountId: start.accountId,
    jobId: start.jobId,
    outputId,
    reservationId: reservationIdOf(outputId),
    credits: 0,
  };
}
