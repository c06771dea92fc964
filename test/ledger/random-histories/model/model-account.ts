import { monthsAfter, periodNumber } from './calendar.ts';

/** An account in the model. Times in ms, credits whole; no locks and no entries, and sums are added up when they are read. */

export const NEVER = Number.POSITIVE_INFINITY;
export const MAX_CREDITS = 1e12;

type ModelGrant = {
  readonly id: string;
  readonly source: string;
  readonly priority: number;
  readonly reference: string | null;
  readonly expiresAt: number;
  readonly amount: number;
  isVoided: boolean;
  available: number;
  reserved: number;
  spent: number;
  expired: number;
  voided: number;
};

export type ModelReservation = {
  readonly content: string;
  readonly amount: number;
  readonly parts: readonly Part[];
  /** 'member ann', 'project p1': whose spend it counts as, in the period that began then. */
  readonly spenders: readonly string[];
  readonly periodStartsAt: number;
  readonly isTombstone: boolean;
  state: 'open' | 'committed' | 'released';
  committed: number;
  refunded: number;
  settledAt: number;
};

export type Part = { readonly grant: ModelGrant; readonly amount: number };

export type ModelPlan = {
  plan: string | null;
  anchor: number;
  startsAt: number;
  endsAt: number;
  nextPlan: string | null;
  renewal: string;
};

type PlanPeriod = { endsAt: number; plan: string; granted: number; isSkipped: boolean };

export type ModelAccount = {
  readonly name: string;
  readonly openedAt: number;
  readonly grants: ModelGrant[];
  readonly refunds: Map<string, { readonly content: string; readonly credits: number }>;
  readonly voids: Map<string, { readonly voided: number; readonly notRecovered: number }>;
  /** Credits reserved and spent, less what came back: '<period start> <spender>' → credits. */
  readonly used: Map<string, number>;
  readonly periods: Map<number, PlanPeriod>;
  readonly planCalls: Map<string, { readonly content: string; readonly answer: ModelPlan | null }>;
  /** 'member' → the cap of every member, 'member ann' → hers in its place; null: none. */
  caps: ReadonlyMap<string, number | null>;
  lowBalanceAt: number;
  /** When its balance fell below that. */
  falls: number[];
  periodStartsAt: number;
  periodEndsAt: number;
  plan: ModelPlan | null;
  inviter: ModelAccount | null;
  isReferralPaid: boolean;
};

export function newAccount(name: string, now: number, lowBalanceAt: number): ModelAccount {
  return {
    name,
    openedAt: now,
    grants: [],
    refunds: new Map(),
    voids: new Map(),
    used: new Map(),
    periods: new Map(),
    planCalls: new Map(),
    caps: new Map(),
    lowBalanceAt,
    falls: [],
    periodStartsAt: now,
    periodEndsAt: monthsAfter(now, 1),
    plan: null,
    inviter: null,
    isReferralPaid: false,
  };
}

export function availableOf(account: ModelAccount): number {
  return account.grants.reduce((sum, grant) => sum + grant.available, 0);
}

/** Array order is order of arrival, and sorting keeps it where priority and expiry are the same. */
export function inBurnOrder(grants: readonly ModelGrant[]): readonly ModelGrant[] {
  const later = (a: number, b: number) => (a === b ? 0 : a < b ? -1 : 1);
  return [...grants].sort((a, b) => a.priority - b.priority || later(a.expiresAt, b.expiresAt));
}

export function addGrant(
  account: ModelAccount,
  grant: Pick<ModelGrant, 'id' | 'source' | 'priority' | 'amount' | 'expiresAt'> & {
    reference?: string | null;
  },
): void {
  const empty = { available: grant.amount, reserved: 0, spent: 0, expired: 0, voided: 0 };
  account.grants.push({ reference: null, ...grant, ...empty, isVoided: false });
}

/** Does what is due in an account first: expires credits, begins a new period to count spend in. */
export function bringToPresent(account: ModelAccount, now: number): void {
  watchBalance(account, now, () => {
    for (const grant of account.grants) {
      if (grant.expiresAt > now) continue;
      grant.expired += grant.available;
      grant.available = 0;
    }
  });
  if (account.periodEndsAt > now) return;
  const anchor = account.plan?.anchor ?? account.openedAt;
  const number = periodNumber(anchor, now);
  account.periodStartsAt = monthsAfter(anchor, number);
  account.periodEndsAt = monthsAfter(anchor, number + 1);
}

/** A balance that falls below the account's level is noticed, once per fall. */
export function watchBalance<Result>(account: ModelAccount, now: number, change: () => Result): Result {
  const before = availableOf(account);
  const result = change();
  if (before >= account.lowBalanceAt && availableOf(account) < account.lowBalanceAt) account.falls.push(now);
  return result;
}

/** Counts credits as used (or, negative, as back) by the member and project of a reservation. */
export function countUsage(account: ModelAccount, held: ModelReservation, credits: number): void {
  if (credits === 0) return;
  for (const spender of held.spenders) {
    const key = `${String(held.periodStartsAt)} ${spender}`;
    account.used.set(key, (account.used.get(key) ?? 0) + credits);
  }
}
