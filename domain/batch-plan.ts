import { jobTimesOf, type JobTimes, type ModelTimes } from './models.ts';

/**
 * Outputs of one job under way at once. Wide enough that a batch of 500 statics takes minutes, small beside a worker's
 * activity slots, so that one account's batch never fills them.
 */
export const BATCH_WINDOW = 16;

/** The plan of a batch workflow. The request, and what each output is, stay in PostgreSQL. */
export type BatchPlan = {
  readonly accountId: string;
  readonly jobId: string;
  readonly outputCount: number;
  readonly deadlineSeconds: number;
  /** The deadline that the customer named makes its outputs stuck before the model's own times would. */
  readonly isStuckEarly?: boolean;
  /** Since admission; not zero when a workflow started over. */
  readonly ageSeconds: number;
  readonly heartbeatTimeoutSeconds: number;
};

/** Between one output and the next in its place: a provider has so long to confirm that it has stopped (0005). */
const STOP_SECONDS = 30;

/** When the outputs of a job together are expected, and by when they must be done. In seconds from admission. */
export type BatchTimes = Pick<JobTimes, 'expectedSeconds' | 'deadlineSeconds'>;

/**
 * The times of a whole job: one output's own; of several, as many rounds of the slowest as the window needs. A deadline that the
 * customer names is each output's, from its own start; where it is shorter than the model's, the rounds have time to stop between them,
 * so that every output has its turn.
 * @param outputs the model's times of each output, at least one.
 */
export function batchTimesOf(
  outputs: readonly ModelTimes[],
  requestedDeadlineSeconds: number | undefined,
): BatchTimes {
  const rounds = Math.ceil(outputs.length / BATCH_WINDOW);
  const own = outputs.map((times) => jobTimesOf(times, requestedDeadlineSeconds));
  const slowest = (seconds: (times: JobTimes) => number) => rounds * Math.max(...own.map(seconds));
  const ofModels = rounds * Math.max(...outputs.map((times) => times.deadlineSeconds));
  const asRequested = slowest((times) => times.deadlineSeconds);
  return {
    expectedSeconds: slowest((times) => times.expectedSeconds),
    deadlineSeconds:
      asRequested < ofModels ? Math.min(ofModels, asRequested + (rounds - 1) * STOP_SECONDS) : asRequested,
  };
}

/**
 * What may be missing of an output's own deadline at its start, in seconds or as a share of it, before that is our fault: its workflow and
 * the first step of it take a moment. Without this every output of a job of one round would be late by us: none has the whole of it.
 */
const LATE_START_SECONDS = 1;
const LATE_START_SHARE = 0.1;

/**
 * The times of one of several outputs, from the instant it is taken up: its own, cut short where the job's deadline comes first.
 * @param own.deadlineSeconds the model's, or what the customer named.
 * @param own.leftSeconds until its credits return, when it was taken up.
 */
export function outputTimesOf(
  times: ModelTimes,
  own: { readonly deadlineSeconds: number; readonly leftSeconds: number },
): JobTimes {
  const whole = jobTimesOf(times, own.deadlineSeconds);
  const missing = own.deadlineSeconds - own.leftSeconds;
  if (missing <= 0) return whole;
  const isOurFault = missing > Math.max(LATE_START_SECONDS, own.deadlineSeconds * LATE_START_SHARE);
  return { ...jobTimesOf(times, own.leftSeconds), deadlineSetBy: isOurFault ? 'us' : whole.deadlineSetBy };
}
