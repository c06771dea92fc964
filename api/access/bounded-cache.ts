/**
 * Caches the results of a look-up for a while. Concurrent look-ups of one key are one; a failed one is not kept.
 * Bounded: the oldest entry is dropped first, which is good enough for short lifetimes.
 */
export class BoundedCache<Value> {
  readonly #entries = new Map<string, { readonly value: Promise<Value>; readonly freshUntil: number }>();
  readonly #options: { readonly maxEntries: number; readonly lifetimeMs: number; readonly now: () => number };

  constructor(options: {
    readonly maxEntries: number;
    readonly lifetimeMs: number;
    readonly now: () => number;
  }) {
    this.#options = options;
  }

  get(key: string, lookUp: () => Promise<Value>): Promise<Value> {
    const { maxEntries, lifetimeMs, now } = this.#options;
    const found = this.#entries.get(key);
    if (found !== undefined && found.freshUntil > now()) return found.value;
    this.#entries.delete(key);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size < maxEntries) break;
      this.#entries.delete(oldest);
    }
    const entry = { value: lookUp(), freshUntil: now() + lifetimeMs };
    this.#entries.set(key, entry);
    entry.value.catch(() => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    });
    return entry.value;
  }
}
