import { cancellationSignal, sleep } from '@temporalio/activity';
import type { Attempt } from '../../domain/output-plan.ts';
import { errorClassOfRun, failureOfRun, type FailedRun } from '../../domain/rejections.ts';
import type { AssetStore } from '../../assets/asset-store.ts';
import type { Attempts, ProviderAccount } from '../../jobs/attempts/attempts.ts';
import type { JobProgress } from '../../jobs/attempts/job-progress.ts';
import type { AttemptOutcome } from './attempt-outcome.ts';
import { createProgressReporter } from './report-progress.ts';
import { storeResult } from './store-result.ts';
import type { ProviderRegistry } from '../providers/provider-registry.ts';

export type FollowDependencies = {
  readonly attempts: Attempts;
  readonly progress: JobProgress;
  readonly providers: ProviderRegistry;
  readonly assets: AssetStore;
};

/**
 * Polls a provider's job to its end and brings the result into our asset store. Costs nothing to repeat: it only reads, and the
 * same bytes are stored once. A response that it does not understand is not an end; it asks again. How it ended is
 * written to the attempt by compare-and-set: either that, or a restart by support, or the end of the reservation.
 */
export function createFollowAttempt({ attempts, progress, providers, assets }: FollowDependencies) {
  return async function followAttempt(attempt: Attempt, providerJobId: string): Promise<AttemptOutcome> {
    const provider = providers.get(attempt.provider);
    const report = createProgressReporter(progress, attempt);
    const fail = async (run: FailedRun, account: ProviderAccount): Promise<AttemptOutcome> => {
      const state = await attempts.fail(attempt.accountId, attempt.reference, errorClassOfRun(run), account);
      return state === 'replaced' || state === 'fenced' ? { outcome: state } : { outcome: 'failed', ...run };
    };
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
          if (stored.outcome === 'failed') return fail({ code: stored.code }, poll);
          if (stored.outcome !== 'again') return stored;
          break;
        }
        case 'failed': {
          const code = failureOfRun(poll.errorClass, poll.reason);
          return fail(poll.errorClass === 'interrupted' ? { code, wasInterrupted: true } : { code }, poll);
        }
        case 'canceled':
          return fail({ code: 'provider_failed' }, { billed: poll.billed, cost: null });
        case 'gone':
          return fail({ code: 'provider_failed' }, { billed: 'unknown', cost: null });
        case 'unknown':
          break;
      }
      await sleep(Math.max(poll.retryAfterMs, provider.capabilities.minPollIntervalMs));
    }
  };
}
