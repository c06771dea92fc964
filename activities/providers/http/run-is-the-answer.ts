import type { Provider, ProviderCapabilities } from '../provider.ts';

/** The capabilities of a service whose answer to a post is the run. */
export const RUN_IS_THE_ANSWER: ProviderCapabilities = {
  completion: 'answer',
  lookup: 'none',
  memorySeconds: null,
  minPollIntervalMs: 1_000,
  sendsWebhooks: false,
};

/** Such a service stores nothing: a result that was not in the answer is lost. */
export const NOTHING_TO_ASK: Pick<Provider, 'lookup' | 'identify' | 'poll' | 'cancel'> = {
  lookup: () => Promise.resolve({ outcome: 'unknown' }),
  identify: () => Promise.resolve({ outcome: 'unsupported' }),
  poll: () => Promise.resolve({ state: 'gone', retryAfterMs: RUN_IS_THE_ANSWER.minPollIntervalMs }),
  cancel: () => Promise.resolve('unsupported'),
};
