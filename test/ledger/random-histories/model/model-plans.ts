import { OLDEST_PERIOD_MONTHS } from '../../../../domain/credits/plans.ts';
import { monthsAfter, periodNumber } from './calendar.ts';
import { addGrant, availableOf, watchBalance, type ModelAccount, type ModelPlan } from './model-account.ts';
import { SUPERSCALE_PLAN_RULES } from '../../../harness/superscale.ts';

const HOUR_MS = 3_600_000;

export type PlanStep = {
  readonly account: string;
  readonly reference: string;
  readonly plan: string | null;
  /** ms; null: the current period, or one that starts now. */
  readonly periodStart: number | null;
  readonly renewal: 'automatic' | 'by_call' | null;
};

export type PlanAnswer = {
  readonly outcome: string;
  readonly isReplay: boolean;
  readonly plan: ModelPlan | null;
};

/** The account and its inviter, if still to be paid, have been brought to the present. */
export function setPlan(account: ModelAccount, call: PlanStep, now: number): PlanAnswer {
  const content = JSON.stringify([call.plan, call.periodStart, call.renewal]);
  const earlier = account.planCalls.get(call.reference);
  if (earlier !== undefined) {
    if (earlier.content !== content) return { outcome: 'key_reused', isReplay: true, plan: null };
    return { outcome: 'set', isReplay: true, plan: earlier.answer };
  }
  const start = onGrid(account.plan, call.periodStart);
  const refusal = refusalOf(call.plan, start, now);
  if (refusal !== null) return refused(refusal);
  renew(account, now);
  const held = account.plan;
  const isOver = held === null || held.plan === null || held.endsAt <= now;
  if (isOver) {
    const isNews = start === null || held === null || start >= held.endsAt;
    const nextStartsAt = held === null || held.nextPlan === null ? now : held.endsAt;
    if (call.plan === null) endPlan(account);
    else if (isNews) startPlan(account, call.plan, start ?? nextStartsAt, call.renewal, now);
  } else if (start === null || start >= held.startsAt) {
    changePlan(account, held, call, now);
  }
  const answer = account.plan === null ? null : asShown(account.plan, now);
  account.planCalls.set(call.reference, { content, answer });
  return { outcome: 'set', isReplay: false, plan: answer };
}

function refusalOf(plan: string | null, start: number | null, now: number): string | null {
  if (plan !== null && !(plan in SUPERSCALE_PLAN_RULES.plans)) return 'unknown_plan';
  if (start === null) return null;
  if (start > now) return 'period_not_begun';
  return start < monthsAfter(now, -OLDEST_PERIOD_MONTHS) ? 'period_too_old' : null;
}

/** A start within an hour of one of the plan's own is that one. */
function onGrid(held: ModelPlan | null, start: number | null): number | null {
  if (held === null || start === null) return start;
  const near = monthsAfter(held.anchor, periodNumber(held.anchor, start + HOUR_MS));
  return Math.abs(near - start) <= HOUR_MS ? near : start;
}

function refused(outcome: string): PlanAnswer {
  return { outcome, isReplay: false, plan: null };
}

/** A cancelled plan is none from its period's end. */
function asShown(plan: ModelPlan, now: number): ModelPlan {
  return { ...plan, plan: plan.nextPlan !== null || plan.endsAt > now ? plan.plan : null };
}

function endPlan(account: ModelAccount): void {
  if (account.plan !== null) account.plan = { ...account.plan, plan: null, nextPlan: null };
}

function startPlan(
  account: ModelAccount,
  plan: string,
  start: number,
  renewal: string | null,
  now: number,
): void {
  const held = account.plan;
  const isOnOldPeriods =
    held !== null && monthsAfter(held.anchor, periodNumber(held.anchor, start)) === start;
  const anchor = isOnOldPeriods ? held.anchor : start;
  account.plan = {
    plan,
    anchor,
    ...periodAt(anchor, now),
    nextPlan: plan,
    renewal: renewal ?? held?.renewal ?? 'by_call',
  };
  const missedFrom = isOnOldPeriods && held.nextPlan !== null ? held.endsAt : start;
  recordSkipped(account, plan, anchor, missedFrom, now);
  grantPeriod(account, plan, now);
  payReferral(account, now);
}

/** Up at once; down, or to none, at the period's end. */
function changePlan(account: ModelAccount, held: ModelPlan, call: PlanStep, now: number): void {
  const granted = account.periods.get(held.startsAt)?.granted ?? 0;
  const isUp = call.plan !== null && creditsOf(call.plan) > granted;
  const plan = isUp ? call.plan : held.plan;
  account.plan = { ...held, plan, nextPlan: call.plan, renewal: call.renewal ?? held.renewal };
  grantPeriod(account, plan ?? '', now);
}

/** Renewed, ended, or not due. */
export function renew(account: ModelAccount, now: number): string {
  const held = account.plan;
  if (held === null || held.plan === null || held.renewal !== 'automatic' || held.endsAt > now)
    return 'not_due';
  if (held.nextPlan === null) {
    endPlan(account);
    return 'ended';
  }
  account.plan = { ...held, plan: held.nextPlan, ...periodAt(held.anchor, now) };
  recordSkipped(account, held.nextPlan, held.anchor, held.endsAt, now);
  grantPeriod(account, held.nextPlan, now);
  return 'renewed';
}

/** Grants what the period lacks to the plan's credits. Spend is counted in the plan's periods from then on. */
function grantPeriod(account: ModelAccount, plan: string, now: number): void {
  const held = account.plan;
  if (held === null) return;
  const known = account.periods.get(held.startsAt);
  const missing = creditsOf(plan) - (known?.granted ?? 0);
  if (missing <= 0) return;
  account.periods.set(held.startsAt, {
    endsAt: held.endsAt,
    plan,
    granted: creditsOf(plan),
    isSkipped: false,
  });
  const second = Math.floor(held.startsAt / 1_000);
  addGrant(account, {
    id: `grant_plan_${account.name}_${String(second)}_${String(creditsOf(plan))}`,
    source: 'plan',
    priority: 1,
    amount: missing,
    expiresAt: held.endsAt,
  });
  // A period's end and the next one's credits at one instant are no fall of the balance.
  if (availableOf(account) >= account.lowBalanceAt) account.falls = account.falls.filter((at) => at !== now);
  account.periodStartsAt = held.startsAt;
  account.periodEndsAt = held.endsAt;
}

function recordSkipped(account: ModelAccount, plan: string, anchor: number, from: number, now: number): void {
  for (let number = periodNumber(anchor, from); number < periodNumber(anchor, now); number++) {
    const startsAt = monthsAfter(anchor, number);
    if (account.periods.has(startsAt)) continue;
    account.periods.set(startsAt, {
      endsAt: monthsAfter(anchor, number + 1),
      plan,
      granted: 0,
      isSkipped: true,
    });
  }
}

export function refer(
  account: ModelAccount | undefined,
  inviter: ModelAccount | undefined,
  now: number,
): string {
  if (account !== undefined && account.inviter !== null) {
    if (account.inviter !== inviter) return 'already_referred';
    return account.isReferralPaid ? 'paid' : 'pending';
  }
  if (account === undefined) return 'account_not_found';
  if (inviter === undefined) return 'inviter_not_found';
  for (let above = inviter.inviter; above !== null; above = above.inviter) {
    if (above === account) return 'circle';
  }
  account.inviter = inviter;
  if (account.plan !== null) payReferral(account, now);
  return account.isReferralPaid ? 'paid' : 'pending';
}

function payReferral(account: ModelAccount, now: number): void {
  if (account.inviter === null || account.isReferralPaid) return;
  account.isReferralPaid = true;
  const id = `grant_referral_${account.name}`;
  const amount = SUPERSCALE_PLAN_RULES.referral_credits;
  const expiresAt = monthsAfter(now, SUPERSCALE_PLAN_RULES.referral_lives_months);
  const { inviter } = account;
  watchBalance(inviter, now, () =>
    addGrant(inviter, { id, source: 'referral', priority: 2, amount, expiresAt }),
  );
}

function periodAt(anchor: number, now: number): { startsAt: number; endsAt: number } {
  const number = periodNumber(anchor, now);
  return { startsAt: monthsAfter(anchor, number), endsAt: monthsAfter(anchor, number + 1) };
}

function creditsOf(plan: string): number {
  return SUPERSCALE_PLAN_RULES.plans[plan] ?? 0;
}
