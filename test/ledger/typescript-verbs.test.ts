import { expect, test } from 'vitest';
import { withFreshAccounts } from './fresh-accounts.ts';
import { grantCredits, type GrantItem } from '../../ledger/grant-credits.ts';
import { readLimits, setLimits } from '../../ledger/limits.ts';
import { readDuePlans, readPlan, renewPlans, setPlan, type PlanCall } from '../../ledger/plan.ts';
import { accountOf } from '../../jobs/reads/account-of.ts';
import { readGrant } from '../../ledger/reads/read-grant.ts';
import { createLedgerFixture, grantItem, type LedgerFixture } from './ledger-fixture.ts';
import { SUPERSCALE_PLAN_RULES } from '../harness/superscale.ts';

const NOW = new Date('2026-03-01T00:00:00Z');
const NEXT = new Date('2026-04-01T00:00:00Z');
const by = { actor: 'ops', reason: 'test' };

let ledger: LedgerFixture;
let account: string;
withFreshAccounts(createLedgerFixture, { now: NOW, credits: 1_000 }, (fixture, fresh) => {
  ledger = fixture;
  account = fresh;
});

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
    priority: 3,
    credits: 5,
    ends,
    reason: 'paid',
  } as const;
  expect(await grantCredits(ledger.worker, item)).toBe('granted');
  expect(await readGrant(ledger.worker, account, grantId)).toEqual({
    id: grantId,
    source: 'top_up',
    priority: 3,
    amount: 5,
    available: 5,
    reserved: 0,
    spent: 0,
    effective_at: '2026-03-01T00:00:00+00:00',
    expires_at: expected,
  });
  expect(await accountOf(ledger.worker, grantId)).toBe(account);
});

test('a grant id of two accounts, or of none, has no account', async () => {
  expect(await accountOf(ledger.worker, 'unknown')).toBeNull();
  await ledger.openAccount(`${account}_too`, 1_000);
  expect(await accountOf(ledger.worker, 'grant_first')).toBeNull();
  expect(await readGrant(ledger.worker, account, 'unknown')).toBeNull();
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
  expect(await setPlan(ledger.worker, SUPERSCALE_PLAN_RULES, call)).toEqual({
    outcome: 'set',
    isReplay: false,
    plan,
  });
  expect(await setPlan(ledger.worker, SUPERSCALE_PLAN_RULES, call)).toEqual({
    outcome: 'set',
    isReplay: true,
    plan,
  });
  expect(await setPlan(ledger.worker, SUPERSCALE_PLAN_RULES, { ...call, plan: 'pro' })).toEqual({
    outcome: 'key_reused',
  });
  expect(
    await setPlan(ledger.worker, SUPERSCALE_PLAN_RULES, { ...call, reference: 'other', plan: 'platinum' }),
  ).toEqual({
    outcome: 'unknown_plan',
  });
  expect(
    await setPlan(ledger.worker, SUPERSCALE_PLAN_RULES, { ...call, reference: 'other', periodStart: NEXT }),
  ).toEqual({
    outcome: 'period_not_begun',
  });
  expect(await setPlan(ledger.worker, SUPERSCALE_PLAN_RULES, { ...call, accountId: 'nobody' })).toEqual({
    outcome: 'account_not_found',
  });
  expect(await readPlan(ledger.worker, account)).toEqual(plan);
  await ledger.setClock(NEXT);
  const due = await readDuePlans(ledger.worker, { after: null, limit: 10 });
  expect(due.map((found) => found.accountId)).toEqual([account]);
  expect(await readDuePlans(ledger.worker, { after: due[0] ?? null, limit: 10 })).toEqual([]);
  expect(await renewPlans(ledger.worker, SUPERSCALE_PLAN_RULES, [account])).toEqual([
    { accountId: account, outcome: 'renewed' },
  ]);
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
  expect(await setLimits(ledger.worker, 'nobody', limits, by)).toBe(false);
  expect(await readLimits(ledger.worker, 'nobody')).toBeNull();
});

test('a database error that is no outcome is thrown, not returned', async () => {
  const item = {
    accountId: account,
    grantId: 'g',
    source: 'lottery',
    priority: 3,
    credits: 5,
    ends: 'never',
    reason: 'x',
  };
  await expect(grantCredits(ledger.worker, item as unknown as GrantItem)).rejects.toMatchObject({
    code: '23514',
  });
  expect(await ledger.grant([grantItem(account, 'g', 5)])).toMatchObject([{ outcome: 'granted' }]);
});
