/** Where credits come from (docs/credits.md). How many, and how long they live, is in the catalogue. */

export const GRANT_SOURCES = [
  'plan',
  'trial',
  'sign_up',
  'referral',
  'return',
  'goodwill',
  'top_up',
] as const;
export type GrantSource = (typeof GRANT_SOURCES)[number];

/** Spent in this order: 1 before 2 before 3. */
export type GrantPriority = 1 | 2 | 3;

export const PRIORITY_OF_SOURCE: Readonly<Record<GrantSource, GrantPriority>> = {
  plan: 1,
  trial: 2,
  sign_up: 2,
  referral: 2,
  return: 2,
  goodwill: 2,
  top_up: 3,
};
