import {
  availableOf,
  countUsage,
  inBurnOrder,
  MAX_CREDITS,
  watchBalance,
  type ModelAccount,
  type ModelReservation,
  type Part,
} from './model-account.ts';

/** What reserve and spend ask for. */
export type TakeItem = {
  readonly account: string;
  readonly id: string;
  readonly amount: number;
  readonly reason: 'generation' | 'free_retry' | 'spend';
  readonly job: string | null;
  readonly member: string | null;
  readonly project: string | null;
};

type Reservations = Map<string, ModelReservation>;

/** Parts that stand or fall together, under distinct ids; a single item is a unit of one. All of one account. */
export function take(
  account: ModelAccount,
  reservations: Reservations,
  unit: readonly TakeItem[],
  now: number,
): string {
  if (!unit.every(isTakeable)) return 'invalid_amount';
  const known = unit.map((item) => knownAs(item, reservations.get(`${account.name} ${item.id}`)));
  if (known.includes('key_reused') || (known.includes('reserved') && known.includes('new')))
    return 'key_reused';
  for (const outcome of ['released', 'committed', 'reserved']) if (known.includes(outcome)) return outcome;
  const verdict = judge(account, unit);
  if (verdict === 'reserved') {
    watchBalance(account, now, () => {
      for (const item of unit) hold(account, reservations, item, now);
    });
  }
  return verdict;
}

function knownAs(item: TakeItem, known: ModelReservation | undefined): string {
  if (known === undefined) return 'new';
  if (known.isTombstone) return 'released';
  if (known.content !== contentOf(item)) return 'key_reused';
  return known.state === 'open' ? 'reserved' : known.state;
}

/** Caps are looked at before the balance; what costs nothing exceeds none. */
function judge(account: ModelAccount, items: readonly TakeItem[]): string {
  const wanted = new Map<string, number>();
  for (const item of items) {
    if (item.amount === 0) continue;
    for (const spender of spendersOf(item)) wanted.set(spender, (wanted.get(spender) ?? 0) + item.amount);
  }
  for (const [spender, credits] of wanted) {
    const cap = capOf(account, spender);
    const used = account.used.get(`${String(account.periodStartsAt)} ${spender}`) ?? 0;
    if (cap !== null && used + credits > cap) return 'limit_exceeded';
  }
  const needed = items.reduce((sum, item) => sum + item.amount, 0);
  return needed <= availableOf(account) ? 'reserved' : 'insufficient_credits';
}

function capOf(account: ModelAccount, spender: string): number | null {
  const own = account.caps.get(spender);
  return own === undefined ? (account.caps.get(spender.split(' ')[0] ?? '') ?? null) : own;
}

function hold(account: ModelAccount, reservations: Reservations, item: TakeItem, now: number): void {
  const isSpend = item.reason === 'spend';
  const parts: Part[] = [];
  let left = item.amount;
  for (const grant of inBurnOrder(account.grants)) {
    const amount = Math.min(left, grant.available);
    if (amount === 0) continue;
    grant.available -= amount;
    grant[isSpend ? 'spent' : 'reserved'] += amount;
    left -= amount;
    parts.push({ grant, amount });
  }
  const held: ModelReservation = {
    content: contentOf(item),
    amount: item.amount,
    parts,
    spenders: spendersOf(item),
    periodStartsAt: account.periodStartsAt,
    isTombstone: false,
    state: isSpend ? 'committed' : 'open',
    committed: isSpend ? item.amount : 0,
    refunded: 0,
    settledAt: isSpend ? now : 0,
  };
  reservations.set(`${account.name} ${item.id}`, held);
  countUsage(account, held, item.amount);
}

function isTakeable(item: TakeItem): boolean {
  return item.reason === 'free_retry' ? item.amount === 0 : item.amount >= 1 && item.amount <= MAX_CREDITS;
}

function contentOf(item: TakeItem): string {
  return JSON.stringify([item.amount, item.reason, item.job, item.member, item.project]);
}

function spendersOf(item: TakeItem): string[] {
  const member = item.member === null ? [] : [`member ${item.member}`];
  return item.project === null ? member : [...member, `project ${item.project}`];
}
