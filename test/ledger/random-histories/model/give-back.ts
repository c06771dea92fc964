import { RETURN_GRANT_LIFETIME_HOURS } from '../../../../domain/work/failures.ts';
import {
  addGrant,
  countUsage,
  watchBalance,
  type ModelAccount,
  type ModelReservation,
  type Part,
} from './model-account.ts';
import { SUPERSCALE_GRANTS } from '../../../harness/superscale.ts';

export type SettleItem = {
  readonly account: string;
  readonly id: string;
  readonly verb: 'commit' | 'release';
  readonly amount: number | null;
  readonly policy: 'return_grant' | 'expire';
};

export type RefundItem = {
  readonly account: string;
  readonly id: string;
  readonly refund: string;
  /** Null: all that is left. */
  readonly amount: number | null;
};

/** Why a settle is refused; null: it ends the reservation, or finds it ended. */
export function refusalOf(item: SettleItem, known: ModelReservation | undefined): string | null {
  if (item.verb === 'release') return null;
  const { amount } = item;
  if (amount === null || amount < 0 || (amount === 0 && (known?.amount ?? 0) > 0)) return 'invalid_amount';
  if (known === undefined) return 'not_found';
  return known.state === 'open' && amount > known.amount ? 'exceeds_reserved' : null;
}

/** The first credits, in burn order, are spent; the others go back, last given first returned. */
export function end(account: ModelAccount, known: ModelReservation, item: SettleItem, now: number): void {
  known.committed = item.verb === 'commit' ? (item.amount ?? 0) : 0;
  known.state = item.verb === 'commit' ? 'committed' : 'released';
  known.settledAt = now;
  countUsage(account, known, known.committed - known.amount);
  watchBalance(account, now, () => {
    for (const { grant, amount } of known.parts) grant.reserved -= amount;
    for (const { grant, amount } of firstOf(known.parts, known.committed)) grant.spent += amount;
    const back = lastOf(known.parts, known.amount - known.committed);
    const inNewGrant = giveBack(back, now, item.policy === 'return_grant');
    if (inNewGrant === 0) return;
    const livesUntil = now + RETURN_GRANT_LIFETIME_HOURS * 3_600_000;
    // The period that a plan will be renewed for, where it is not renewed yet.
    const { plan } = account;
    const periodEndsAt = plan === null ? 0 : plan.nextPlan === null ? plan.endsAt : account.periodEndsAt;
    addGrant(account, {
      id: `grant_return_${item.id}`,
      source: 'return',
      priority: 2,
      amount: inNewGrant,
      expiresAt: Math.max(livesUntil, periodEndsAt),
    });
  });
}

export function refund(
  account: ModelAccount,
  known: ModelReservation | undefined,
  item: RefundItem,
  now: number,
): { readonly outcome: string; readonly credits: number | null } {
  const content = JSON.stringify([item.id, item.amount]);
  const earlier = account.refunds.get(item.refund);
  if (earlier !== undefined) {
    return earlier.content === content
      ? { outcome: 'refunded', credits: earlier.credits }
      : { outcome: 'key_reused', credits: null };
  }
  if (known === undefined || known.isTombstone) return { outcome: 'not_found', credits: null };
  if (item.amount !== null && item.amount < 1) return { outcome: 'invalid_amount', credits: null };
  if (known.committed === 0) return { outcome: 'state_conflict', credits: null };
  const left = known.committed - known.refunded;
  const credits = item.amount ?? left;
  if (credits > left || left === 0) return { outcome: 'exceeds_committed', credits: null };

  // The grants' parts lie end to end, and the first stretch was spent. The end of it may be back already; this takes what lies before.
  const back = lastOf(firstOf(known.parts, left), credits);
  for (const { grant, amount } of back) grant.spent -= amount;
  known.refunded += credits;
  countUsage(account, known, -credits);
  account.refunds.set(item.refund, { content, credits });
  const inNewGrant = giveBack(back, now, true);
  if (inNewGrant > 0) {
    const expiresAt = now + SUPERSCALE_GRANTS.goodwill.lifetimeSeconds * 1_000;
    const id = `grant_refund_${item.refund}`;
    addGrant(account, { id, source: 'goodwill', priority: 2, amount: inNewGrant, expiresAt });
  }
  return { outcome: 'refunded', credits };
}

/** Back into each grant by its fate. Returns what has to come back in a new grant instead, theirs having expired. */
function giveBack(back: readonly Part[], now: number, isOwed: boolean): number {
  let owed = 0;
  for (const { grant, amount } of back) {
    if (grant.isVoided) grant.voided += amount;
    else if (grant.expiresAt > now) grant.available += amount;
    else {
      grant.expired += amount;
      if (isOwed) owed += amount;
    }
  }
  return owed;
}

function firstOf(parts: readonly Part[], credits: number): Part[] {
  const taken: Part[] = [];
  for (const { grant, amount } of parts) {
    const here = Math.min(credits, amount);
    credits -= here;
    if (here > 0) taken.push({ grant, amount: here });
  }
  return taken;
}

function lastOf(parts: readonly Part[], credits: number): Part[] {
  return firstOf([...parts].reverse(), credits);
}
