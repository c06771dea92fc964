import { jobTimesOf, type JobTimes, type ModelTimes } from './models.ts';

/**
 * Outputs of one job under way at once. Wide enough that a batch of 500 statics takes minutes, small beside a worker's
 * activity slots, so that one account's batch never fills them.
 */
export const BATCH_WINDOW = 16;

/** What a batch workflow needs to know of its job. The request, and what each output is, stay in PostgreSQL. */
export type BatchPlan = {
  readonly accountId: string;
  readonly jobId: string;
  readonly outputCount: number;
  readonly deadlineSeconds: number;
  /** Who set the run deadline: it decides the fault of what was never begun. */
  readonly deadlineSetBy: JobTimes['deadlineSetBy'];
  /** Since admission; not zero when a workflow started over. */
  readonly ageSeconds: number;
  readonly heartbeatTimeoutSeconds: number;
};

/** When the outputs of a job together are expected, and by when they must be done. In seconds from admission. */
export type BatchTimes = Pick<JobTimes, 'expectedSeconds' | 'deadlineSeconds' | 'deadlineSetBy'>;

/**
 * The times of a whole job: one output's own; of several, as many rounds of the slowest as the window needs. A deadline
 * that the customer names is the whole job's.
 * @param outputs the model's times of each output, at least one.
 */
export function batchTimesOf(
  outputs: readonly ModelTimes[],
  requestedDeadlineSeconds: number | undefined,
): BatchTimes {
  const rounds = Math.ceil(outputs.length / BATCH_WINDOW);
  const slowest = (seconds: (times: ModelTimes) => number) => rounds * Math.max(...outputs.map(seconds));
  return jobTimesOf(
    {
      expectedSeconds: slowest((times) => times.expectedSeconds),
      stuckSeconds: slowest((times) => times.stuckSeconds),
      startDeadlineSeconds: slowest((times) => times.startDeadlineSeconds),
      deadlineSeconds: slowest((times) => times.deadlineSeconds),
    },
    requestedDeadlineSeconds,
  );
}

/**
 * The times of one of several outputs, from the instant it is taken up: its model's, cut short by what is left of the
 * job's deadline.
 * @param leftSeconds what was left of the job when this output was taken up.
 */
export function outputTimesOf(
  times: ModelTimes,
  job: { readonly leftSeconds: number; readonly deadlineSetBy: JobTimes['deadlineSetBy'] },
): JobTimes {
  if (job.leftSeconds >= times.deadlineSeconds) return jobTimesOf(times, undefined);
  return { ...jobTimesOf(times, job.leftSeconds), deadlineSetBy: job.deadlineSetBy };
}
