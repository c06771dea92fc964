import type { Attempts } from '../../jobs/attempts/attempts.ts';
import type { AttemptOfOutput } from '../../jobs/attempts/read-attempts.ts';
import { withTimeLimit } from '../../runtime/time-limit.ts';
import type { PollResult } from '../providers/provider.ts';
import type { ProviderRegistry } from '../providers/provider-registry.ts';

/** The limit of one poll, inside a local activity. */
const POLL_TIMEOUT_MS = 5_000;

/** By reference, the provider's ids of accepted attempts. */
export type ProviderJobs = Readonly<Record<string, string>>;

type Started = { readonly providerJobs: ProviderJobs } & (
  | { readonly outcome: 'started' }
  /** Nothing is known to be late: not submitted yet, not for so long, or its provider does not say. */
  | { readonly outcome: 'look_again'; readonly inSeconds: number }
  /** The start deadline of this attempt has passed, and its provider has not begun. */
  | { readonly outcome: 'late'; readonly reference: string }
);

/**
 * Whether providers have begun with an output's accepted attempts, each within `startDeadlineSeconds` of its
 * submission. They are polled now, since what we heard last may be old through our own fault. Only "still queued" is
 * late. Where nothing can be told they are polled again, and the run deadline decides.
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
    // An attempt that is not accepted is our delay, or unknown. A provider that does not respond may have begun.
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
