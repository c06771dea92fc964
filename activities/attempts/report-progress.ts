import type { Progress } from '../../contract/shapes/job-shapes.ts';
import type { Attempt } from '../../domain/work/attempt.ts';
import type { JobProgress } from '../../jobs/attempts/job-progress.ts';

/** One event per tenth is enough for a progress bar, and bounds the events of a job. */
const FRACTION_STEP = 0.1;

/** The step of a pipeline's overall progress, of which each part is a share. */
const WHOLE_STEP = 0.02;

/**
 * More than a working service reports in one job. A service that names a new step with every poll is recorded no more
 * often than this.
 */
const REPORTS_AT_ONCE = 50;
const THEN_EVERY_MS = 10_000;

/** Records a provider's progress when it is news; of a part of a pipeline, as progress of the whole. */
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
    // Customers follow our stages, whatever a service calls its own.
    const progress = part === undefined ? said : { ...said, stage: part.stage };
    if (told !== undefined && !isNews(told, progress, step)) return;
    // A clock that is set back causes at most one report too many, or one late.
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
