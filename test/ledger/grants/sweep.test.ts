import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { readDueExpiry, sweepExpired } from '../../../ledger/sweep-expired.ts';
import type { DueAccount } from '../../../ledger/due-account.ts';
import {
  commitItem,
  createLedgerFixture,
  grantItem,
  releaseItem,
  reserveItem,
  type LedgerFixture,
} from '../ledger-fixture.ts';
import { amountsOf } from '../refunds/refund-calls.ts';
import { holdAccounts, untilWaiting } from '../until-waiting.ts';

const NOW = new Date('2026-03-01T00:00:00Z');
const EXPIRY = new Date('2026-03-02T00:00:00Z');
const JUST_BEFORE = new Date(EXPIRY.getTime() - 1);
const LONG_AFTER = new Date('2027-01-01T00:00:00Z');

let ledger: LedgerFixture;
let account: string;
let accounts = 0;
beforeAll(async () => {
  ledger = await createLedgerFixture();
});
beforeEach(async () => {
  await ledger.setClock(LONG_AFTER);
  await sweepExpired(
    ledger.worker,
    (await due()).map((found) => found.accountId),
  );
  await ledger.setClock(NOW);
  account = await openDying(`acct_${String(++accounts)}`);
});
afterEach(() => ledger.expectReconciled());
afterAll(() => ledger.close());

async function openDying(name: string, expiresAt = EXPIRY): Promise<string> {
  await ledger.openAccount(name);
  await ledger.grant([
    grantItem(name, 'dying', 100, { priority: 1, expires_at: expiresAt }),
    grantItem(name, 'living', 10),
  ]);
  return name;
}

async function due(limit = 1_000, after: DueAccount | null = null): Promise<readonly DueAccount[]> {
  return readDueExpiry(ledger.worker, { after, limit });
}

test('credits are spendable before their expiry and swept at it', async () => {
  await ledger.setClock(JUST_BEFORE);
  expect(await due()).toEqual([]);
  expect(await sweepExpired(ledger.worker, [account])).toEqual([]);
  expect(await ledger.reserve([reserveItem(account, 'r', 40)])).toMatchObject([{ outcome: 'reserved' }]);
  await ledger.setClock(EXPIRY);
  expect((await due()).map((found) => found.accountId)).toEqual([account]);
  expect(await sweepExpired(ledger.worker, [account])).toEqual([account]);
  expect(await amountsOf(ledger, account, 'expired')).toEqual({ dying: 60, living: 0 });
  const { rows } = await ledger.owner.query(
    `SELECT kind, from_bucket, to_bucket, grant_id, amount::int, balance_after::int, created_at FROM ledger.entries
     WHERE account_id = $1 ORDER BY seq DESC LIMIT 1`,
    [account],
  );
  const entry = {
    kind: 'expire',
    from_bucket: 'available',
    to_bucket: 'expired',
    grant_id: 'dying',
    amount: 60,
  };
  expect(rows).toEqual([{ ...entry, balance_after: 10, created_at: EXPIRY }]);
});

test('a sweep never touches what is reserved, whatever becomes of it', async () => {
  await ledger.reserve([reserveItem(account, 'r1', 40), reserveItem(account, 'r2', 60)]);
  await ledger.setClock(EXPIRY);
  await sweepExpired(ledger.worker, [account]);
  expect(await ledger.balanceOf(account)).toEqual({
    available: 10,
    reserved: 100,
    spent: 0,
    expired: 0,
    voided: 0,
  });
  await ledger.settle([commitItem(account, 'r1', 40), releaseItem(account, 'r2')]);
  expect(await ledger.balanceOf(account)).toEqual({
    available: 70,
    reserved: 0,
    spent: 40,
    expired: 60,
    voided: 0,
  });
});

test('a swept account is no longer due, and a second sweep writes nothing', async () => {
  await ledger.setClock(EXPIRY);
  await sweepExpired(ledger.worker, [account]);
  expect(await due()).toEqual([]);
  expect(await sweepExpired(ledger.worker, [account])).toEqual([]);
  const { rows } = await ledger.owner.query(
    `SELECT count(*)::int AS n FROM ledger.entries WHERE account_id = $1 AND kind = 'expire'`,
    [account],
  );
  expect(rows).toEqual([{ n: 1 }]);
});

test('an account goes on being due for its next expiry', async () => {
  const later = new Date(EXPIRY.getTime() + 1_000);
  await ledger.grant([grantItem(account, 'dies later', 7, { expires_at: later })]);
  await ledger.setClock(EXPIRY);
  await sweepExpired(ledger.worker, [account]);
  expect(await due()).toEqual([]);
  await ledger.setClock(later);
  expect((await due()).map((found) => found.accountId)).toEqual([account]);
  await sweepExpired(ledger.worker, [account]);
  expect(await amountsOf(ledger, account, 'expired')).toEqual({ dying: 100, living: 0, 'dies later': 7 });
});

test('due accounts come in pages, longest due first, each once', async () => {
  const names = [account];
  for (let n = 0; n < 6; n++) {
    names.push(
      await openDying(`${account}_${String(9 - n)}`, new Date(EXPIRY.getTime() - Math.floor(n / 2) * 1_000)),
    );
  }
  await ledger.setClock(EXPIRY);
  const seen: string[] = [];
  let after: DueAccount | null = null;
  for (;;) {
    const page: readonly DueAccount[] = await due(3, after);
    expect(page.length).toBeLessThanOrEqual(3);
    if (page.length === 0) break;
    seen.push(...page.map((found) => found.accountId));
    after = page.at(-1) ?? null;
  }
  expect(seen).toEqual([
    ...[4, 5, 6, 7].map((n) => `${account}_${String(n)}`),
    account,
    `${account}_8`,
    `${account}_9`,
  ]);
  expect([...(await sweepExpired(ledger.worker, seen))].sort()).toEqual([...names].sort());
});

test('a sweep skips a locked account, which is left to the next one', async () => {
  const free = await openDying(`${account}_free`);
  await ledger.setClock(EXPIRY);
  const held = await holdAccounts(ledger.owner, [free]);
  expect(await sweepExpired(ledger.worker, [account, free])).toEqual([account]);
  await held.letGo();
  // The transaction that held it expired what was due in it.
  expect(await due()).toEqual([]);
});

test('two sweeps of the same accounts at once sweep each once', async () => {
  const names = [account];
  for (let n = 0; n < 10; n++) names.push(await openDying(`${account}_${String(n)}`));
  await ledger.setClock(EXPIRY);
  const both = await Promise.all([
    sweepExpired(ledger.worker, names),
    sweepExpired(ledger.worker, names.toReversed()),
  ]);
  expect(both.flat().sort()).toEqual([...names].sort());
});

test('of a sweep and a reserve that race neither reserves expired credits', async () => {
  const held = await holdAccounts(ledger.owner, [account]);
  await ledger.setClock(EXPIRY);
  const reserve = ledger.reserve([reserveItem(account, 'r', 50)]);
  await untilWaiting(ledger.owner, 1);
  await held.letGo();
  expect(await reserve).toMatchObject([{ outcome: 'insufficient_credits', available: '10' }]);
  expect(await sweepExpired(ledger.worker, [account])).toEqual([]);
});

test('a grant voided or used up before its expiry is not swept', async () => {
  await ledger.void([{ account_id: account, grant_id: 'dying', reason: 'charge-back' }]);
  await ledger.setClock(EXPIRY);
  await sweepExpired(ledger.worker, [account]);
  expect(await amountsOf(ledger, account, 'expired')).toEqual({ dying: 0, living: 0 });
  expect(await due()).toEqual([]);
});
