/**
 * The ledger's rules, one item at a time and in memory: what the SQL is held against. It knows no sets, no locks and no
 * entries, only what an item answers and what then stands in which bucket of which grant.
 */

export type ModelGrant = {
  readonly id: string;
  readonly source: string;
  readonly band: number;
  readonly amount: number;
  readonly expiresAt: number;
  isVoided: boolean;
  available: number;
  reserved: number;
  spent: number;
  expired: number;
  voided: number;
};

type Reservation = {
  readonly content: string;
  readonly amount: number;
  readonly parts: readonly { readonly grant: ModelGrant; readonly amount: number }[];
  state: 'open' | 'committed' | 'released';
  committed: number;
  isTombstone: boolean;
};

type Account = { readonly grants: ModelGrant[]; readonly reservations: Map<string, Reservation> };

export type GrantStep = {
  account: string;
  id: string;
  source: string;
  band: number;
  amount: number;
  expiresAt: number;
};
export type ReserveStep = { account: string; id: string; amount: number; reason: string; job: string };
export type SettleStep = {
  account: string;
  id: string;
  verb: 'commit' | 'release';
  amount: number | null;
  policy: 'return_grant' | 'expire';
};

const NEVER = Number.POSITIVE_INFINITY;
const RETURN_LIFETIME = 72 * 3_600;

export class ModelLedger {
  readonly accounts = new Map<string, Account>();
  /** Tombstones in accounts nobody has opened. */
  readonly #strays = new Map<string, Reservation>();

  open(name: string): void {
    this.accounts.set(name, { grants: [], reservations: new Map() });
  }

  grant(step: GrantStep, now: number): string {
    const account = this.#touch(step.account, now);
    if (account === undefined) return 'account_not_found';
    if (step.amount < 1 || step.amount > 1e12) return 'invalid_amount';
    const known = account.grants.find((grant) => grant.id === step.id);
    if (known !== undefined) {
      const isSame = known.source === step.source && known.band === step.band && known.amount === step.amount;
      return isSame ? 'granted' : 'key_reused';
    }
    if (step.expiresAt <= now) return 'expired';
    account.grants.push(newGrant(step));
    return 'granted';
  }

  void(accountName: string, grantId: string, now: number): void {
    const grant = this.#touch(accountName, now)?.grants.find((candidate) => candidate.id === grantId);
    if (grant === undefined) return;
    grant.isVoided = true;
    grant.voided += grant.available;
    grant.available = 0;
  }

  /** Items that stand or fall together; a single item is a unit of one. All of one account. */
  reserve(unit: readonly ReserveStep[], now: number): string[] {
    const account = this.#touch(unit[0]?.account ?? '', now);
    if (account === undefined) return unit.map(() => 'account_not_found');
    const fresh = new Map<string, ReserveStep>();
    const outcomes = unit.map((step) => {
      if (!isReservable(step)) return 'invalid_amount';
      const twin = fresh.get(step.id);
      if (twin !== undefined) return contentOf(twin) === contentOf(step) ? 'twin' : 'key_reused';
      const known = account.reservations.get(step.id);
      if (known === undefined) {
        fresh.set(step.id, step);
        return 'new';
      }
      if (known.isTombstone) return 'released';
      if (known.content !== contentOf(step)) return 'key_reused';
      return known.state === 'open' ? 'reserved' : known.state;
    });
    const isSound = outcomes.every((outcome) => ['new', 'twin', 'reserved'].includes(outcome));
    const needed = [...fresh.values()].reduce((sum, step) => sum + step.amount, 0);
    const isAffordable = needed <= availableOf(account);
    const verdict = !isSound ? 'group_refused' : isAffordable ? 'reserved' : 'insufficient_credits';
    if (verdict === 'reserved') for (const step of fresh.values()) hold(account, step);
    return outcomes.map((outcome) => (outcome === 'new' || outcome === 'twin' ? verdict : outcome));
  }

  settle(step: SettleStep, now: number): string {
    const account = this.#touch(step.account, now);
    const reservations = account?.reservations ?? this.#strays;
    const key = account === undefined ? `${step.account} ${step.id}` : step.id;
    const known = reservations.get(key);
    if (step.verb === 'commit' && isBadCommit(step.amount, known)) return 'invalid_amount';
    if (known !== undefined && known.state !== 'open') {
      const isOther =
        step.verb === 'commit' && known.state === 'committed' && known.committed !== step.amount;
      return isOther ? 'key_reused' : known.state;
    }
    if (known === undefined) {
      if (step.verb === 'commit') return 'not_found';
      reservations.set(key, tombstone());
      return 'released';
    }
    if (step.verb === 'commit' && (step.amount ?? 0) > known.amount) return 'exceeds_reserved';
    if (account !== undefined) end(account, known, step, now);
    return known.state;
  }

  /** Every verb that reaches an account first expires what is due in it. */
  #touch(name: string, now: number): Account | undefined {
    const account = this.accounts.get(name);
    for (const grant of account?.grants ?? []) {
      if (grant.expiresAt > now) continue;
      grant.expired += grant.available;
      grant.available = 0;
    }
    return account;
  }
}

function newGrant(step: Omit<GrantStep, 'account'>): ModelGrant {
  const empty = { available: step.amount, reserved: 0, spent: 0, expired: 0, voided: 0 };
  return { ...step, ...empty, isVoided: false };
}

function tombstone(): Reservation {
  return { content: '', amount: 0, parts: [], state: 'released', committed: 0, isTombstone: true };
}

function isReservable(step: ReserveStep): boolean {
  return step.reason === 'free_retry' ? step.amount === 0 : step.amount >= 1 && step.amount <= 1e12;
}

function isBadCommit(amount: number | null, known: Reservation | undefined): boolean {
  return amount === null || amount < 0 || (amount === 0 && (known?.amount ?? 0) > 0);
}

function contentOf(step: ReserveStep): string {
  return JSON.stringify([step.amount, step.reason, step.job]);
}

function availableOf(account: Account): number {
  return account.grants.reduce((sum, grant) => sum + grant.available, 0);
}

function hold(account: Account, step: ReserveStep): void {
  const parts: { grant: ModelGrant; amount: number }[] = [];
  let left = step.amount;
  for (const grant of inBurnOrder(account.grants)) {
    const amount = Math.min(left, grant.available);
    if (amount === 0) continue;
    grant.available -= amount;
    grant.reserved += amount;
    left -= amount;
    parts.push({ grant, amount });
  }
  const { amount } = step;
  account.reservations.set(step.id, {
    content: contentOf(step),
    amount,
    parts,
    state: 'open',
    committed: 0,
    isTombstone: false,
  });
}

/** Array order is order of arrival, and sorting keeps it where band and expiry are the same. */
function inBurnOrder(grants: readonly ModelGrant[]): readonly ModelGrant[] {
  const later = (a: number, b: number) => (a === b ? 0 : a < b ? -1 : 1);
  return [...grants].sort((a, b) => a.band - b.band || later(a.expiresAt, b.expiresAt));
}

function end(account: Account, known: Reservation, step: SettleStep, now: number): void {
  let toSpend = step.verb === 'commit' ? (step.amount ?? 0) : 0;
  known.committed = toSpend;
  known.state = step.verb === 'commit' ? 'committed' : 'released';
  const back: { grant: ModelGrant; amount: number }[] = [];
  for (const { grant, amount } of known.parts) {
    const spent = Math.min(toSpend, amount);
    toSpend -= spent;
    grant.reserved -= amount;
    grant.spent += spent;
    if (amount > spent) back.unshift({ grant, amount: amount - spent });
  }
  let returned = 0;
  for (const { grant, amount } of back) {
    if (grant.isVoided) grant.voided += amount;
    else if (grant.expiresAt > now) grant.available += amount;
    else {
      grant.expired += amount;
      if (step.policy === 'return_grant') returned += amount;
    }
  }
  if (returned > 0) {
    const id = `grant_return_${step.id}`;
    const expiresAt = now + RETURN_LIFETIME;
    account.grants.push(newGrant({ id, source: 'return', band: 2, amount: returned, expiresAt }));
  }
}

export { NEVER };
