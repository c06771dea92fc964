import { cancellationSignal } from '@temporalio/activity';
import { sleep } from '../cancellable-sleep.ts';
import type { Attempt } from '../../domain/work/attempt.ts';
import type { JobProgress } from '../../jobs/attempts/job-progress.ts';
import type { SynchronousRuns } from './synchronous-runs.ts';
import type { AttemptOutcome } from './attempt-outcome.ts';
import type { RecordEnd } from './record-end.ts';
import { createProgressReporter } from './report-progress.ts';
import type { ProviderRegistry } from '../providers/provider-registry.ts';
import { createWaitToPoll } from '../provider-webhooks/wait-to-poll.ts';
import type { WebhookWatches } from '../provider-webhooks/webhook-watches.ts';

export type FollowDependencies = {
  readonly progress: JobProgress;
  readonly providers: ProviderRegistry;
  readonly recordEnd: RecordEnd;
  readonly synchronousRuns: SynchronousRuns;
  /** Webhooks of services; null: they are given no address. */
  readonly webhookWatches: WebhookWatches | null;
};

/**
 * Polls a provider's job to its end and stores the result; fetches the link of a run that was its own answer. It can be
 * repeated: it only reads, and the same bytes are stored once. A response that it cannot read is no end; it polls
 * again.
 */
export function createFollowAttempt(dependencies: FollowDependencies) {
  const { progress, providers, recordEnd, synchronousRuns, webhookWatches } = dependencies;
  return async function followAttempt(attempt: Attempt, providerJobId: string): Promise<AttemptOutcome> {
    const provider = providers.get(attempt.provider);
    if (provider.capabilities.completion === 'answer') return synchronousRuns.fetch(attempt);
    const { minPollIntervalMs, sendsWebhooks } = provider.capabilities;
    const report = createProgressReporter(progress, attempt);
    const waitToPoll = createWaitToPoll(sendsWebhooks ? webhookWatches : null, attempt);
    let failedFetches = 0;
    for (;;) {
      const poll = await provider.poll(providerJobId, cancellationSignal());
      switch (poll.state) {
        case 'queued':
          await report({ stage: null, fraction: null, queue_position: poll.queuePosition });
          break;
        case 'running':
          await report({ stage: poll.stage, fraction: poll.fraction, queue_position: null });
          break;
        case 'succeeded':
        case 'failed': {
          const recorded = await recordEnd.record(attempt, poll);
          if (recorded.outcome !== 'again' && recorded.outcome !== 'link_expired') return recorded;
          failedFetches += 1;
          if (recorded.outcome === 'again') await sleep(recorded.afterMs);
          break;
        }
        case 'canceled':
          return recordEnd.fail(attempt, { code: 'provider_failed' }, poll);
        case 'gone':
          return recordEnd.fail(attempt, { code: 'provider_failed' }, { billed: 'unknown', cost: null });
        case 'unknown':
          break;
      }
      const pauseMs = Math.max(poll.retryAfterMs, minPollIntervalMs);
      // An ended run is asked for its result alone: no webhook will come.
      await (poll.state === 'succeeded' ? sleep(afterFetches(failedFetches, pauseMs)) : waitToPoll(pauseMs));
    }
  };
}

/** A result may be a gigabyte: one that breaks off each time is not fetched five times a second until the run deadline. */
const MAX_FETCH_PAUSE_MS = 10_000;

function afterFetches(failedFetches: number, pauseMs: number): number {
  return Math.min(pauseMs * 2 ** (failedFetches - 1), Math.max(pauseMs, MAX_FETCH_PAUSE_MS));
}
