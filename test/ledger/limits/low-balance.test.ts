import { expect, test } from 'vitest';
import { withFreshAccounts } from '../fresh-accounts.ts';
import { openAccount } from '../../../ledger/open-account.ts';
import { setPriceList } from '../../../ledger/price-lists.ts';
import {
  commitItem,
  createLedgerFixture,
  grantItem,
  releaseItem,
  reserveItem,
  type LedgerFixture,
} from '../ledger-fixture.ts';
import { setLimits } from './limit-calls.ts';
import { callPlan, renewDue } from '../plans/plan-calls.ts';
import { SUPERSCALE_GRANTS } from '../../harness/superscale.ts';

const NOW = new Date('2026-03-01T00:00:00Z');
const EXPIRY = new Date('2026-03-02T00:00:00Z');

let ledger: LedgerFixture;
let account: string;
withFreshAccounts(createLedgerFixture, { now: NOW, credits: 1_000 }, async (fixture, fresh) => {
  ledger = fixture;
  account = fresh;
  await setLimits(ledger, account, { low_balance_at: 700 });
});

/** The balances at which an account was told that it is low. */
async function noticesOf(of = account): Promise<number[]> {
  const { rows } = await ledger.owner.query<{ available: string }>(
    'SELECT available FROM ledger.low_balance_notices WHERE account_id = $1 ORDER BY entry_seq',
    [of],
  );
  return rows.map((row) => Number(row.available));
}

async function reserve(id: string, amount: number): Promise<void> {
  expect(await ledger.reserve([reserveItem(account, id, amount)])).toMatchObject([{ outcome: 'reserved' }]);
}

test('a balance below the level makes one notice, and at the level itself none', async () => {
  await reserve('r1', 300);
  expect(await noticesOf()).toEqual([]);
  await reserve('r2', 1);
  await reserve('r3', 100);
  await ledger.settle([commitItem(account, 'r3', 100)]);
  expect(await noticesOf()).toEqual([699]);
});

test('a balance that rose again makes another notice when it falls again', async () => {
  await reserve('r1', 400);
  await ledger.settle([releaseItem(account, 'r1')]);
  await reserve('r2', 500);
  expect(await noticesOf()).toEqual([600, 500]);
});

/** The account, as it was opened for a customer: it must rise so far above its level before it is told of again. */
async function mustRise(credits: number): Promise<void> {
  await ledger.owner.query('UPDATE ledger.accounts SET low_balance_rise = $2 WHERE account_id = $1', [
    account,
    credits,
  ]);
}

test('jobs that fail one after the other and take the balance below its level and back make one notice', async () => {
  await mustRise(700);
  for (const id of ['r1', 'r2', 'r3']) {
    await reserve(id, 400);
    await ledger.settle([releaseItem(account, id)]);
  }
  expect(await noticesOf()).toEqual([600]);
});

test('a balance makes another notice only after it has risen far enough above its level', async () => {
  await mustRise(700);
  await reserve('r1', 301);
  await ledger.grant([grantItem(account, 'not enough', 700)]);
  await reserve('r2', 700);
  expect(await noticesOf()).toEqual([699]);
  await ledger.grant([grantItem(account, 'enough', 701)]);
  await reserve('r3', 701);
  await reserve('r4', 100);
  expect(await noticesOf()).toEqual([699, 699]);
});

test('a new level can make a notice without a rise; the same level set again cannot', async () => {
  await mustRise(700);
  await reserve('r1', 400);
  await setLimits(ledger, account, { low_balance_at: 700, max_concurrent_jobs: 9 });
  await ledger.settle([releaseItem(account, 'r1')]);
  await reserve('r2', 400);
  expect(await noticesOf()).toEqual([600]);
  await setLimits(ledger, account, { low_balance_at: 500 });
  await reserve('r3', 200);
  expect(await noticesOf()).toEqual([600, 400]);
});

test('of an array that crosses the level there is one notice, of few items and of many', async () => {
  for (const size of [3, 6]) {
    const name = await ledger.openAccount(`${account}_${String(size)}`, 1_000);
    await setLimits(ledger, name, { low_balance_at: 700 });
    await ledger.reserve(Array.from({ length: size }, (_, n) => reserveItem(name, `r${String(n)}`, 150)));
    expect(await noticesOf(name)).toHaveLength(1);
  }
});

test('a notice names the entry it came with, the level and the time', async () => {
  await reserve('r1', 400);
  const { rows } = await ledger.owner.query(
    'SELECT * FROM ledger.low_balance_notices WHERE account_id = $1',
    [account],
  );
  expect(rows).toMatchObject([{ entry_seq: '2', available: '600', low_balance_at: '700', created_at: NOW }]);
});

test('an account without a level gets no notice', async () => {
  await setLimits(ledger, account, { low_balance_at: null });
  await reserve('r1', 1_000);
  expect(await noticesOf()).toEqual([]);
});

test('a level raised above the balance makes no notice until the next fall', async () => {
  await setLimits(ledger, account, { low_balance_at: 2_000 });
  await reserve('r1', 10);
  expect(await noticesOf()).toEqual([]);
  await ledger.grant([grantItem(account, 'more', 5_000)]);
  await reserve('r2', 4_000);
  expect(await noticesOf()).toEqual([1_990]);
});

test('an account opened over the API gets a notice of a balance that buys no video', async () => {
  const opened = await openAccount(ledger.worker, SUPERSCALE_GRANTS, {
    name: 'Acme',
    reference: `ref ${account}`,
  });
  await ledger.reserve([reserveItem(opened.accountId, 'r1', 300)]);
  expect(await noticesOf(opened.accountId)).toEqual([]);
  await ledger.reserve([reserveItem(opened.accountId, 'r2', 1)]);
  expect(await noticesOf(opened.accountId)).toEqual([699]);
  // Nor of one that fails and is tried again.
  await ledger.settle([releaseItem(opened.accountId, 'r2')]);
  await ledger.reserve([reserveItem(opened.accountId, 'r3', 700)]);
  expect(await noticesOf(opened.accountId)).toEqual([699]);
});

test('an account gets another notice once its balance rose above its level by more than one image of its price list', async () => {
  const terms = { ...SUPERSCALE_GRANTS, planningUnit: 35 };
  const { accountId } = await openAccount(ledger.worker, terms, {
    name: 'Acme',
    reference: `rise ${account}`,
  });
  await ledger.reserve([reserveItem(accountId, 'r1', 301)]);
  await ledger.grant([grantItem(accountId, 'one image above', 36)]);
  await ledger.reserve([reserveItem(accountId, 'r2', 36)]);
  expect(await noticesOf(accountId)).toEqual([699]);
  await ledger.grant([grantItem(accountId, 'more than that', 37)]);
  await ledger.reserve([reserveItem(accountId, 'r3', 37)]);
  expect(await noticesOf(accountId)).toEqual([699, 699]);

  await setPriceList(ledger.worker, accountId, 'agency', 50, { actor: 'test', reason: 'test' });
  await ledger.grant([grantItem(accountId, 'one of its own images', 51)]);
  await ledger.reserve([reserveItem(accountId, 'r4', 51)]);
  expect(await noticesOf(accountId)).toEqual([699, 699]);
});

test('an account that is opened again after sign-up credits have changed keeps those it was given', async () => {
  const opening = { name: 'Acme', reference: `again ${account}` };
  const { accountId } = await openAccount(ledger.worker, SUPERSCALE_GRANTS, opening);
  const changed = { ...SUPERSCALE_GRANTS, signUp: { credits: 250 } };
  expect(await openAccount(ledger.worker, changed, opening)).toMatchObject({ outcome: 'exists', accountId });
  const { rows } = await ledger.owner.query(
    'SELECT available::int AS credits FROM ledger.accounts WHERE account_id = $1',
    [accountId],
  );
  expect(rows).toEqual([{ credits: SUPERSCALE_GRANTS.signUp.credits }]);
});

test.each(['a direct spend', 'a void', 'the expiry sweep'])(
  '%s that takes the balance below its level makes a notice',
  async (what) => {
    const name = await ledger.openAccount(`${account}_${what}`);
    await ledger.grant([
      grantItem(name, 'g', 1_000, { priority: 1, expires_at: EXPIRY }),
      grantItem(name, 'h', 50),
    ]);
    await setLimits(ledger, name, { low_balance_at: 700 });
    if (what === 'a direct spend')
      await ledger.spend([{ account_id: name, spend_id: 's', amount: 1_000, note: 'chat' }]);
    if (what === 'a void') await ledger.void([{ account_id: name, grant_id: 'g', reason: 'charge-back' }]);
    if (what === 'the expiry sweep') {
      await ledger.setClock(EXPIRY);
      await ledger.worker.query('SELECT ledger.sweep_accounts($1)', [[name]]);
      await ledger.worker.query('SELECT ledger.sweep_accounts($1)', [[name]]);
    }
    expect(await noticesOf(name)).toEqual([50]);
  },
);

test('a renewal in the same call as the old period’s expiry is no fall of the balance', async () => {
  const name = await ledger.openAccount(`${account}_plan`);
  await setLimits(ledger, name, { low_balance_at: 700 });
  await callPlan(ledger, name, 'start', 'starter', { renewal: 'automatic' });
  await ledger.setClock(new Date('2026-04-01T00:00:00Z'));
  await renewDue(ledger);
  expect(await ledger.balanceOf(name)).toMatchObject({ available: 4_000 });
  expect(await noticesOf(name)).toEqual([]);
});

test('a period that ends without a renewal is a fall', async () => {
  const name = await ledger.openAccount(`${account}_lapsed`);
  await setLimits(ledger, name, { low_balance_at: 700 });
  await callPlan(ledger, name, 'start', 'starter', { renewal: 'automatic' });
  await callPlan(ledger, name, 'cancel', null);
  await ledger.setClock(new Date('2026-04-01T00:00:00Z'));
  await renewDue(ledger);
  expect(await noticesOf(name)).toEqual([0]);
});
