import { costRuleOf, type Model } from '../../domain/work/models.ts';
import { costOfRun } from '../../domain/prices/run-cost.ts';
import { withTimeLimit } from '../../runtime/time-limit.ts';
import { log } from '@temporalio/activity';
import type { AttemptsToStop, AttemptToStop } from '../../jobs/attempts/attempts-to-stop.ts';
import { askToStop, type AskedToStop } from './ask-to-stop.ts';
import { withHeartbeat } from './with-heartbeat.ts';
import type { Provider } from '../providers/provider.ts';
import type { ProviderRegistry } from '../providers/provider-registry.ts';

export type StopReport = {
  /** Taken off the list: nothing runs any more, or its provider cannot be told. */
  readonly stopped: number;
  /** Left for a later run. */
  readonly stillToStop: number;
};

/** Attempts of one claim, which are asked for in parallel. */
const AT_ONCE = 20;

/** Claims of one run. The next run does the rest. */
const MAX_CLAIMS = 20;

/**
 * After this a run begins no further claim. A claim takes at most 15 s, the reservations wait for this run, and a
 * provider that is away must not delay the reconciler.
 */
const BEGIN_WITHIN_MS = 15_000;

/**
 * A post that was given up may still arrive: a kernel keeps sending a dead process's data for about 15 minutes. Until
 * then "not found" does not end the stopping.
 */
const ARRIVES_WITHIN_SECONDS = 20 * 60;

/** Longer than any run of our providers. What is not confirmed by then never will be. */
const GIVE_UP_AFTER_SECONDS = 24 * 3_600;

/** One poll: later runs poll again. */
const CONFIRM_WITHIN_MS = 0;

/**
 * Stops attempts that no longer count and may still run, whichever settled their output: the reconciler, support, or a
 * workflow without a confirmation. Each is asked for until its provider has stopped.
 */
export function createStopQueuedAttempts(
  queue: AttemptsToStop,
  providers: ProviderRegistry,
  models: readonly Model[],
  beginWithinMs = BEGIN_WITHIN_MS,
) {
  return async function stopQueuedAttempts(): Promise<StopReport> {
    return withHeartbeat(async () => {
      const startedAt = performance.now();
      let stopped = 0;
      let stillToStop = 0;
      for (let claims = 0; claims < MAX_CLAIMS; claims++) {
        const claimed = await queue.claim(AT_ONCE);
        const done = await Promise.all(claimed.map((attempt) => stopOne(queue, providers, models, attempt)));
        stopped += done.filter(Boolean).length;
        stillToStop += done.filter((isDone) => !isDone).length;
        if (claimed.length < AT_ONCE || performance.now() - startedAt > beginWithinMs) break;
      }
      return { stopped, stillToStop };
    });
  };
}

const BILL_TIMEOUT_MS = 5_000;

/** Returns whether it is off the list. Never throws: one attempt does not hold up another. */
async function stopOne(
  queue: AttemptsToStop,
  providers: ProviderRegistry,
  models: readonly Model[],
  attempt: AttemptToStop,
): Promise<boolean> {
  const { reference, waitingSeconds } = attempt;
  try {
    const status = await askOne(providers, attempt);
    const mayArrive = status === 'not_found' && waitingSeconds < ARRIVES_WITHIN_SECONDS;
    const isUnconfirmed = status === 'unconfirmed' || status === 'not_looked_up';
    const isGivenUp = isUnconfirmed && waitingSeconds >= GIVE_UP_AFTER_SECONDS;
    if (status === 'unstoppable' || isGivenUp)
      log.error('an attempt may run on at its provider, at our cost; it is not asked again', {
        ...attempt,
        status,
      });
    if (mayArrive || (isUnconfirmed && !isGivenUp)) return false;
    if (status === 'stopped' || status === 'finished')
      await recordBill(queue, providers.get(attempt.provider), models, attempt).catch(() => undefined);
    await queue.forget(attempt);
    return true;
  } catch (error) {
    log.warn('an attempt was stopped and is still on the list; the next run asks its provider again', {
      reference,
      error,
    });
    return false;
  }
}

/**
 * Records what the provider bills for the run so far, by its word, or by its time or units at our price. Without its
 * word the bill stays in doubt.
 */
async function recordBill(
  queue: AttemptsToStop,
  provider: Provider,
  models: readonly Model[],
  attempt: AttemptToStop,
): Promise<void> {
  const { providerJobId } = attempt;
  if (providerJobId === null || provider.capabilities.completion === 'answer') return;
  const poll = await withTimeLimit(BILL_TIMEOUT_MS, null, (signal) => provider.poll(providerJobId, signal));
  if (!('billed' in poll)) return;
  const cost = costOfRun(costRuleOf(models, attempt), poll);
  await queue.recordBill(attempt, { billed: poll.billed, ...cost });
}

/** A failed call confirms nothing; so does a provider without an adapter in this worker. */
async function askOne(providers: ProviderRegistry, attempt: AttemptToStop): Promise<AskedToStop> {
  try {
    return await askToStop(providers.get(attempt.provider), attempt, CONFIRM_WITHIN_MS);
  } catch (error) {
    log.warn('an attempt could not be stopped; a later run tries again', {
      reference: attempt.reference,
      error,
    });
    return 'unconfirmed';
  }
}
