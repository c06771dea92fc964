import { cancellationSignal, sleep } from '@temporalio/activity';
import type { Attempt } from '../../domain/output-plan.ts';
import type { JobProgress } from '../../jobs/attempts/job-progress.ts';
import type { AttemptOutcome } from './attempt-outcome.ts';
import type { RecordEnd } from './record-end.ts';
import { createProgressReporter } from './report-progress.ts';
import type { ProviderRegistry } from '../providers/provider-registry.ts';

export type FollowDependencies = {
  readonly progress: JobProgress;
  readonly providers: ProviderRegistry;
  readonly recordEnd: RecordEnd;
};

/**
 * Polls a provider's job to its end and brings the result into our asset store. Costs nothing to repeat: it only reads, and the
 * same bytes are stored once. A response that it does not understand is not an end; it asks again.
 */
export function createFollowAttempt({ progress, providers, recordEnd }: FollowDependencies) {
  return async function followAttempt(attempt: Attempt, providerJobId: string): Promise<AttemptOutcome> {
    const provider = providers.get(attempt.provider);
    const report = createProgressReporter(progress, attempt);
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
          if (recorded !== 'again') return recorded;
          break;
        }
        case 'canceled':
          return recordEnd.fail(attempt, { code: 'provider_failed' }, poll);
        case 'gone':
          return recordEnd.fail(attempt, { code: 'provider_failed' }, { billed: 'unknown', cost: null });
        case 'unknown':
          break;
      }
      await sleep(Math.max(poll.retryAfterMs, provider.capabilities.minPollIntervalMs));
    }
  };
}
