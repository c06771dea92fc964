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
  /** Off the list: nothing of it runs any more, or its provider cannot be told. */
  readonly stopped: number;
  /** Left for a later run. */
  readonly stillToStop: number;
};

/** Attempts of one claim, asked for side by side. */
const AT_ONCE = 20;

/** Claims of one run. What is left has its turn in the next run. */
const MAX_CLAIMS = 20;

/**
 * When a run begins no further claim, which takes 15 s at most: the reservations wait for the end of it, and a provider that is away must not
 * make the reconciler late.
 */
const BEGIN_WITHIN_MS = 15_000;

/**
 * A post that was given up may still arrive: a kernel goes on sending what a dead process left for about 15 minutes. Until then
 * "not found" is no reason to stop looking.
 */
const ARRIVES_WITHIN_SECONDS = 20 * 60;

/** Longer than any run that a provider of ours allows. What it has not confirmed by then it will not. */
const GIVE_UP_AFTER_SECONDS = 24 * 3_600;

/** One poll: the list is the wait. */
const CONFIRM_WITHIN_MS = 0;

/**
 * Stops what providers still work on although it counts no more, whichever settled its output: the reconciler, support, or a workflow
 * whose own try was not confirmed. Repeated until the provider has stopped, so nothing is lost by a provider that is away.
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

/** Whether it is off the list. Never throws: one attempt holds up no other. */
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

/** What the provider says that it charges for what ran until then, by its time or units at our price too. Where it does not say, the bill stays in doubt. */
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

/** A call that fails, as for a provider that this worker has no adapter of, confirms nothing. */
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
