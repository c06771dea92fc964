import type { Collected } from '../activities/collect.ts';
import type { Ending } from '../activities/settle.ts';
import { failureOf } from '../domain/failures.ts';
import type { Attempt, OutputPlan } from '../domain/output-plan.ts';
import type { CancelRequest } from './messages.ts';

/** Why production was ended early: a deadline, or a step that can never come right. (A cancel is the workflow's own.) */
export type Interruption = 'start_deadline' | 'run_deadline' | 'internal';

/** A submission a provider has accepted, and its name for it. */
export type AcceptedAttempt = { readonly attempt: Attempt; readonly providerJobId: string };

/** What is known of an output while it is produced. */
export type Production = {
  readonly plan: OutputPlan;
  interruption: Interruption | undefined;
  isStuck: boolean;
  /** Submissions whose outcome nobody knows yet, by reference. */
  readonly unknown: Set<string>;
  /** The first submission that a provider has accepted: what must have begun by the start deadline. */
  started: AcceptedAttempt | undefined;
  /** The accepted submission of the final stage: what there may be to deliver when a cancel comes too late. */
  deliverable: AcceptedAttempt | undefined;
  canceledBy: CancelRequest['by'] | undefined;
};

/** How an output that came to its end is settled. */
export function endingOf(collected: Collected): Ending {
  return collected.outcome === 'collected'
    ? { charge: true }
    : { charge: false, failure: failureOf(collected.code) };
}
