import type { Provider } from './provider.ts';

export type ProviderRegistry = {
  /** Returns the adapter of that name. Throws RangeError, which lists the known names. */
  get(name: string): Provider;
  readonly names: readonly string[];
};

/**
 * Returns a registry of adapters by the names that models give (domain/work/models.ts). Throws RangeError when two have
 * the same name.
 */
export function createProviderRegistry(providers: readonly Provider[]): ProviderRegistry {
  const byName = new Map<string, Provider>();
  for (const provider of providers) {
    if (byName.has(provider.name)) throw new RangeError(`two providers are named "${provider.name}"`);
    byName.set(provider.name, provider);
  }
  const names = [...byName.keys()];
  return {
    names,
    get(name) {
      const provider = byName.get(name);
      if (provider !== undefined) return provider;
      throw new RangeError(`no provider is named "${name}"; there are: ${names.join(', ') || 'none'}`);
    },
  };
}
