import { allHandlersFinished, CancellationScope, condition, log } from '@temporalio/workflow';
import type { AdmitAnswer } from '../../activities/admission/admit.ts';
import { localActivities } from '../activity-proxies.ts';
import { handleUpdate } from '../messages/handle-message.ts';
import { admitUpdate, type Admission, type GenerationStart } from '../../contract/workflow-messages.ts';

export type Answered = AdmitAnswer & {
  /** This very job has ended before (after a reset, or past retention): nothing runs again, and PostgreSQL says how. */
  readonly hasEnded: boolean;
};

/**
 * Admits a job and answers the update that started its workflow. What would undo the reserve is known before it is tried:
 * its keys come from the job id, and releasing what was never reserved is safe.
 */
export async function handleAdmitUpdate(
  start: GenerationStart,
  undo: () => Promise<unknown>,
): Promise<Answered> {
  let admission: Admission | undefined;
  handleUpdate(admitUpdate, { parser: null }, () =>
    CancellationScope.nonCancellable(async () => {
      await condition(() => admission !== undefined);
      return { ...(admission as Admission), startId: start.startId ?? null };
    }),
  );
  try {
    const answer = await CancellationScope.nonCancellable(() => localActivities.admit(start));
    admission = answer.admission;
    // The one handler there is by now awaits nothing else.
    await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
    const isOurs = admission.outcome === 'reserved' && admission.fingerprint === start.fingerprint;
    const hasPlan = answer.plan !== null || (answer.batch ?? null) !== null;
    return { ...answer, hasEnded: isOurs && !hasPlan };
  } catch (error) {
    await undo().catch((undoError: unknown) => {
      log.error('what may have been reserved could not be returned', {
        jobId: start.jobId,
        error: undoError,
      });
    });
    throw error;
  }
}
