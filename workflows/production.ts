import type { Collected } from '../activities/collect.ts';
import type { Ending } from '../activities/settle.ts';
import { failureOf } from '../domain/failures.ts';
import type { Attempt, OutputPlan } from '../domain/output-plan.ts';
import type { CancelRequest } from './messages.ts';

/** Why production was ended early: a deadline, or a step that can never come right. (A cancel is the workflow's own.) */
export type Interruption = 'start_deadline' | 'run_deadline' | 'internal';

/** What is known of an output while it is produced. */
export type Production = {
  readonly plan: OutputPlan;
  interruption: Interruption | undefined;
  isStuck: boolean;
  /** A submission whose outcome nobody knows yet. */
  isUnknown: boolean;
  /** The submission a provider has accepted, and its name for it. */
  accepted: { readonly attempt: Attempt; readonly providerJobId: string } | undefined;
  canceledBy: CancelRequest['by'] | undefined;
};

/** How an output that came to its end is settled. */
export function endingOf(collected: Exclude<Collected, { readonly outcome: 'replaced' }>): Ending {
  return collected.outcome === 'collected'
    ? { charge: true }
    : { charge: false, failure: failureOf(collected.code) };
}
