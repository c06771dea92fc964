import type { AttemptOutcome } from '../../activities/attempts/attempt-outcome.ts';
import type { ProviderJobs } from '../../activities/attempts/has-started.ts';
import type { Ending } from '../../activities/settlement/settle.ts';
import { failureOf } from '../../domain/work/failures.ts';
import type { Attempt } from '../../domain/work/attempt.ts';
import type { OutputPlan } from '../../domain/work/output-plan.ts';
import type { CancelRequest } from '../../contract/workflow-messages.ts';
import { createControl, type Control } from '../support/support-control.ts';

/**
 * Why a run was ended early: a deadline, support, or an error that retries cannot fix. (A cancel is not one of them.)
 */
export type Interruption = 'start_deadline' | 'run_deadline' | 'released' | 'internal';

/** The state of an output while it runs. */
export type OutputRun = {
  readonly plan: OutputPlan;
  readonly control: Control;
  /** Ends the run early; the first reason counts. */
  interrupt: (interruption: Interruption) => void;
  /** The run is over: the output is settled, or about to be. */
  isOver: boolean;
  interruption: Interruption | undefined;
  isStuck: boolean;
  /** The attempt that its provider did not begin in time. */
  lateAttempt: string | undefined;
  /** The last attempt at the final stage: what can be delivered when a cancel comes too late. */
  deliverable: Attempt | undefined;
  /** By reference, the provider's ids of accepted attempts, as last read from their rows. */
  providerJobs: ProviderJobs;
  canceledBy: CancelRequest['by'] | undefined;
};

export function createOutputRun(plan: OutputPlan): OutputRun {
  return {
    plan,
    control: createControl(plan),
    interrupt: () => undefined,
    isOver: false,
    interruption: undefined,
    isStuck: false,
    lateAttempt: undefined,
    deliverable: undefined,
    providerJobs: {},
    canceledBy: undefined,
  };
}

/** How a part or an output ended. */
export type MadeOrFailed = Extract<AttemptOutcome, { readonly outcome: 'made' | 'failed' }>;

/** How an output that was made, or failed, is settled. */
export function endingOf(made: MadeOrFailed): Ending {
  return made.outcome === 'made' ? { charge: true } : { charge: false, failure: failureOf(made.code) };
}
