import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createGrant, type GrantItem } from '../../ledger/grant.ts';
import { readExceededCap, readLimits, setLimits } from '../../ledger/limits.ts';
import { readDuePlans, readPlan, renewPlans, setPlan, type PlanCall } from '../../ledger/plan.ts';
import { accountOfGrant, readGrant } from '../../ledger/read-grant.ts';
import { createRefund } from '../../ledger/refund.ts';
import { createLedgerFixture, grantItem, type LedgerFixture } from './ledger-fixture.ts';

const NOW = new Date('2026-03-01T00:00:00Z');
const NEXT = new Date('2026-04-01T00:00:00Z');
const by = { actor: 'ops', reason: 'test' };

let ledger: LedgerFixture;
let account: string;
let accounts = 0;
beforeAll(async () => {
  ledger = await createLedgerFixture();
});
beforeEach(async () => {
  await ledger.setClock(NOW);
  account = await ledger.openAccount(`acct_${String(++accounts)}`, 1_000);
});
afterEach(() => ledger.expectReconciled());
afterAll(() => ledger.close());

test.each<[string, GrantItem['ends'], string | null]>([
  ['never', 'never', null],
  ['at an instant', { at: NEXT }, '2026-04-01T00:00:00+00:00'],
  ['after seconds', { afterSeconds: 90 }, '2026-03-01T00:01:30+00:00'],
  ['after months', { afterMonths: 12 }, '2027-03-01T00:00:00+00:00'],
])('a grant that ends %s is read back with its end', async (_what, ends, expected) => {
  const grantId = `grant of ${account}`;
  const item = {
    accountId: account,
    grantId,
    source: 'top_up',
    band: 3,
    credits: 5,
    ends,
    reason: 'paid',
  } as const;
  expect(await createGrant(ledger.worker)(item)).toEqual({ outcome: 'granted' });
  expect(await readGrant(ledger.worker, account, grantId)).toEqual({
    id: grantId,
    source: 'top_up',
    band: 3,
    amount: 5,
    available: 5,
    reserved: 0,
    spent: 0,
    effective_at: '2026-03-01T00:00:00+00:00',
    expires_at: expected,
  });
  expect(await accountOfGrant(ledger.worker, grantId)).toBe(account);
});

test('a grant that is in two accounts, or in none, is nobody’s', async () => {
  expect(await accountOfGrant(ledger.worker, 'unknown')).toBeNull();
  await ledger.openAccount(`${account}_too`, 1_000);
  expect(await accountOfGrant(ledger.worker, 'grant_first')).toBeNull();
  expect(await readGrant(ledger.worker, account, 'unknown')).toBeNull();
});

test('a refund answers numbers, also where it refused', async () => {
  await ledger.spend([{ account_id: account, spend_id: 's', amount: 30, note: 'chat' }]);
  const refund = createRefund(ledger.worker);
  const item = { accountId: account, reservationId: 's', refundId: 'f', credits: 10, ...by };
  expect(await refund(item)).toEqual({ outcome: 'refunded', credits: 10, refunded: 10 });
  expect(await refund({ ...item, refundId: 'g', credits: 21 })).toEqual({
    outcome: 'exceeds_committed',
    credits: 0,
    refunded: 10,
  });
  expect(await refund({ ...item, refundId: 'h', credits: null })).toEqual({
    outcome: 'refunded',
    credits: 20,
    refunded: 30,
  });
  expect(await refund({ ...item, reservationId: 'unknown', refundId: 'i' })).toEqual({
    outcome: 'not_found',
    credits: 0,
    refunded: 0,
  });
});

test('refunds made at once share calls, and each gets its own answer', async () => {
  await ledger.spend([{ account_id: account, spend_id: 's', amount: 50, note: 'chat' }]);
  const refund = createRefund(ledger.worker);
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, n) =>
      refund({ accountId: account, reservationId: 's', refundId: `f${String(n)}`, credits: 5, ...by }),
    ),
  );
  expect(answers.filter((answer) => answer.outcome === 'refunded')).toHaveLength(10);
  expect(await ledger.balanceOf(account)).toMatchObject({ available: 1_000, spent: 0 });
});

test('a plan is set, read, found due and renewed', async () => {
  const call: PlanCall = {
    accountId: account,
    reference: 'ref',
    plan: 'starter',
    periodStart: null,
    renewal: 'automatic',
    ...by,
  };
  const plan = {
    plan: 'starter',
    period_start: '2026-03-01T00:00:00+00:00',
    period_end: '2026-04-01T00:00:00+00:00',
    next_plan: 'starter',
    renewal: 'automatic',
  };
  expect(await setPlan(ledger.worker, call)).toEqual({ outcome: 'set', isReplay: false, plan });
  expect(await setPlan(ledger.worker, call)).toEqual({ outcome: 'set', isReplay: true, plan });
  expect(await setPlan(ledger.worker, { ...call, plan: 'pro' })).toEqual({ outcome: 'key_reused' });
  expect(await setPlan(ledger.worker, { ...call, reference: 'other', plan: 'platinum' })).toEqual({
    outcome: 'unknown_plan',
  });
  expect(await setPlan(ledger.worker, { ...call, reference: 'other', periodStart: NEXT })).toEqual({
    outcome: 'period_not_begun',
  });
  expect(await setPlan(ledger.worker, { ...call, accountId: 'nobody' })).toEqual({
    outcome: 'account_not_found',
  });
  expect(await readPlan(ledger.worker, account)).toEqual(plan);
  await ledger.setClock(NEXT);
  const due = await readDuePlans(ledger.worker, { after: null, limit: 10 });
  expect(due.map((found) => found.accountId)).toEqual([account]);
  expect(await readDuePlans(ledger.worker, { after: due[0] ?? null, limit: 10 })).toEqual([]);
  expect(await renewPlans(ledger.worker, [account])).toEqual([{ accountId: account, outcome: 'renewed' }]);
});

test('limits are set, read and explained', async () => {
  const limits = {
    max_concurrent_jobs: 3,
    member_credits_per_period: 100,
    project_credits_per_period: null,
    low_balance_at: 50,
    overrides: [{ member: 'ann', credits_per_period: 10 }],
  };
  expect(await setLimits(ledger.worker, account, limits, by)).toBe(true);
  expect(await readLimits(ledger.worker, account)).toEqual(limits);
  expect(await readExceededCap(ledger.worker, account, { member: 'ann', credits: 11 })).toEqual({
    limit: 'member_credits_per_period',
    name: 'ann',
    credits_per_period: 10,
    used: 0,
  });
  expect(await readExceededCap(ledger.worker, account, { project: 'p', credits: 1_000 })).toBeNull();
  expect(await setLimits(ledger.worker, 'nobody', limits, by)).toBe(false);
  expect(await readLimits(ledger.worker, 'nobody')).toBeNull();
});

test('a database error that is nobody’s outcome is thrown, not answered', async () => {
  const grant = createGrant(ledger.worker);
  const item = {
    accountId: account,
    grantId: 'g',
    source: 'lottery',
    band: 3,
    credits: 5,
    ends: 'never',
    reason: 'x',
  };
  await expect(grant(item as unknown as GrantItem)).rejects.toMatchObject({ code: '23514' });
  expect(await ledger.grant([grantItem(account, 'g', 5)])).toMatchObject([{ outcome: 'granted' }]);
});
