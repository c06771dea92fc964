import fc from 'fast-check';
import type { RefundItem, SettleItem } from './give-back.ts';
import { monthsAfter } from './calendar.ts';
import { NEVER } from './model-account.ts';
import type { GrantItem, LimitsStep } from './model-ledger.ts';
import type { PlanStep } from './model-plans.ts';
import type { Step, VoidItem } from './step.ts';
import type { TakeItem } from './take.ts';
import { SUPERSCALE_PLAN_NAMES } from '../../../harness/superscale.ts';

/** The last of January: its months are clamped, in different ways. */
export const START = Date.parse('2026-01-31T10:00:00Z');
/** Open from the start; the last one is opened by a step, or never. */
export const OPENED = ['ann', 'bob', 'cid'] as const;
const LATE = 'late';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const DAY = 24 * HOUR;

/** Few ids and few amounts, so that keys meet, balances run dry, and what was said is said again. */
const account = fc.oneof(
  { weight: 16, arbitrary: fc.constantFrom(...OPENED) },
  fc.constantFrom(LATE, 'unknown'),
);
const accounts = fc.uniqueArray(account, { minLength: 1, maxLength: 3 });
const idFrom = (prefix: string, count: number) =>
  fc.integer({ min: 1, max: count }).map((number) => `${prefix}${String(number)}`);
const reservationId = idFrom('r', 14);
const grantId = idFrom('g', 9);
const amount = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(1, 5, 20, 35, 70, 200, 700) },
  fc.constantFrom(0, -3, 2_000_000_000_000, Number.MAX_SAFE_INTEGER),
);
const waitMs = fc.constantFrom(0, 0, 0, SECOND, 10 * SECOND, HOUR, 3 * DAY, 9 * DAY, 31 * DAY);

/** Some expire while the history runs, at the very instant too. */
const grantItem: fc.Arbitrary<GrantItem> = fc
  .record({
    account,
    id: grantId,
    source: fc.constantFrom('top_up', 'top_up', 'top_up', 'goodwill', 'plan', 'trial'),
    priority: fc.constantFrom(1, 2, 3),
    amount,
    expiresAt: fc.constantFrom(
      START + 10 * SECOND,
      START + HOUR,
      START + 9 * DAY,
      START + 50 * DAY,
      NEVER,
      NEVER,
    ),
    reference: fc.constantFrom(null, null, null, 'payment 1', 'payment 2', 'payment 3'),
  })
  .map((item) => (item.source === 'top_up' ? item : { ...item, reference: null }));

const spender = {
  member: fc.constantFrom(null, null, 'ann', 'ben'),
  project: fc.constantFrom(null, null, 'p1'),
};
const reserveItem: fc.Arbitrary<TakeItem> = fc
  .record({
    account,
    id: reservationId,
    amount,
    reason: fc.constantFrom('generation', 'generation', 'generation', 'generation', 'free_retry'),
    job: fc.constantFrom('j1', 'j1', 'j1', 'j2'),
    ...spender,
  })
  .map((item) => (item.reason === 'free_retry' ? { ...item, amount: Math.min(item.amount, 0) } : item));
/** The parts of one job: what they have in common is the first one's. */
const group = fc
  .uniqueArray(reserveItem, { minLength: 2, maxLength: 4, size: 'max', selector: (item) => item.id })
  .map((items) =>
    items.map((item) => ({
      ...item,
      ...commonOf(items[0] ?? item),
      amount: amountIn(items[0] ?? item, item),
    })),
  );
function commonOf({ account, reason, job, member, project }: TakeItem): Partial<TakeItem> {
  return { account, reason, job, member, project };
}

/** Of a free retry every part is free. */
function amountIn(first: TakeItem, item: TakeItem): number {
  return first.reason === 'free_retry' ? Math.min(item.amount, 0) : item.amount;
}

const unit = fc.oneof(
  { weight: 5, arbitrary: reserveItem.map((item) => [item]) },
  { weight: 1, arbitrary: group },
);
const spendItem: fc.Arbitrary<TakeItem> = fc.record({
  account,
  id: fc.oneof({ weight: 4, arbitrary: idFrom('s', 8) }, reservationId),
  amount,
  reason: fc.constant('spend'),
  job: fc.constant(null),
  ...spender,
});
const settleItem: fc.Arbitrary<SettleItem> = fc
  .record({
    account,
    id: fc.oneof({ weight: 8, arbitrary: reservationId }, idFrom('s', 8)),
    verb: fc.constantFrom('commit', 'commit', 'release'),
    amount: fc.oneof({ weight: 20, arbitrary: amount }, fc.constant(null)),
    policy: fc.constantFrom('return_grant', 'expire'),
  })
  .map((item) => (item.verb === 'release' ? { ...item, amount: null } : item));
const refundItem: fc.Arbitrary<RefundItem> = fc.record({
  account,
  id: fc.oneof(reservationId, idFrom('s', 8)),
  refund: idFrom('f', 8),
  amount: fc.oneof({ weight: 3, arbitrary: amount }, { weight: 2, arbitrary: fc.constant(null) }),
});
const voidItem: fc.Arbitrary<VoidItem> = fc.record({
  account,
  id: fc.oneof({ weight: 3, arbitrary: grantId }, fc.constantFrom('grant_referral_bob', 'grant_refund_f1')),
});

const planCall: fc.Arbitrary<PlanStep> = fc.record({
  account,
  reference: idFrom('c', 12),
  plan: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...SUPERSCALE_PLAN_NAMES) },
    fc.constantFrom(null, null, 'gold'),
  ),
  periodStart: fc.constantFrom(
    null,
    null,
    null,
    START - DAY,
    START,
    monthsAfter(START, 1),
    monthsAfter(START, 2),
    START + 10 * DAY,
  ),
  renewal: fc.constantFrom(null, 'automatic', 'by_call'),
});
const cap = fc.constantFrom(null, null, 0, 100, 500);
const limits: fc.Arbitrary<LimitsStep> = fc.record({
  account,
  member: cap,
  project: cap,
  lowBalanceAt: fc.constantFrom(null, 50, 700),
  override: fc.option(fc.record({ member: fc.constantFrom('ann', 'ben'), credits: cap })),
});

const many = <Item>(item: fc.Arbitrary<Item>, maxLength = 9) =>
  fc.array(item, { minLength: 1, maxLength, size: 'max' });
const steps: readonly { readonly weight: number; readonly arbitrary: fc.Arbitrary<Step> }[] = [
  { weight: 5, arbitrary: fc.record({ verb: fc.constant('grant'), waitMs, items: many(grantItem, 7) }) },
  { weight: 8, arbitrary: fc.record({ verb: fc.constant('reserve'), waitMs, units: many(unit) }) },
  { weight: 3, arbitrary: fc.record({ verb: fc.constant('spend'), waitMs, items: many(spendItem, 7) }) },
  { weight: 8, arbitrary: fc.record({ verb: fc.constant('settle'), waitMs, items: many(settleItem) }) },
  { weight: 4, arbitrary: fc.record({ verb: fc.constant('refund'), waitMs, items: many(refundItem, 5) }) },
  { weight: 2, arbitrary: fc.record({ verb: fc.constant('void'), waitMs, items: many(voidItem, 3) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      verb: fc.constant('open'),
      waitMs,
      account: fc.constantFrom(LATE, OPENED[0]),
      lowBalanceAt: fc.constantFrom(0, 700),
    }),
  },
  { weight: 5, arbitrary: fc.record({ verb: fc.constant('plan'), waitMs, call: planCall }) },
  { weight: 2, arbitrary: fc.record({ verb: fc.constant('renew'), waitMs, accounts }) },
  { weight: 2, arbitrary: fc.record({ verb: fc.constant('refer'), waitMs, account, inviter: account }) },
  { weight: 2, arbitrary: fc.record({ verb: fc.constant('limits'), waitMs, limits }) },
  { weight: 1, arbitrary: fc.record({ verb: fc.constant('sweep'), waitMs, accounts }) },
];

export const randomStep = fc.oneof(...steps);
/** A history begins with credits. */
export const randomHistory = fc
  .tuple(
    fc.array(grantItem, { minLength: 3, maxLength: 8, size: 'max' }),
    fc.array(randomStep, { minLength: 1, maxLength: 40, size: 'max' }),
  )
  .map(([items, rest]): Step[] => [{ verb: 'grant', waitMs: 0, items }, ...rest]);
