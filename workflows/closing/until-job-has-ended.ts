import { ApplicationFailure, sleep } from '@temporalio/workflow';
import { isTerminal } from '../../domain/work/job-state.ts';
import type { JobActivities } from '../../activities/job-activities.ts';
import { localActivities } from '../activity-proxies.ts';

export type JobStatus = NonNullable<Awaited<ReturnType<JobActivities['readJobResult']>>>;

/**
 * An output that an earlier run of this workflow began, or that was ended from outside, may take until its own deadline
 * or the reconciler. Doubling from a second to a minute, 80 looks take more than an hour and at most a few hundred
 * events.
 */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
const LOOKS_AT_MOST = 80;

/** Returns how a job ended, once its last output has ended; after LOOKS_AT_MOST looks, how it stands. */
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
