import { log } from '@temporalio/activity';
import type { AttemptsToStop, AttemptToStop } from '../../jobs/attempts/attempts-to-stop.ts';
import { withTimeLimit } from '../../runtime/time-limit.ts';
import { withHeartbeat } from './with-heartbeat.ts';
import type { ProviderRegistry } from '../providers/provider-registry.ts';
import type { Provider } from '../providers/provider.ts';

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

/** One call to a provider. */
const CALL_TIMEOUT_MS = 5_000;

/**
 * A post that was given up may still arrive: a kernel goes on sending what a dead process left for about 15 minutes. Until then
 * "not found" is no reason to stop looking.
 */
const ARRIVES_WITHIN_SECONDS = 20 * 60;

/** Longer than any run that a provider of ours allows. What it has not confirmed by then it will not. */
const GIVE_UP_AFTER_SECONDS = 24 * 3_600;

type StopStatus =
  | 'stopped'
  /** It does not know of it, so far. */
  | 'not_found'
  /** It cannot be told to stop. */
  | 'unstoppable'
  /** It did not say, or has not stopped yet. */
  | 'unconfirmed';

/**
 * Stops what providers still work on although it counts no more, whichever settled its output: the reconciler, support, or a workflow
 * whose own try was not confirmed. Repeated until the provider has stopped, so nothing is lost by a provider that is away.
 */
export function createStopQueuedAttempts(
  queue: AttemptsToStop,
  providers: ProviderRegistry,
  beginWithinMs = BEGIN_WITHIN_MS,
) {
  return async function stopQueuedAttempts(): Promise<StopReport> {
    return withHeartbeat(async () => {
      const startedAt = performance.now();
      let stopped = 0;
      let stillToStop = 0;
      for (let claims = 0; claims < MAX_CLAIMS; claims++) {
        const claimed = await queue.claim(AT_ONCE);
        const done = await Promise.all(claimed.map((attempt) => stopOne(queue, providers, attempt)));
        stopped += done.filter(Boolean).length;
        stillToStop += done.filter((isDone) => !isDone).length;
        if (claimed.length < AT_ONCE || performance.now() - startedAt > beginWithinMs) break;
      }
      return { stopped, stillToStop };
    });
  };
}

/** Whether it is off the list. Never throws: one attempt holds up no other. */
async function stopOne(
  queue: AttemptsToStop,
  providers: ProviderRegistry,
  attempt: AttemptToStop,
): Promise<boolean> {
  const { reference, waitingSeconds } = attempt;
  try {
    const status = await stopStatusOf(providers, attempt);
    const mayArrive = status === 'not_found' && waitingSeconds < ARRIVES_WITHIN_SECONDS;
    const isGivenUp = status === 'unconfirmed' && waitingSeconds >= GIVE_UP_AFTER_SECONDS;
    if (status === 'unstoppable' || isGivenUp)
      log.error('an attempt may run on at its provider, at our cost; it is not asked again', {
        ...attempt,
        status,
      });
    if (mayArrive || (status === 'unconfirmed' && !isGivenUp)) return false;
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

/** A call that fails, as for a provider that this worker has no adapter of, confirms nothing. */
async function stopStatusOf(providers: ProviderRegistry, attempt: AttemptToStop): Promise<StopStatus> {
  try {
    return await askToStop(providers.get(attempt.provider), attempt);
  } catch (error) {
    log.warn('an attempt could not be stopped; a later run tries again', {
      reference: attempt.reference,
      error,
    });
    return 'unconfirmed';
  }
}

async function askToStop(provider: Provider, attempt: AttemptToStop): Promise<StopStatus> {
  const call = <Answer>(ask: (signal: AbortSignal) => Promise<Answer>) =>
    withTimeLimit(CALL_TIMEOUT_MS, null, ask);
  // Its connection is gone, and with it whatever it would have returned.
  if (provider.capabilities.completion === 'answer') return 'stopped';
  let { providerJobId } = attempt;
  if (providerJobId === null) {
    if (provider.capabilities.lookup === 'none') return 'unconfirmed';
    const found = await call((signal) => provider.lookup(attempt.reference, signal));
    if (found.outcome !== 'found') return found.outcome === 'not_found' ? 'not_found' : 'unconfirmed';
    ({ providerJobId } = found);
  }
  const id = providerJobId;
  switch (await call((signal) => provider.cancel(id, signal))) {
    case 'stopped':
    case 'too_late':
      return 'stopped';
    case 'unsupported':
      return 'unstoppable';
    case 'requested': {
      const { state } = await call((signal) => provider.poll(id, signal));
      return ENDED.includes(state) ? 'stopped' : 'unconfirmed';
    }
  }
}

const ENDED: readonly string[] = ['succeeded', 'failed', 'canceled', 'gone'];
