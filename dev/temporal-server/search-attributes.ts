/** What support can search workflows by. The embedded server registers them at start; docker-compose by a one-shot job. */
export const SEARCH_ATTRIBUTES = {
  HoldfastAccount: 'Keyword',
  HoldfastKind: 'Keyword',
  HoldfastState: 'Keyword',
  HoldfastProvider: 'Keyword',
  HoldfastModel: 'Keyword',
  HoldfastCredits: 'Int',
  HoldfastStuckSince: 'Datetime',
} as const;
