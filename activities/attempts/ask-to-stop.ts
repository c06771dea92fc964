import { sleep } from '../cancellable-sleep.ts';
import type { AttemptOfOutput } from '../../jobs/attempts/read-attempts.ts';
import { withTimeLimit } from '../../runtime/time-limit.ts';
import type { Provider } from '../providers/provider.ts';

/** How an attempt stands at its provider after it was asked to stop. */
export type AskedToStop =
  | 'stopped'
  /** Too late: the run has ended with a result. */
  | 'finished'
  /** The post was the run: its connection is reset, and there is nothing to ask for. */
  | 'reset'
  /** The provider does not know of it (yet). */
  | 'not_found'
  /** The provider's id is not known, and cannot be looked up now, or ever. */
  | 'not_looked_up'
  /** The provider has no way to stop a run. */
  | 'unstoppable'
  /** The provider took the request, and has not confirmed it. */
  | 'unconfirmed';

/** `postedSecondsAgo` absent: that is not known. */
type AskedAttempt = Pick<AttemptOfOutput, 'providerJobId' | 'reference'> & {
  readonly postedSecondsAgo?: number;
};

/** The limit of one call to a provider. */
const CALL_TIMEOUT_MS = 5_000;

const CONFIRM_POLL_MS = 500;

/**
 * Asks a provider to stop an attempt. One whose provider id is not known is looked up by its reference first. A
 * provider that only takes the request is polled, at least once, until the run has ended. Throws what the adapter
 * throws.
 */
export async function askToStop(
  provider: Provider,
  attempt: AskedAttempt,
  confirmWithinMs: number,
): Promise<AskedToStop> {
  if (provider.capabilities.completion === 'answer') return 'reset';
  const found = await findProviderJob(provider, attempt);
  if (typeof found === 'string') return found;
  const { providerJobId } = found;
  switch (await boundedCall((signal) => provider.cancel(providerJobId, signal))) {
    case 'stopped':
      return 'stopped';
    case 'unsupported':
      return 'unstoppable';
    case 'too_late': {
      const { state } = await boundedCall((signal) => provider.poll(providerJobId, signal));
      // It was canceled by an earlier request whose response was lost: neither a result nor a failure of the run.
      return state === 'canceled' ? 'stopped' : 'finished';
    }
    case 'requested':
      return waitForEnd(provider, providerJobId, confirmWithinMs);
  }
}

function boundedCall<Response>(call: (signal: AbortSignal) => Promise<Response>): Promise<Response> {
  return withTimeLimit(CALL_TIMEOUT_MS, null, call);
}

async function findProviderJob(
  provider: Provider,
  { providerJobId, reference, postedSecondsAgo }: AskedAttempt,
): Promise<{ readonly providerJobId: string } | 'not_found' | 'not_looked_up'> {
  if (providerJobId !== null) return { providerJobId };
  if (provider.capabilities.lookup === 'none') return 'not_looked_up';
  const found = await boundedCall((signal) => provider.lookup(reference, signal, postedSecondsAgo));
  if (found.outcome === 'found') return found;
  return found.outcome === 'not_found' ? 'not_found' : 'not_looked_up';
}

async function waitForEnd(
  provider: Provider,
  providerJobId: string,
  confirmWithinMs: number,
): Promise<AskedToStop> {
  const confirmBy = performance.now() + confirmWithinMs;
  for (;;) {
    const { state } = await boundedCall((signal) => provider.poll(providerJobId, signal));
    if (state === 'canceled' || state === 'failed' || state === 'gone') return 'stopped';
    if (state === 'succeeded') return 'finished';
    if (performance.now() >= confirmBy) return 'unconfirmed';
    await sleep(CONFIRM_POLL_MS);
  }
}
