import { activityInfo, cancellationSignal, sleep } from '@temporalio/activity';
import type { FailureCode } from '../domain/failures.ts';
import type { Attempt } from '../domain/output-plan.ts';
import { failureOfRun } from '../domain/rejections.ts';
import type { AssetStore } from '../jobs/asset-store.ts';
import type { Attempts } from '../jobs/attempts.ts';
import type { JobProgress } from '../jobs/job-progress.ts';
import { keepAlive } from './keep-alive.ts';
import { createProgressReporter } from './report-progress.ts';
import { storeResult } from './store-result.ts';
import type { ProviderRegistry } from './providers/provider-registry.ts';

export type Collected =
  /** The result is in our asset store. */
  | { readonly outcome: 'collected' }
  | { readonly outcome: 'failed'; readonly code: FailureCode }
  /** Support has put another attempt in its place: whatever came of this one counts no more. */
  | { readonly outcome: 'replaced' };

export type CollectDependencies = {
  readonly attempts: Attempts;
  readonly progress: JobProgress;
  readonly providers: ProviderRegistry;
  readonly assets: AssetStore;
};

/**
 * Polls a provider's job to its end and brings the result into our asset store. Costs nothing to repeat: it only reads,
 * and the same bytes are stored once. An answer it does not understand is not an end; it asks again. How it ended is
 * written to the attempt by compare-and-set: either that, or a restart by support, never both.
 */
export function createCollect({ attempts, progress, providers, assets }: CollectDependencies) {
  return async function collect(attempt: Attempt, providerJobId: string): Promise<Collected> {
    const provider = providers.get(attempt.provider);
    const report = createProgressReporter(progress, attempt);
    return keepAlive(async () => {
      if (activityInfo().attempt > 1) {
        // An earlier try may have brought it in and died before it could say so.
        const row = await attempts.read(attempt.accountId, attempt.reference);
        if (row?.state === 'collected') return { outcome: 'collected' };
      }
      for (;;) {
        const poll = await provider.poll(providerJobId, cancellationSignal());
        switch (poll.state) {
          case 'queued':
            await report({ stage: null, fraction: null, queue_position: poll.queuePosition });
            break;
          case 'running':
            await report({ stage: poll.stage, fraction: poll.fraction, queue_position: null });
            break;
          case 'succeeded': {
            const stored = await storeResult({ provider, providerJobId, attempt, assets, attempts, poll });
            if (stored === 'again') break;
            return stored.outcome === 'failed' ? recordFailure(attempts, attempt, stored.code) : stored;
          }
          case 'failed':
            return recordFailure(attempts, attempt, failureOfRun(poll.errorClass, poll.reason));
          case 'canceled':
          case 'gone':
            return recordFailure(attempts, attempt, 'provider_failed');
          case 'unknown':
            break;
        }
        await sleep(Math.max(poll.retryAfterMs, provider.capabilities.minPollIntervalMs));
      }
    });
  };
}

async function recordFailure(attempts: Attempts, attempt: Attempt, code: FailureCode): Promise<Collected> {
  const move = { from: ['accepted'], to: 'failed', errorClass: code } as const;
  const now = await attempts.move(attempt.accountId, attempt.reference, move);
  return now.state === 'replaced' ? { outcome: 'replaced' } : { outcome: 'failed', code };
}
