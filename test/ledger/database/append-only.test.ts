import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLedgerFixture, type LedgerFixture } from '../ledger-fixture.ts';

let ledger: LedgerFixture;
beforeAll(async () => {
  ledger = await createLedgerFixture();
  await ledger.openAccount('acct', 100);
});
afterAll(() => ledger.close());

test.each([
  'UPDATE ledger.entries SET amount = amount + 1',
  'UPDATE ledger.entries SET reason = NULL WHERE false',
  'DELETE FROM ledger.entries',
  'TRUNCATE ledger.entries',
  `INSERT INTO ledger.entries SELECT * FROM ledger.entries ON CONFLICT (account_id, seq) DO UPDATE SET amount = 1`,
])('the journal is append-only, for its owner too: %s', async (statement) => {
  await expect(ledger.owner.query(statement)).rejects.toMatchObject({ code: 'HF001' });
  const { rows } = await ledger.owner.query('SELECT amount FROM ledger.entries');
  expect(rows).toEqual([{ amount: '100' }]);
  await ledger.expectReconciled();
});
