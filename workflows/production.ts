import type { Collected } from '../activities/collect.ts';
import type { Ending } from '../activities/settle.ts';
import { failureOf } from '../domain/failures.ts';
import type { Attempt, OutputPlan } from '../domain/output-plan.ts';
import type { CancelRequest } from './messages.ts';
import { createControl, type Control } from './support-control.ts';

/** Why production was ended early: a deadline, support, or a step that can never come right. (A cancel is the workflow's own.) */
export type Interruption = 'start_deadline' | 'run_deadline' | 'released' | 'internal';

/** A submission a provider has accepted, and its name for it. */
export type AcceptedAttempt = { readonly attempt: Attempt; readonly providerJobId: string };

/** What is known of an output while it is produced. */
export type Production = {
  readonly plan: OutputPlan;
  readonly control: Control;
  /** Ends it early; the first reason counts. */
  interrupt: (interruption: Interruption) => void;
  /** Nothing is produced any more: it is settled, or about to be. */
  isOver: boolean;
  interruption: Interruption | undefined;
  isStuck: boolean;
  /** The reference of the submission that its provider did not begin with in time. */
  lateAttempt: string | undefined;
  /** The accepted submission of the final stage: what there may be to deliver when a cancel comes too late. */
  deliverable: AcceptedAttempt | undefined;
  /** By reference, what providers call the submissions they have accepted. */
  readonly providerJobs: Map<string, string>;
  canceledBy: CancelRequest['by'] | undefined;
};

export function beginProduction(plan: OutputPlan): Production {
  return {
    plan,
    control: createControl(plan),
    interrupt: () => undefined,
    isOver: false,
    interruption: undefined,
    isStuck: false,
    lateAttempt: undefined,
    deliverable: undefined,
    providerJobs: new Map(),
    canceledBy: undefined,
  };
}

/** How following an attempt ended that was not replaced. */
export type FinalCollected = Exclude<Collected, { readonly outcome: 'replaced' }>;

/** How an output that came to its end is settled. */
export function endingOf(collected: FinalCollected): Ending {
  return collected.outcome === 'collected'
    ? { charge: true }
    : { charge: false, failure: failureOf(collected.code) };
}
