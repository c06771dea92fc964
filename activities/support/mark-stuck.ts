import type { Attempts } from '../../jobs/attempts/attempts.ts';
import type { JobProgress } from '../../jobs/attempts/job-progress.ts';
import { providerJobsOf, type ProviderJobs } from '../attempts/has-started.ts';

type MarkedStuck = {
  /** False: the output has ended. */
  readonly isStuck: boolean;
  /** By reference, the provider's ids of its attempts, for support. */
  readonly providerJobs: ProviderJobs;
};

/** Marks an output that is past its expected time, and its job, as stuck. */
export function createMarkStuck(attempts: Attempts, progress: JobProgress) {
  return async function markStuck(accountId: string, jobId: string, outputId: string): Promise<MarkedStuck> {
    const isStuck = await progress.markStuck(accountId, jobId, outputId);
    return { isStuck, providerJobs: providerJobsOf(await attempts.ofOutput(accountId, outputId)) };
  };
}
