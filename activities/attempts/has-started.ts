import type { Attempts } from '../../jobs/attempts/attempts.ts';
import type { AttemptOfOutput } from '../../jobs/attempts/read-attempts.ts';
import { withTimeLimit } from '../../runtime/time-limit.ts';
import type { PollResult } from '../providers/provider.ts';
import type { ProviderRegistry } from '../providers/provider-registry.ts';

/** One poll, inside a local activity. */
const POLL_TIMEOUT_MS = 5_000;

/** By reference, what providers call the attempts that they have accepted. */
export type ProviderJobs = Readonly<Record<string, string>>;

export type Started = { readonly providerJobs: ProviderJobs } & (
  | { readonly outcome: 'started' }
  /** Nothing is known to be late: not submitted yet, or not for so long, or its provider does not say. */
  | { readonly outcome: 'look_again'; readonly inSeconds: number }
  /** A provider took this attempt so long ago, and has not begun. */
  | { readonly outcome: 'late'; readonly reference: string }
);

/**
 * Whether the providers have begun with what they accepted for an output, each attempt within `startDeadlineSeconds` of its own
 * submission. They are asked now: what we last heard may be old for reasons of our own. Only "still queued" is late; where nothing
 * can be told they are asked again, and the run deadline decides.
 */
export function createHasStarted(attempts: Attempts, providers: ProviderRegistry) {
  return async function hasStarted(
    accountId: string,
    outputId: string,
    startDeadlineSeconds: number,
  ): Promise<Started> {
    const ofOutput = await attempts.ofOutput(accountId, outputId);
    const providerJobs = providerJobsOf(ofOutput);
    const accepted = ofOutput.filter(({ state }) => state === 'accepted');
    const polled = await Promise.all(accepted.map(async (one) => ({ ...one, isAt: await askState(one) })));
    const queued = polled.filter(({ isAt }) => isAt === 'queued');
    const late = queued.find(({ postedSecondsAgo }) => postedSecondsAgo >= startDeadlineSeconds);
    if (late !== undefined) return { outcome: 'late', reference: late.reference, providerJobs };
    if (queued.length > 0) {
      const oldest = Math.max(...queued.map(({ postedSecondsAgo }) => postedSecondsAgo));
      return { outcome: 'look_again', inSeconds: startDeadlineSeconds - oldest, providerJobs };
    }
    // Not accepted yet is our own delay, or unknown: not a provider that does not start. One that does not say just now may have.
    const isToCome =
      ofOutput.length === 0 ||
      ofOutput.some(({ state }) => state === 'posting' || state === 'unknown') ||
      polled.some(({ isAt }) => isAt === 'unknown');
    return isToCome
      ? { outcome: 'look_again', inSeconds: startDeadlineSeconds, providerJobs }
      : { outcome: 'started', providerJobs };
  };

  async function askState({ provider: name, providerJobId }: AttemptOfOutput): Promise<PollResult['state']> {
    if (providerJobId === null) return 'unknown';
    const provider = providers.get(name);
    const poll = await withTimeLimit(POLL_TIMEOUT_MS, null, (signal) => provider.poll(providerJobId, signal));
    return poll.state;
  }
}

export function providerJobsOf(attempts: readonly AttemptOfOutput[]): ProviderJobs {
  return Object.fromEntries(
    attempts.flatMap(({ reference, providerJobId }) =>
      providerJobId === null ? [] : [[reference, providerJobId] as const],
    ),
  );
}
