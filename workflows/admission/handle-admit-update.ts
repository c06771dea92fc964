import { log } from '@temporalio/workflow';
import type { PlannedAdmission } from '../../activities/admission/admit.ts';
import { localActivities } from '../activity-proxies.ts';
import { requireNotCancellable } from '../require-not-cancellable.ts';
import { handleUpdate } from '../messages/handle-message.ts';
import {
  admitUpdate,
  type GenerationResult,
  type GenerationStart,
} from '../../contract/workflow-messages.ts';
import type { OutputBeginning } from '../../activities/admission/plan-begun-output.ts';
import type { Ending } from '../../activities/settlement/settle.ts';
import { failureOf } from '../../domain/work/failures.ts';
import { outputIdOf, releaseKeyOf } from '../../domain/ids.ts';
import { settleOutput } from '../outputs/settle-output.ts';

type Admitted =
  | OutputBeginning
  /** Nothing was reserved here: refused, or the key belongs to another request. */
  | { readonly next: 'close'; readonly result: GenerationResult };

/** Admits a job with one output, which is output 0. */
export async function admitSingleOutput(start: GenerationStart): Promise<Admitted> {
  const key = releaseKeyOf(start.accountId, outputIdOf(start.jobId, 0));
  const ending: Ending = { charge: false, failure: failureOf('internal') };

  const { plan, hasEnded, admission } = await handleAdmitUpdate(start, () => settleOutput(key, ending));
  if (plan !== null) return { next: 'run', plan };
  return hasEnded
    ? { next: 'follow', key, ending }
    : { next: 'close', result: { outcome: 'refused', credits: 0, admission } };
}

type HandledAdmission = PlannedAdmission & {
  /**
   * The job has ended before (after a reset, or past retention): nothing runs again, and PostgreSQL says how it ended.
   */
  readonly hasEnded: boolean;
};

/**
 * Admits a job and returns the outcome to the update that started its workflow. `undo` is safe before the reserve: its
 * keys come from the job id, and releasing what was never reserved moves nothing. Throws TypeError in a cancellable
 * scope.
 */
export async function handleAdmitUpdate(
  start: GenerationStart,
  undo: () => Promise<unknown>,
): Promise<HandledAdmission> {
  requireNotCancellable('handleAdmitUpdate');
  const admitting = localActivities.admit(start);
  // The handler awaits the admission alone: every further await would delay the first workflow task.
  handleUpdate(admitUpdate, { parser: null }, async () => ({
    ...(await admitting).admission,
    startId: start.startId ?? null,
  }));
  try {
    const planned = await admitting;
    const { admission } = planned;
    const isOurs = admission.outcome === 'reserved' && admission.fingerprint === start.fingerprint;
    const hasPlan = planned.plan !== null || (planned.batch ?? null) !== null;
    return { ...planned, hasEnded: isOurs && !hasPlan };
  } catch (error) {
    await undo().catch((undoError: unknown) => {
      log.error('credits that may be reserved could not be returned; the reconciler returns them', {
        jobId: start.jobId,
        error: undoError,
      });
    });
    throw error;
  }
}
