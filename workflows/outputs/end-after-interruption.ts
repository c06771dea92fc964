import { log } from '@temporalio/workflow';
import type { Ending } from '../../activities/settlement/settle.ts';
import type { StopCause } from '../../activities/attempts/stop-attempts.ts';
import { failureOf, type Failure } from '../../domain/work/failures.ts';
import { isBroughtForward } from '../../domain/work/models.ts';
import type { ProviderSteps } from '../activity-proxies.ts';
import { RELEASED_BY_SUPPORT } from '../../domain/support/support-rules.ts';
import { endingOf, type OutputRun } from './output-run.ts';
import { returnLater } from '../support/support-control.ts';

/**
 * Stops what runs at the provider and returns how the output ends. After a cancel that came too late, the result is
 * delivered and charged. Past a deadline the credits return in any case, and also when the provider does not respond:
 * it never throws. `revoked`: support has moved the deadline, or restarted; nothing was stopped.
 */
export async function endAfterInterruption(
  run: OutputRun,
  steps: ProviderSteps,
): Promise<Ending | 'revoked'> {
  const { plan, interruption, deliverable } = run;
  try {
    const stopped = await steps.stopAttempts(plan.accountId, plan.outputId, stopCauseOf(run));
    if (typeof stopped === 'object') {
      returnLater(run.control, Date.now() + stopped.secondsLeft * 1_000);
      return 'revoked';
    }
    if (interruption === undefined && stopped === 'finished' && deliverable !== undefined) {
      const late = await steps.collectLate(deliverable);
      if (late.outcome === 'made' || late.outcome === 'failed') return endingOf(late);
    }
  } catch (error) {
    log.warn('the attempts of an output could not be stopped; the reconciler asks their provider again', {
      outputId: plan.outputId,
      error,
    });
  }
  return { charge: false, failure: failureOfInterruption(run) };
}

/** The activity checks the deadline again in PostgreSQL, where support may have moved it. */
function stopCauseOf({ interruption, lateAttempt }: OutputRun): StopCause | undefined {
  if (interruption === 'run_deadline') return { cause: interruption };
  if (interruption !== 'start_deadline' || lateAttempt === undefined) return undefined;
  return { cause: interruption, reference: lateAttempt };
}

const FAULT_OF_DEADLINE = { model: 'provider', customer: 'customer', us: 'us' } as const;

/** The fault decides where credits go whose grant has expired. */
function failureOfInterruption({ plan, interruption, control, isStuck, canceledBy }: OutputRun): Failure {
  switch (interruption) {
    case undefined: {
      const isLate = isStuck && !isBroughtForward(plan.times, 'stuckSeconds');
      return failureOf('canceled', canceledBy === 'customer' && !isLate ? 'customer' : 'us');
    }
    case 'released':
      return RELEASED_BY_SUPPORT;
    case 'start_deadline':
      return failureOf(
        interruption,
        isBroughtForward(plan.times, 'startDeadlineSeconds') ? 'customer' : 'provider',
      );
    case 'internal':
      return failureOf(interruption);
    case 'run_deadline':
      if (control.unknown.size > 0) return failureOf('outcome_unknown');
      return failureOf('run_deadline', FAULT_OF_DEADLINE[plan.times.deadlineSetBy]);
  }
}
