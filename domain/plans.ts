import { REFERRAL_CREDITS, REFERRAL_LIFETIME_MONTHS } from './grant-rules.ts';

/** Credits of each plan, granted for every period (docs/credits.md). From the lowest up. */
export const PLAN_CREDITS = {
  starter: 4_000,
  advanced: 8_000,
  pro: 16_000,
  scale: 32_000,
  enterprise: 60_000,
} as const satisfies Readonly<Record<string, number>>;

export type PlanName = keyof typeof PLAN_CREDITS;

export const PLAN_NAMES = Object.keys(PLAN_CREDITS) as readonly PlanName[];

/**
 * Who renews a plan: a schedule of ours, or the calls of an outside billing system (docs/credits.md: `by_call` is the
 * default).
 */
export const RENEWALS = ['automatic', 'by_call'] as const;
export type Renewal = (typeof RENEWALS)[number];

/** A period that began longer ago is the caller's mistake: each one since would be recorded as skipped. */
export const OLDEST_PERIOD_MONTHS = 120;

/** What the ledger needs to know of plans to start, change and renew them. */
export type PlanRules = {
  readonly plans: Readonly<Record<string, number>>;
  readonly referral_credits: number;
  readonly referral_lives_months: number;
  readonly oldest_period_months: number;
};

export const PLAN_RULES: PlanRules = {
  plans: PLAN_CREDITS,
  referral_credits: REFERRAL_CREDITS,
  referral_lives_months: REFERRAL_LIFETIME_MONTHS,
  oldest_period_months: OLDEST_PERIOD_MONTHS,
};
