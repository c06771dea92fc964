import type { Attempt } from '../domain/output-plan.ts';
import type { JobProgress, Progress } from '../jobs/job-progress.ts';

/** A new event for every tenth is enough for a progress bar, and bounds the events of a job. */
const FRACTION_STEP = 0.1;

/** Records what a provider says of a job, when it says something new. */
export function createProgressReporter(
  jobProgress: JobProgress,
  attempt: Attempt,
): (progress: Progress) => Promise<void> {
  let told: Progress | undefined;
  return async (progress) => {
    if (told !== undefined && !isNews(told, progress)) return;
    told = progress;
    await jobProgress.record(attempt.accountId, attempt.jobId, progress);
  };
}

function isNews(told: Progress, progress: Progress): boolean {
  return (
    told.stage !== progress.stage ||
    told.queue_position !== progress.queue_position ||
    Math.abs((progress.fraction ?? 0) - (told.fraction ?? 0)) >= FRACTION_STEP
  );
}
