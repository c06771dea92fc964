import { log } from '@temporalio/workflow';
import type { Ending } from '../activities/settle.ts';
import { failureOf, type Failure } from '../domain/failures.ts';
import type { ProviderSteps } from './activity-proxies.ts';
import { endingOf, type Production } from './production.ts';

/**
 * Stops what runs at the provider and says how the output ends. A cancel that comes too late changes nothing: what was
 * made is delivered and charged. Past a deadline the credits return regardless. Never throws: where the provider's word
 * cannot be had, the credits return.
 */
export async function endAfterInterruption(production: Production, steps: ProviderSteps): Promise<Ending> {
  const { plan, interruption, deliverable } = production;
  try {
    const stopped = await steps.stopAttempts(plan.accountId, plan.outputId);
    if (interruption === undefined && stopped === 'finished' && deliverable !== undefined) {
      return endingOf(await steps.collectLate(deliverable.attempt, deliverable.providerJobId));
    }
  } catch (error) {
    log.warn('what runs at the provider could not be stopped', { outputId: plan.outputId, error });
  }
  return { charge: false, failure: failureOfInterruption(production) };
}

/** The fault decides where credits go whose grant has expired meanwhile (design.md, "The ledger"). */
function failureOfInterruption({ plan, interruption, unknown, isStuck, canceledBy }: Production): Failure {
  switch (interruption) {
    case undefined:
      return failureOf('canceled', canceledBy === 'customer' && !isStuck ? 'customer' : 'us');
    case 'start_deadline':
    case 'internal':
      return failureOf(interruption);
    case 'run_deadline':
      if (unknown.size > 0) return failureOf('outcome_unknown');
      return failureOf('run_deadline', plan.times.deadlineSetBy === 'customer' ? 'customer' : 'provider');
  }
}
