import { cancellationSignal } from '@temporalio/activity';
import { sleep } from '../cancellable-sleep.ts';
import type { Attempt } from '../../domain/work/output-plan.ts';
import type { JobProgress } from '../../jobs/attempts/job-progress.ts';
import type { AnsweredRuns } from './answered-runs.ts';
import type { AttemptOutcome } from './attempt-outcome.ts';
import type { RecordEnd } from './record-end.ts';
import { createProgressReporter } from './report-progress.ts';
import type { ProviderRegistry } from '../providers/provider-registry.ts';
import { createWaitToPoll } from '../webhooks/wait-to-poll.ts';
import type { WebhookWatches } from '../webhooks/webhook-watches.ts';

export type FollowDependencies = {
  readonly progress: JobProgress;
  readonly providers: ProviderRegistry;
  readonly recordEnd: RecordEnd;
  readonly answeredRuns: AnsweredRuns;
  /** Of what services tell of attempts; null: they are given no address to tell it to. */
  readonly webhookWatches: WebhookWatches | null;
};

/**
 * Polls a provider's job to its end, where its answer was not the run already, and brings the result into our asset store. Costs nothing to repeat: it only reads, and the
 * same bytes are stored once. A response that it does not understand is not an end; it asks again.
 */
export function createFollowAttempt(dependencies: FollowDependencies) {
  const { progress, providers, recordEnd, answeredRuns, webhookWatches } = dependencies;
  return async function followAttempt(attempt: Attempt, providerJobId: string): Promise<AttemptOutcome> {
    const provider = providers.get(attempt.provider);
    if (provider.capabilities.completion === 'answer') return answeredRuns.fetch(attempt);
    const { minPollIntervalMs, sendsWebhooks } = provider.capabilities;
    const report = createProgressReporter(progress, attempt);
    const waitToPoll = createWaitToPoll(sendsWebhooks ? webhookWatches : null, attempt);
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
          if (recorded.outcome === 'again') await sleep(recorded.afterMs);
          else if (recorded.outcome !== 'link_expired') return recorded;
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
      // One that has ended is asked again for its result alone: no webhook is to come.
      await (poll.state === 'succeeded' ? sleep(pauseMs) : waitToPoll(pauseMs));
    }
  };
}
