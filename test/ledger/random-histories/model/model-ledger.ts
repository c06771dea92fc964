import { end, refund, refusalOf, type RefundItem, type SettleItem } from './give-back.ts';
import {
  addGrant,
  bringToPresent,
  MAX_CREDITS,
  newAccount,
  watchBalance,
  type ModelAccount,
  type ModelReservation,
} from './model-account.ts';
import { refer, renew, setPlan, type PlanAnswer, type PlanStep } from './model-plans.ts';
import { take, type TakeItem } from './take.ts';

export type GrantItem = {
  readonly account: string;
  readonly id: string;
  readonly source: string;
  readonly priority: number;
  readonly amount: number;
  readonly expiresAt: number;
  readonly reference: string | null;
};

export type LimitsStep = {
  readonly account: string;
  readonly member: number | null;
  readonly project: number | null;
  readonly lowBalanceAt: number | null;
  /** Of one member, in place of the general cap; null: none for her. */
  readonly override: { readonly member: string; readonly credits: number | null } | null;
};

/** The result of an item: its outcome, and those of its numbers that do not depend on the items beside it. */
export type Answer = readonly (string | number | boolean | null)[];

/** Given to an account once, under whatever id. */
const ONCE = ['sign_up', 'trial'];

/**
 * The ledger's rules, one item at a time and in memory: what the SQL is held against. It knows no locks and no
 * entries, only what an item returns and what then stands in which bucket of which grant. Times in ms.
 */
export class ModelLedger {
  readonly accounts = new Map<string, ModelAccount>();
  /** By account and id: an id may be released in an account that is not opened yet. */
  readonly reservations = new Map<string, ModelReservation>();

  open(name: string, now: number, lowBalanceAt: number): string {
    if (this.accounts.has(name)) return 'exists';
    this.accounts.set(name, newAccount(name, now, lowBalanceAt));
    return 'opened';
  }

  grant(item: GrantItem, now: number): Answer {
    const account = this.#touch(item.account, now);
    if (account === undefined) return ['account_not_found'];
    if (item.amount < 1 || item.amount > MAX_CREDITS) return ['invalid_amount'];
    const known = account.grants.find((grant) => grant.id === item.id);
    if (known !== undefined) {
      const isSame =
        known.source === item.source && known.priority === item.priority && known.amount === item.amount;
      return [isSame && known.reference === item.reference ? 'granted' : 'key_reused'];
    }
    if (this.#isMadeAlready(account, item)) return ['key_reused'];
    if (item.expiresAt <= now) return ['expired'];
    watchBalance(account, now, () => addGrant(account, item));
    return ['granted'];
  }

  void(accountName: string, grantId: string, now: number): Answer {
    const account = this.#touch(accountName, now);
    const grant = account?.grants.find((candidate) => candidate.id === grantId);
    if (account === undefined || grant === undefined) return ['not_found', null, null];
    const first = account.voids.get(grantId);
    if (first !== undefined) return ['voided', first.voided, first.notRecovered];
    const taken = { voided: grant.available, notRecovered: grant.spent + grant.reserved };
    account.voids.set(grantId, taken);
    watchBalance(account, now, () => {
      grant.isVoided = true;
      grant.voided += grant.available;
      grant.available = 0;
    });
    return ['voided', taken.voided, taken.notRecovered];
  }

  /** Parts that stand or fall together; a single item is a unit of one. All of one account. */
  reserve(unit: readonly TakeItem[], now: number): Answer {
    const account = this.#touch(unit[0]?.account ?? '', now);
    return [account === undefined ? 'account_not_found' : take(account, this.reservations, unit, now)];
  }

  spend(item: TakeItem, now: number): Answer {
    const [outcome = ''] = this.reserve([item], now);
    return [outcome === 'reserved' || outcome === 'committed' ? 'spent' : outcome];
  }

  settle(item: SettleItem, now: number): Answer {
    const account = this.#touch(item.account, now);
    const key = `${item.account} ${item.id}`;
    const known = this.reservations.get(key);
    const refusal = refusalOf(item, known);
    // What the reservation has come to is told with a refusal too.
    if (refusal !== null && known === undefined) return [refusal, false, null, null];
    if (refusal !== null && known?.state === 'open') return [refusal, false, 0, 0];
    if (known === undefined) {
      this.reservations.set(key, tombstone(now));
      return ['released', false, 0, 0];
    }
    const isReplay = known.state !== 'open';
    if (!isReplay && account !== undefined) end(account, known, item, now);
    const isOther = item.verb === 'commit' && known.state === 'committed' && known.committed !== item.amount;
    const outcome = refusal ?? (isOther ? 'key_reused' : known.state);
    return [outcome, isReplay, known.committed, known.amount - known.committed];
  }

  refund(item: RefundItem, now: number): Answer {
    const account = this.#touch(item.account, now);
    const known = this.reservations.get(`${item.account} ${item.id}`);
    if (account === undefined) return ['not_found', null, known === undefined ? null : 0];
    const answer = watchBalance(account, now, () => refund(account, known, item, now));
    return [answer.outcome, answer.credits, known?.refunded ?? null];
  }

  setPlan(call: PlanStep, now: number): PlanAnswer {
    const account = this.#touch(call.account, now);
    if (account === undefined) return { outcome: 'account_not_found', isReplay: false, plan: null };
    if (account.inviter !== null && !account.isReferralPaid) this.#touch(account.inviter.name, now);
    return setPlan(account, call, now);
  }

  renew(names: readonly string[], now: number): string[] {
    return names.map((name) => {
      const account = this.#touch(name, now);
      return account === undefined ? 'not_due' : renew(account, now);
    });
  }

  refer(accountName: string, inviterName: string, now: number): string {
    if (accountName === inviterName) return 'self_referral';
    return refer(this.#touch(accountName, now), this.#touch(inviterName, now), now);
  }

  setLimits(step: LimitsStep, now: number): boolean {
    const account = this.#touch(step.account, now);
    if (account === undefined) return false;
    const { override } = step;
    account.lowBalanceAt = step.lowBalanceAt ?? 0;
    account.caps = new Map<string, number | null>([
      ['member', step.member],
      ['project', step.project],
      ...(override === null ? [] : [[`member ${override.member}`, override.credits] as const]),
    ]);
    return true;
  }

  sweep(names: readonly string[], now: number): void {
    for (const name of names) this.#touch(name, now);
  }

  /** The credits spent in an account's current period, less those that came back. */
  spentThisPeriod(account: ModelAccount): number {
    let spent = 0;
    for (const [key, held] of this.reservations) {
      if (!key.startsWith(`${account.name} `) || held.settledAt < account.periodStartsAt) continue;
      spent += held.committed - held.refunded;
    }
    return spent;
  }

  /** Every verb that reaches an account first does what is due in it. */
  #touch(name: string, now: number): ModelAccount | undefined {
    const account = this.accounts.get(name);
    if (account !== undefined) bringToPresent(account, now);
    return account;
  }

  /** One payment makes one grant, in one account; a trial and a sign-up come once to an account. */
  #isMadeAlready(account: ModelAccount, item: GrantItem): boolean {
    if (ONCE.includes(item.source)) return account.grants.some((grant) => grant.source === item.source);
    if (item.source !== 'top_up' || item.reference === null) return false;
    return [...this.accounts.values()].some((other) =>
      other.grants.some((grant) => grant.source === 'top_up' && grant.reference === item.reference),
    );
  }
}

function tombstone(now: number): ModelReservation {
  return {
    content: '',
    amount: 0,
    parts: [],
    spenders: [],
    periodStartsAt: now,
    isTombstone: true,
    state: 'released',
    committed: 0,
    refunded: 0,
    settledAt: now,
  };
}
