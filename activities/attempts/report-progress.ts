import type { Progress } from '../../contract/shapes/job-shapes.ts';
import type { Attempt } from '../../domain/work/output-plan.ts';
import type { JobProgress } from '../../jobs/attempts/job-progress.ts';

/** A new event for every tenth is enough for a progress bar, and bounds the events of a job. */
const FRACTION_STEP = 0.1;

/** The same for the whole of a pipeline, of which a part is a share: finer, since no part of it tells much. */
const WHOLE_STEP = 0.02;

/** More than a sound service has to say in one job. One that names a step of its own with every poll is heard no more often than this. */
const REPORTS_AT_ONCE = 50;
const THEN_EVERY_MS = 10_000;

/** Records what a provider says of a job, when it says something new. Of a part of a pipeline: as progress of the whole. */
export function createProgressReporter(
  jobProgress: Pick<JobProgress, 'record' | 'recordPart'>,
  attempt: Attempt,
  now: () => number = Date.now,
): (progress: Progress) => Promise<void> {
  const part = attempt.part?.progress;
  const step = part === undefined ? FRACTION_STEP : (WHOLE_STEP * part.parts) / part.share;
  let told: Progress | undefined;
  let reports = 0;
  let toldAtMs = 0;
  return async (said) => {
    // Whatever a service calls its own steps, what people follow is our stage.
    const progress = part === undefined ? said : { ...said, stage: part.stage };
    if (told !== undefined && !isNews(told, progress, step)) return;
    // A stepped clock at worst tells once more, or once later.
    if (reports >= REPORTS_AT_ONCE && Math.abs(now() - toldAtMs) < THEN_EVERY_MS) return;
    told = progress;
    reports += 1;
    toldAtMs = now();
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
