import type { GrantTerms, Plan } from '../prices/offers.ts';

/**
 * Who renews a plan: a schedule of ours, or the calls of an outside billing system (docs/credits.md: `by_call` is the
 * default).
 */
export const RENEWALS = ['automatic', 'by_call'] as const;
export type Renewal = (typeof RENEWALS)[number];

/** A period that began longer ago is the caller's mistake: every one since would be recorded as skipped. */
export const OLDEST_PERIOD_MONTHS = 120;

/** What the ledger needs of a catalogue's plans to start, change and renew them. */
export type PlanRules = {
  readonly plans: Readonly<Record<string, number>>;
  readonly referral_credits: number;
  readonly referral_lives_months: number;
  readonly oldest_period_months: number;
};

/** The plan rules of a catalogue. */
export function planRulesOf({
  plans,
  grants,
}: {
  readonly plans: readonly Plan[];
  readonly grants: Pick<GrantTerms, 'referral'>;
}): PlanRules {
  return {
    plans: Object.fromEntries(plans.map(({ name, credits }) => [name, credits])),
    referral_credits: grants.referral.credits,
    referral_lives_months: grants.referral.lifetimeMonths,
    oldest_period_months: OLDEST_PERIOD_MONTHS,
  };
}
