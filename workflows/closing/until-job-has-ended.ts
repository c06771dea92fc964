import { ApplicationFailure, sleep } from '@temporalio/workflow';
import { isTerminal } from '../../domain/work/job-state.ts';
import type { JobActivities } from '../../activities/job-activities.ts';
import { localActivities } from '../activity-proxies.ts';

export type JobStatus = NonNullable<Awaited<ReturnType<JobActivities['readJobResult']>>>;

/**
 * An output that another run of this workflow began (before a reset), or that was ended from outside, may take until its own
 * deadline, or the reconciler's. Doubling from a second to a minute, these looks are more than an hour apart from first to
 * last, and a few hundred events at most.
 */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
const LOOKS_AT_MOST = 80;

/** How a job came out, once its last output has ended; or how it stands when that takes longer than can be waited for. */
export async function untilJobHasEnded(accountId: string, jobId: string): Promise<JobStatus> {
  let pauseMs = FIRST_PAUSE_MS;
  for (let looks = 1; ; looks++) {
    const job = await localActivities.readJobResult(accountId, jobId);
    if (job === null) throw ApplicationFailure.nonRetryable('the job is not on record', 'internal');
    if (isTerminal(job.state) || looks >= LOOKS_AT_MOST) return job;
    await sleep(pauseMs);
    pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
  }
}
