/** Sent with every response that an earlier request under the same key has caused. */
export const REPLAYED = { 'Idempotent-Replayed': 'true' } as const;
