import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createLedgerFixture, grantItem, type LedgerFixture } from '../ledger-fixture.ts';
import { holdWrites, untilWaiting } from '../until-waiting.ts';

let ledger: LedgerFixture;
beforeAll(async () => {
  ledger = await createLedgerFixture();
});
afterEach(() => ledger.expectReconciled());
afterAll(() => ledger.close());

const outcomesOf = (rows: readonly Record<string, unknown>[]) => rows.map((row) => row['outcome']);

test('a payment named twice in one call makes one grant, and the other is key_reused', async () => {
  const [ann, bob] = [await ledger.openAccount('pays_ann'), await ledger.openAccount('pays_bob')];
  const outcomes = outcomesOf(
    await ledger.grant([
      grantItem(ann, 'expired', 10, { reference: 'payment 1', expires_at: '2020-01-01T00:00:00Z' }),
      grantItem(bob, 'first', 10, { reference: 'payment 1' }),
      grantItem(ann, 'second', 10, { reference: 'payment 1' }),
      grantItem(bob, 'first', 10, { reference: 'payment 1' }),
      grantItem(ann, 'other', 10, { reference: 'payment 2' }),
    ]),
  );
  expect(outcomes).toEqual(['expired', 'granted', 'key_reused', 'granted', 'granted']);
  expect(await ledger.balanceOf(ann)).toMatchObject({ available: 10 });
  expect(await ledger.balanceOf(bob)).toMatchObject({ available: 10 });
});

test('a payment named for two accounts at once makes one grant, and the other is key_reused', async () => {
  const accounts = [await ledger.openAccount('at_once_1'), await ledger.openAccount('at_once_2')];
  const writes = await holdWrites(ledger.owner, 'ledger.grants');
  const calls = accounts.map((account) =>
    ledger.grant([grantItem(account, `of ${account}`, 10, { reference: 'payment at once' })]),
  );
  await untilWaiting(ledger.owner, 2);
  await writes.letGo();
  expect(outcomesOf((await Promise.all(calls)).flat()).sort()).toEqual(['granted', 'key_reused']);
});

test('a second trial under another id is key_reused, alone and in one call', async () => {
  const account = await ledger.openAccount('tries_twice');
  const trial = (id: string) => grantItem(account, id, 3_000, { source: 'trial' });
  expect(outcomesOf(await ledger.grant([trial('t1'), trial('t2'), trial('t1')]))).toEqual([
    'granted',
    'key_reused',
    'granted',
  ]);
  expect(outcomesOf(await ledger.grant([trial('t3')]))).toEqual(['key_reused']);
  expect(await ledger.balanceOf(account)).toMatchObject({ available: 3_000 });
});

test('a payment that made another grant has the same outcome after the expiry that was asked for has passed', async () => {
  await ledger.setClock(new Date('2026-01-01T00:00:00Z'));
  const account = await ledger.openAccount('asks_again');
  const second = grantItem(account, 'second', 10, {
    reference: 'payment 3',
    expires_at: '2026-02-01T00:00:00Z',
  });
  await ledger.grant([grantItem(account, 'first', 10, { reference: 'payment 3' })]);
  expect(outcomesOf(await ledger.grant([second]))).toEqual(['key_reused']);
  await ledger.setClock(new Date('2026-03-01T00:00:00Z'));
  expect(outcomesOf(await ledger.grant([second]))).toEqual(['key_reused']);
  await ledger.setClock(null);
});

test('an amount that is refused does not count towards the most an account can ever have', async () => {
  const account = await ledger.openAccount('after_a_bad_one');
  const items = [grantItem(account, 'bad', Number.MAX_SAFE_INTEGER), grantItem(account, 'good', 10)];
  expect(outcomesOf(await ledger.grant(items))).toEqual(['invalid_amount', 'granted']);
});
