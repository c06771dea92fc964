/** What a deployment sells and gives beside jobs: plans, top-ups, grants, metered uses. Credits are whole numbers. */

/** Credits that are granted for every billing period. */
export type Plan = { readonly name: string; readonly credits: number };

/** A top-up that can be bought: so many credits, living so long. A pack that was sold is never changed. */
export type Pack = { readonly name: string; readonly credits: number; readonly lifetimeMonths: number };

/** A use that is paid at once, without a job; the price list has its price under this name. */
export type Meter = { readonly name: string };

/** Grants that come by an event, and how long each lives. */
export type GrantTerms = {
  /** Once to every account, without expiry. */
  readonly signUp: { readonly credits: number };
  /** Once, when a trial starts; it lives as long as the trial. */
  readonly trial: { readonly credits: number; readonly lifetimeSeconds: number };
  /** To the inviter, when the invited account first pays for a plan. */
  readonly referral: { readonly credits: number; readonly lifetimeMonths: number };
  /** Of credits given by support, and of refunds whose own grant has expired. */
  readonly goodwill: { readonly lifetimeSeconds: number };
  /** Of a top-up that names no pack. */
  readonly topUp: { readonly lifetimeMonths: number };
  /**
   * A customer hears of a balance below this, until they choose another level. It is also how far above its level a balance rises
   * before another fall is told of: else the credits of a job that fails would take the balance below its level and back with each try.
   */
  readonly lowBalanceAt: number;
};
