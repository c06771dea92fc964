/** The page of a job at its provider, by the provider's own address of it. Of others no such page is published. */
const PAGES: Readonly<Record<string, (id: string) => string>> = {
  replicate: (id) => `https://replicate.com/p/${encodeURIComponent(id)}`,
};

/** Null: there is none, or the provider has not accepted the job. Some services name a job by its address. */
export function providerPageOf(provider: string, providerJobId: string | null): string | null {
  if (providerJobId === null) return null;
  if (/^https:\/\/\S+$/.test(providerJobId)) return providerJobId;
  return Object.hasOwn(PAGES, provider) ? (PAGES[provider]?.(providerJobId) ?? null) : null;
}
