/** What may be at a provider at once, and leave for it in a second, from all workers together. Null: as much as there is. */
export type ProviderLimits = {
  readonly inFlight: number | null;
  readonly perSecond: number | null;
};

const NO_LIMITS: ProviderLimits = { inFlight: null, perSecond: null };

/**
 * What an attempt waits for before it leaves. `model`: the circuit breaker of its model is open. `turn`: as much is at its provider as
 * may be, or has left for it lately.
 */
export type WaitsFor = 'model' | 'turn';

/** By the name of the provider. */
export type LimitsOfProviders = Readonly<Record<string, ProviderLimits>>;

export function limitsOf(limits: LimitsOfProviders, provider: string): ProviderLimits {
  return Object.hasOwn(limits, provider) ? (limits[provider] ?? NO_LIMITS) : NO_LIMITS;
}
