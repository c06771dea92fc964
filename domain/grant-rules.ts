/** Where credits come from, how many, and how long they live (docs/credits.md). */

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

/** Given once to every account, without expiry. */
export const SIGN_UP_CREDITS = 1_000;

/** Given once, when a trial starts; it lives as long as the trial. */
export const TRIAL_CREDITS = 3_000;
export const TRIAL_LIFETIME_SECONDS = 7 * 24 * 3_600;

/** To the inviter, when the invited account first pays for a plan. */
export const REFERRAL_CREDITS = 3_000;
export const REFERRAL_LIFETIME_MONTHS = 12;

/** Of credits given by support, and of refunds whose own grant has expired. */
export const GOODWILL_LIFETIME_SECONDS = 90 * 24 * 3_600;

/** Of a top-up that names no pack. */
export const TOP_UP_LIFETIME_MONTHS = 12;

/** A customer hears of a balance that no longer buys one video, until they choose another level. Credits. */
export const DEFAULT_LOW_BALANCE_AT = 700;

/**
 * How far above its level a balance rises before another fall is told of: one planning unit, the largest thing that is planned
 * with. Else the credits of a job that fails would take the balance below its level and back with each try. Credits.
 */
export const LOW_BALANCE_RISE = 700;

/** A top-up that can be bought: so many credits, living so long. */
export type Pack = { readonly name: string; readonly credits: number; readonly lifetimeMonths: number };

/** The catalogue of packs (ours: the policy leaves sizes to a catalogue). Data: a pack that was sold is never changed. */
export const PACKS: readonly Pack[] = [
  { name: 'small', credits: 1_000, lifetimeMonths: 12 },
  { name: 'medium', credits: 5_000, lifetimeMonths: 12 },
  { name: 'large', credits: 20_000, lifetimeMonths: 12 },
];

/** The pack of a name, or undefined when none is sold under it. */
export function packOf(name: string): Pack | undefined {
  return PACKS.find((pack) => pack.name === name);
}
