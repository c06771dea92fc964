/** What a deployment sells and gives besides jobs: plans, top-ups, grants, metered uses. Credits are whole numbers. */

/** The credits of a billing period. */
export type Plan = { readonly name: string; readonly credits: number };

/** A top-up: an amount of credits and how long they live. A pack that was sold never changes. */
export type Pack = { readonly name: string; readonly credits: number; readonly lifetimeMonths: number };

/** A use that is charged at once, without a job; its price stands in the price list under this name. */
export type Meter = { readonly name: string };

/** Grants for events, and how long each lives. */
export type GrantTerms = {
  /** Once per account, without expiry. */
  readonly signUp: { readonly credits: number };
  /** Once, when a trial starts; it lives as long as the trial. */
  readonly trial: { readonly credits: number; readonly lifetimeSeconds: number };
  /** To the inviter, when the invited account first pays for a plan. */
  readonly referral: { readonly credits: number; readonly lifetimeMonths: number };
  /** For credits from support, and refunds whose own grant has expired. */
  readonly goodwill: { readonly lifetimeSeconds: number };
  /** For a top-up that names no pack. */
  readonly topUp: { readonly lifetimeMonths: number };
  /**
   * The default level of the low-balance notice. It is also how far above its level a balance must rise before the next
   * notice: otherwise each try of a failing job would cause one.
   */
  readonly lowBalanceAt: number;
};
