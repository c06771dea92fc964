import { expect, test } from 'vitest';
import { withFreshAccounts } from '../fresh-accounts.ts';
import {
  commitItem,
  createLedgerFixture,
  releaseItem,
  reserveItem,
  type LedgerFixture,
} from '../ledger-fixture.ts';
import { callPlan, renewDue } from './plan-calls.ts';

const START = new Date('2026-01-31T10:00:00Z');
const SECOND = new Date('2026-02-28T10:00:00Z');
const HOUR_MS = 3_600_000;

let ledger: LedgerFixture;
let account: string;
withFreshAccounts(createLedgerFixture, { now: START }, (fixture, fresh) => {
  ledger = fixture;
  account = fresh;
});

test('plan credits do not roll over: what is left expires with the period', async () => {
  await callPlan(ledger, account, 'start', 'starter', { renewal: 'automatic' });
  await ledger.setClock(new Date(SECOND.getTime() - 1));
  await ledger.reserve([reserveItem(account, 'used', 1_000)]);
  await ledger.settle([commitItem(account, 'used', 1_000)]);
  await ledger.setClock(SECOND);
  await renewDue(ledger);
  expect(await ledger.balanceOf(account)).toEqual({
    available: 4_000,
    reserved: 0,
    spent: 1_000,
    expired: 3_000,
    voided: 0,
  });
});

test('reserved credits live through a renewal: committed later they were the old period’s', async () => {
  await callPlan(ledger, account, 'start', 'starter', { renewal: 'automatic' });
  await ledger.reserve([reserveItem(account, 'r', 1_000)]);
  await ledger.setClock(SECOND);
  await renewDue(ledger);
  expect(await ledger.balanceOf(account)).toMatchObject({
    available: 4_000,
    reserved: 1_000,
    expired: 3_000,
  });
  await ledger.settle([commitItem(account, 'r', 700)]);
  // 300 come back by our own doing: they live on as a return grant.
  expect(await ledger.balanceOf(account)).toMatchObject({ available: 4_300, reserved: 0, spent: 700 });
  const { rows } = await ledger.owner.query(
    `SELECT source, available::int, spent::int, expires_at FROM ledger.grants WHERE account_id = $1 ORDER BY ordinal`,
    [account],
  );
  expect(rows).toEqual([
    { source: 'plan', available: 0, spent: 700, expires_at: SECOND },
    { source: 'plan', available: 4_000, spent: 0, expires_at: new Date('2026-03-31T10:00:00Z') },
    { source: 'return', available: 300, spent: 0, expires_at: new Date('2026-03-31T10:00:00Z') },
  ]);
});

test.each([
  ['by a failure come back to the later of 72 h and the end of the new period', 'return_grant', 5_000],
  ['by the customer’s own cancel do not come back', 'expire', 4_000],
])('reserved credits that are released after a renewal %s', async (_what, policy, available) => {
  await callPlan(ledger, account, 'start', 'starter', { renewal: 'automatic' });
  await ledger.reserve([reserveItem(account, 'r', 1_000)]);
  await ledger.setClock(SECOND);
  await renewDue(ledger);
  await ledger.settle([releaseItem(account, 'r', { expired_policy: policy })]);
  expect(await ledger.balanceOf(account)).toMatchObject({ available, reserved: 0, spent: 0 });
});

test('what is released before the late renewal of an automatic plan lives as long as what is released after it', async () => {
  await callPlan(ledger, account, 'start', 'starter', { renewal: 'automatic' });
  await ledger.reserve([reserveItem(account, 'r', 1_000)]);
  await ledger.setClock(new Date(SECOND.getTime() + HOUR_MS));
  await ledger.settle([releaseItem(account, 'r')]);
  const { rows } = await ledger.owner.query(
    `SELECT expires_at FROM ledger.grants WHERE account_id = $1 AND source = 'return'`,
    [account],
  );
  expect(rows).toEqual([{ expires_at: new Date('2026-03-31T10:00:00Z') }]);
  await renewDue(ledger);
});
