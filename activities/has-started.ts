import type { Attempt } from '../domain/output-plan.ts';
import { withTimeLimit } from '../runtime/time-limit.ts';
import type { ProviderRegistry } from './providers/provider-registry.ts';

/** One poll, inside a local activity. */
const POLL_TIMEOUT_MS = 5_000;

/**
 * Whether a provider has begun with a job it accepted, asked now: what we last heard may be old for reasons of our own.
 * Only "still queued" is a no; where nothing can be told, the run deadline decides.
 */
export function createHasStarted(providers: ProviderRegistry) {
  return async function hasStarted(attempt: Attempt, providerJobId: string): Promise<boolean> {
    const provider = providers.get(attempt.provider);
    const poll = await withTimeLimit(POLL_TIMEOUT_MS, null, (signal) => provider.poll(providerJobId, signal));
    return poll.state !== 'queued';
  };
}
