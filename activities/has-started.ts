import type { Attempt } from '../domain/output-plan.ts';
import type { ProviderRegistry } from './providers/provider-registry.ts';

/** One poll, inside a local activity. */
const POLL_TIMEOUT_MS = 5_000;

/**
 * Whether a provider has begun with a job it accepted, asked now: what we last heard may be old for reasons of our own.
 * Only "still queued" is a no; where nothing can be told, the run deadline decides.
 */
export function createHasStarted(providers: ProviderRegistry) {
  return async function hasStarted(attempt: Attempt, providerJobId: string): Promise<boolean> {
    const poll = await providers
      .get(attempt.provider)
      .poll(providerJobId, AbortSignal.timeout(POLL_TIMEOUT_MS));
    return poll.state !== 'queued';
  };
}
