import type { Progress } from '../../contract/shapes/job-shapes.ts';
import type { Attempt } from '../../domain/output-plan.ts';
import type { JobProgress } from '../../jobs/attempts/job-progress.ts';

/** A new event for every tenth is enough for a progress bar, and bounds the events of a job. */
const FRACTION_STEP = 0.1;

/** The same for the whole of a pipeline, of which a part is a share: finer, since no part of it tells much. */
const WHOLE_STEP = 0.02;

/** Records what a provider says of a job, when it says something new. Of a part of a pipeline: as progress of the whole. */
export function createProgressReporter(
  jobProgress: JobProgress,
  attempt: Attempt,
): (progress: Progress) => Promise<void> {
  const part = attempt.part?.progress;
  const step = part === undefined ? FRACTION_STEP : (WHOLE_STEP * part.parts) / part.share;
  let told: Progress | undefined;
  return async (said) => {
    // Whatever a service calls its own steps, what people follow is our stage.
    const progress = part === undefined ? said : { ...said, stage: part.stage };
    if (told !== undefined && !isNews(told, progress, step)) return;
    told = progress;
    if (part === undefined) await jobProgress.record(attempt.accountId, attempt.jobId, progress);
    else await jobProgress.recordPart(attempt, part, progress);
  };
}

function isNews(told: Progress, progress: Progress, step: number): boolean {
  return (
    told.stage !== progress.stage ||
    told.queue_position !== progress.queue_position ||
    Math.abs((progress.fraction ?? 0) - (told.fraction ?? 0)) >= step
  );
}
