/** A provider's limits over all workers: attempts in flight, and submissions per second. Null: no limit. */
export type ProviderLimits = {
  readonly inFlight: number | null;
  readonly perSecond: number | null;
};

const NO_LIMITS: ProviderLimits = { inFlight: null, perSecond: null };

/**
 * What an attempt waits for. `model`: the circuit breaker of its model is open. `turn`: its provider's limits are
 * reached.
 */
export type WaitsFor = 'model' | 'turn';

/** By the name of the provider. */
export type LimitsOfProviders = Readonly<Record<string, ProviderLimits>>;

export function limitsOf(limits: LimitsOfProviders, provider: string): ProviderLimits {
  return Object.hasOwn(limits, provider) ? (limits[provider] ?? NO_LIMITS) : NO_LIMITS;
}
