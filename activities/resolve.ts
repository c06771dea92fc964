import { cancellationSignal, sleep } from '@temporalio/activity';
import type { Attempt } from '../domain/output-plan.ts';
import { failedRunOf, type ErrorClass } from '../domain/rejections.ts';
import type { AttemptRow, Attempts } from '../jobs/attempts.ts';
import { keepAlive } from './keep-alive.ts';
import type { ProviderRegistry } from './providers/provider-registry.ts';
import type { Provider } from './providers/provider.ts';
import { MAX_MS_BEFORE_POST, type Submission } from './submit.ts';

export type Resolution = Exclude<Submission, { outcome: 'unknown' }> | { readonly outcome: 'unresolvable' };

/** Between two look-ups: soon at first, then rarely, for as long as the job's deadline lets it go on. */
const FIRST_WAIT_MS = 500;
const MAX_WAIT_MS = 10_000;

/** Room for the request's own way and for two clocks read apart. */
const NOT_FOUND_MARGIN_SECONDS = 2;

/**
 * Finds out what became of a submission whose answer was lost. Goes on until it is known or the workflow gives up;
 * `unresolvable` at once for a provider that cannot be asked.
 */
export function createResolve(attempts: Attempts, providers: ProviderRegistry) {
  return async function resolve(attempt: Attempt): Promise<Resolution> {
    const provider = providers.get(attempt.provider);
    return keepAlive(async () => {
      for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, MAX_WAIT_MS)) {
        const resolution = await lookOnce(attempts, provider, attempt);
        if (resolution !== null) return resolution;
        await sleep(waitMs);
      }
    });
  };
}

async function lookOnce(
  attempts: Attempts,
  provider: Provider,
  attempt: Attempt,
): Promise<Resolution | null> {
  const row = await attempts.read(attempt.accountId, attempt.reference);
  const known = row && resolutionOf(row);
  if (known !== null) return known ?? { outcome: 'fenced' };
  // Fence first: the submitter, should it still be alive, can no longer turn this row into an accepted one by itself.
  await attempts.move(attempt.accountId, attempt.reference, { from: ['posting'], to: 'unknown' });
  if (provider.capabilities.lookup === 'none') return { outcome: 'unresolvable' };

  const found = await provider.lookup(attempt.reference, cancellationSignal());
  if (found.outcome === 'found') {
    await attempts.move(attempt.accountId, attempt.reference, {
      from: ['unknown'],
      to: 'accepted',
      providerJobId: found.providerJobId,
    });
  } else if (found.outcome === 'not_found' && provesNotRun(provider, row)) {
    await attempts.move(attempt.accountId, attempt.reference, {
      from: ['unknown'],
      to: 'rejected',
      errorClass: 'resubmit' satisfies ErrorClass,
    });
  } else {
    return null;
  }
  const now = await attempts.read(attempt.accountId, attempt.reference);
  return now === undefined ? { outcome: 'fenced' } : resolutionOf(now);
}

/** "Not found" is proof only from a service that says so of itself, and only once the post can no longer be on its way. */
function provesNotRun(provider: Provider, row: AttemptRow | undefined): boolean {
  const patienceSeconds = (MAX_MS_BEFORE_POST + provider.submitTimeoutMs) / 1_000 + NOT_FOUND_MARGIN_SECONDS;
  // A service keeps a finished job about as long as its output: past that it may have forgotten what it ran.
  const memorySeconds = provider.capabilities.outputLifetimeSeconds ?? Number.POSITIVE_INFINITY;
  return (
    provider.capabilities.lookup === 'authoritative' &&
    row?.state === 'unknown' &&
    row.postedSecondsAgo >= patienceSeconds &&
    row.postedSecondsAgo <= memorySeconds
  );
}

function resolutionOf(row: AttemptRow): Resolution | null {
  switch (row.state) {
    case 'collected':
      return { outcome: 'collected' };
    case 'failed':
      return { outcome: 'failed', ...failedRunOf(row.errorClass) };
    case 'accepted':
      return row.providerJobId === null ? null : { outcome: 'accepted', providerJobId: row.providerJobId };
    case 'rejected':
      return {
        outcome: 'rejected',
        errorClass: (row.errorClass ?? 'resubmit') as ErrorClass,
        retryAfterMs: null,
      };
    case 'replaced':
    case 'fenced':
      return { outcome: row.state };
    case 'posting':
    case 'unknown':
      return null;
  }
}
