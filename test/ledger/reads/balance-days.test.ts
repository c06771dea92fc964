import { afterAll, beforeAll, expect, test } from 'vitest';
import { readBalanceDays } from '../../../ledger/reads/read-balance-days.ts';
import {
  commitItem,
  createLedgerFixture,
  grantItem,
  reserveItem,
  type LedgerFixture,
} from '../ledger-fixture.ts';

let ledger: LedgerFixture;
beforeAll(async () => {
  ledger = await createLedgerFixture();
});
afterAll(async () => {
  await ledger.expectReconciled();
  await ledger.close();
});

const at = (instant: string) => ledger.setClock(new Date(instant));
const days = async (account: string, from: string) =>
  (await readBalanceDays(ledger.worker, account, new Date(from))).map(
    ({ day, source, available, reserved }) => [day, source, available, reserved],
  );

test('each day ends with what there was then, by source; what has expired since was there before', async () => {
  await at('2026-01-10T10:00:00Z');
  await ledger.openAccount('a');
  await ledger.openAccount('other', 50);
  await ledger.grant([
    grantItem('a', 'grant_t', 300, { source: 'trial', expires_at: '2026-01-13T12:00:00Z' }),
    grantItem('a', 'grant_p', 1_000, { source: 'top_up', priority: 3, reference: 'pay' }),
  ]);
  await at('2026-01-11T23:59:59.999Z');
  await ledger.reserve([reserveItem('a', 'r', 100)]);
  await at('2026-01-12T00:00:00Z');
  await ledger.settle([commitItem('a', 'r', 100)]);
  // Credit maintenance, within a minute of the expiry.
  await at('2026-01-13T12:00:30Z');
  await ledger.worker.query('SELECT ledger.sweep_accounts($1)', [['a']]);
  await at('2026-01-14T09:00:00Z');
  expect(await days('a', '2026-01-09T00:00:00Z')).toEqual([
    ['2026-01-10', 'trial', 300, 0],
    ['2026-01-10', 'top_up', 1_000, 0],
    ['2026-01-11', 'trial', 200, 100],
    ['2026-01-11', 'top_up', 1_000, 0],
    ['2026-01-12', 'trial', 200, 0],
    ['2026-01-12', 'top_up', 1_000, 0],
    ['2026-01-13', 'top_up', 1_000, 0],
    ['2026-01-14', 'top_up', 1_000, 0],
  ]);
  expect(await days('a', '2026-01-13T00:00:00Z')).toEqual([
    ['2026-01-13', 'top_up', 1_000, 0],
    ['2026-01-14', 'top_up', 1_000, 0],
  ]);
  expect(await days('acct_absent', '2026-01-09T00:00:00Z')).toEqual([]);
});

test('a session’s time zone moves nothing', async () => {
  const client = await ledger.worker.connect();
  try {
    await client.query(`SET TimeZone = 'America/New_York'`);
    const shown = await readBalanceDays(client, 'a', new Date('2026-01-09T00:00:00Z'));
    expect(shown).toEqual(await readBalanceDays(ledger.worker, 'a', new Date('2026-01-09T00:00:00Z')));
  } finally {
    await client.query('RESET TimeZone');
    client.release();
  }
});
