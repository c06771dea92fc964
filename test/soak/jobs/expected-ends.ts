import type { FailureCode } from '../../../domain/work/failures.ts';
import type { TestScenario } from '../../../domain/work/job-request.ts';

/** How an output of each scenario may end (docs/http-api.md), whichever process is killed on the way. */
const ENDS: Readonly<Record<TestScenario, 'succeeded' | FailureCode>> = {
  ok: 'succeeded',
  slow: 'succeeded',
  fails_before_start: 'provider_rejected',
  fails_after_start: 'provider_failed',
  moderated_input: 'moderated_input',
  moderated_output: 'moderated_output',
  zero_outputs: 'zero_outputs',
  bad_content: 'bad_content',
  never_starts: 'start_deadline',
  never_finishes: 'run_deadline',
  unknown_outcome: 'succeeded',
  unknown_outcome_lost: 'outcome_unknown',
  unavailable_once: 'succeeded',
  rate_limited_once: 'succeeded',
  expired_link_once: 'succeeded',
};

/** How an output may end besides when the model service could not be reached for half a minute of its life. */
const ENDS_OF_OUTAGE: readonly string[] = [
  'start_deadline',
  'run_deadline',
  'outcome_unknown',
  'provider_rejected',
];

/**
 * Whether an output may have ended so. A customer who cancels may be in time or too late, and so may a saboteur who terminates its workflow; a
 * job with a short deadline may have met it while a process was down.
 */
export function isExpectedEnd(
  scenario: TestScenario | undefined,
  end: string,
  job: {
    readonly isCanceled: boolean;
    readonly isTerminated: boolean;
    readonly hasShortDeadline: boolean;
    readonly metOutage: boolean;
  },
): boolean {
  if (end === ENDS[scenario ?? 'ok']) return true;
  if (job.isCanceled && end === 'canceled') return true;
  if (job.isTerminated && end === 'terminated') return true;
  if (job.metOutage && ENDS_OF_OUTAGE.includes(end)) return true;
  return job.hasShortDeadline && (end === 'run_deadline' || end === 'outcome_unknown');
}
