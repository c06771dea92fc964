import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { LedgerReportRow } from '../../../contract/shapes/ledger-shapes.ts';
import { countReport } from '../../../ledger/count-report.ts';
import { readReport } from '../../../ledger/reads/read-report.ts';
import { untilCounted } from '../../harness/until-counted.ts';
import {
  commitItem,
  createLedgerFixture,
  grantItem,
  releaseItem,
  reserveItem,
  type LedgerFixture,
} from '../ledger-fixture.ts';
import { callPlan, renewDue } from '../plans/plan-calls.ts';
import { refundItem } from '../refunds/refund-calls.ts';

const MONTHS = ['2026-01', '2026-02', '2026-03', '2026-04'];
const SOURCES = ['plan', 'trial', 'sign_up', 'referral', 'return', 'goodwill', 'top_up'];

let ledger: LedgerFixture;
beforeAll(async () => {
  ledger = await createLedgerFixture();
  await liveThroughThreeMonths();
});
afterEach(() => ledger.expectReconciled());
afterAll(() => ledger.close());

async function at(instant: string): Promise<void> {
  await ledger.setClock(new Date(instant));
}

function source(account: string, name: string, amount: number, other: object = {}): object {
  return grantItem(account, `${name} of ${account}`, amount, {
    source: name,
    reference: `pay ${account} ${name}`,
    ...other,
  });
}

/** Two accounts, every source, every kind of move, some of it on the last and first instants of a month. */
async function liveThroughThreeMonths(): Promise<void> {
  await at('2026-01-10T00:00:00Z');
  for (const name of ['a', 'b']) {
    await ledger.openAccount(name);
    await ledger.grant([source(name, 'sign_up', 1_000)]);
  }
  await callPlan(ledger, 'a', 'start', 'starter', { renewal: 'automatic' });
  await ledger.grant([
    source('b', 'trial', 3_000, { expires_at: '2026-01-17T00:00:00Z' }),
    source('b', 'top_up', 500, { priority: 3 }),
  ]);
  await ledger.reserve([
    reserveItem('a', 'jan', 700),
    reserveItem('a', 'over', 300),
    reserveItem('b', 'trial', 35),
  ]);
  await at('2026-01-31T23:59:59.999Z');
  await ledger.settle([commitItem('a', 'jan', 700), commitItem('b', 'trial', 35)]);
  await at('2026-02-01T00:00:00Z');
  await ledger.spend([{ account_id: 'b', spend_id: 'chat', amount: 5, note: 'chat_message' }]);
  await at('2026-02-10T00:00:00Z');
  await renewDue(ledger);
  await ledger.settle([releaseItem('a', 'over')]);
  await ledger.refund([
    refundItem('b', 'trial', 'f1', 20),
    refundItem('a', 'jan', 'f2', 100),
    refundItem('b', 'chat', 'f3', 2),
  ]);
  // Counted once in the middle, as it is every minute.
  await untilCounted(ledger.worker);
  await at('2026-03-05T00:00:00Z');
  await ledger.void([{ account_id: 'b', grant_id: 'top_up of b', reason: 'charge-back' }]);
  await ledger.reserve([reserveItem('b', 'held', 400)]);
  await ledger.worker.query('SELECT ledger.sweep_accounts($1)', [['a', 'b']]);
  await at('2026-04-02T00:00:00Z');
  await untilCounted(ledger.worker);
}

async function reportOf(month: string): Promise<Record<string, LedgerReportRow>> {
  const { data } = await readReport(ledger.worker, month);
  return Object.fromEntries(data.map((row) => [row.source, row]));
}

test('a month shows per source what was issued, spent, refunded, expired and voided', async () => {
  expect(await reportOf('2026-01')).toEqual({
    plan: {
      source: 'plan',
      opening: 0,
      issued: 4_000,
      spent: 700,
      refunded: 0,
      expired: 0,
      voided: 0,
      outstanding: 3_300,
    },
    trial: {
      source: 'trial',
      opening: 0,
      issued: 3_000,
      spent: 35,
      refunded: 0,
      expired: 2_965,
      voided: 0,
      outstanding: 0,
    },
    sign_up: {
      source: 'sign_up',
      opening: 0,
      issued: 2_000,
      spent: 0,
      refunded: 0,
      expired: 0,
      voided: 0,
      outstanding: 2_000,
    },
    top_up: {
      source: 'top_up',
      opening: 0,
      issued: 500,
      spent: 0,
      refunded: 0,
      expired: 0,
      voided: 0,
      outstanding: 500,
    },
  });
  expect(await reportOf('2026-02')).toMatchObject({
    // The old period's 3,000 expire with it, its 300 on their return; 100 are refunded to it, and go on to a goodwill grant.
    plan: { opening: 3_300, issued: 4_000, spent: 0, refunded: 100, expired: 3_400, outstanding: 4_000 },
    trial: { opening: 0, refunded: 20, expired: 20, outstanding: 0 },
    sign_up: { opening: 2_000, spent: 5, refunded: 2, outstanding: 1_997 },
    return: { opening: 0, issued: 300, outstanding: 300 },
    goodwill: { opening: 0, issued: 120, outstanding: 120 },
  });
  expect(await reportOf('2026-03')).toMatchObject({ top_up: { opening: 500, voided: 500, outstanding: 0 } });
});

test('each row adds up, and each month opens with the outstanding credits of the month before', async () => {
  const reports = await Promise.all(MONTHS.map(reportOf));
  for (const [index, report] of reports.entries()) {
    for (const row of Object.values(report)) {
      expect(row.opening + row.issued - row.spent + row.refunded - row.expired - row.voided).toBe(
        row.outstanding,
      );
      expect(row.opening).toBe(reports[index - 1]?.[row.source]?.outstanding ?? 0);
    }
    expect(Object.keys(report)).toEqual(SOURCES.filter((name) => name in report));
  }
});

test('what is outstanding is what all accounts have available and reserved', async () => {
  const { rows } = await ledger.owner.query<{ source: string; held: string }>(
    'SELECT source, sum(available + reserved) AS held FROM ledger.grants GROUP BY source',
  );
  const held = Object.fromEntries(rows.map((row) => [row.source, Number(row.held)]));
  const report = await reportOf('2026-04');
  expect(Object.fromEntries(Object.values(report).map((row) => [row.source, row.outstanding]))).toEqual(held);
  const accounts = await ledger.owner.query(
    'SELECT sum(available + reserved)::int AS held FROM ledger.accounts',
  );
  const total = Object.values(report).reduce((sum, row) => sum + row.outstanding, 0);
  expect(accounts.rows).toEqual([{ held: total }]);
});

test('a month before the first entry has no rows, and a session’s time zone moves nothing', async () => {
  expect(await readReport(ledger.worker, '2025-12')).toMatchObject({ data: [] });
  const client = await ledger.worker.connect();
  try {
    await client.query(`SET TimeZone = 'America/New_York'`);
    expect(await readReport(client, '2026-01')).toEqual(await readReport(ledger.worker, '2026-01'));
  } finally {
    await client.query('RESET TimeZone');
    client.release();
  }
});

test('the days of a month lead from its opening to what is outstanding', async () => {
  for (const month of MONTHS) {
    const { data, days } = await readReport(ledger.worker, month);
    for (const { source, ...row } of data) {
      const own = days.filter((day) => day.source === source);
      expect(own).toHaveLength({ '2026-01': 31, '2026-02': 28, '2026-03': 31, '2026-04': 1 }[month] ?? 0);
      expect(own.at(-1)?.outstanding).toBe(row.outstanding);
      expect(own.reduce((sum, day) => sum + day.spent, 0)).toBe(row.spent);
    }
  }
  const { days } = await readReport(ledger.worker, '2026-01');
  const spent = days.filter((day) => day.spent > 0);
  expect(spent.map(({ day, source, spent: credits }) => [day, source, credits])).toEqual([
    ['2026-01-31', 'plan', 700],
    ['2026-01-31', 'trial', 35],
  ]);
});

test('entries of a transaction that is open during a count are counted after it has ended', async () => {
  const total = async () => (await readReport(ledger.worker, '2026-04')).total.issued;
  const before = await total();
  const writer = await ledger.owner.connect();
  await writer.query('BEGIN');
  await writer.query(
    `SELECT ledger.grant_credits('a', 'grant_late', 'goodwill', 2, 50, NULL, NULL, 'test', NULL, NULL)`,
  );
  await at('2026-04-02T01:00:00Z');
  const counting = countReport(ledger.worker);
  expect(await counting).toBe('busy');
  expect(await total()).toBe(before);
  await writer.query('COMMIT');
  writer.release();
  await untilCounted(ledger.worker);
  expect(await total()).toBe(before + 50);
});

test('two counts at once count nothing twice', async () => {
  await at('2026-04-02T02:00:00Z');
  await ledger.spend([{ account_id: 'b', spend_id: 'more', amount: 7, note: 'chat_message' }]);
  await at('2026-04-02T03:00:00Z');
  const { total } = await readReport(ledger.worker, '2026-04');
  await Promise.all([countReport(ledger.worker), countReport(ledger.worker), countReport(ledger.worker)]);
  await untilCounted(ledger.worker);
  expect((await readReport(ledger.worker, '2026-04')).total.spent).toBe(total.spent + 7);
});

test('reconcile finds a sum that differs from the journal', async () => {
  const change = (by: number) =>
    ledger.owner.query(
      `UPDATE ledger.report_days SET spent = spent + $1 WHERE day = '2026-01-31' AND source = 'plan'`,
      [by],
    );
  await change(1);
  const { rows } = await ledger.worker.query('SELECT check_name, subject FROM ledger.reconcile(1e9)');
  expect(rows).toEqual([{ check_name: 'report_is_what_the_journal_says', subject: '2026-01-31 plan' }]);
  await change(-1);
});

test('count and read use indexes, however large the journal is', async () => {
  const client = await ledger.owner.connect();
  try {
    await client.query('SET enable_seqscan = off');
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(
      `EXPLAIN SELECT * FROM ledger.sum_days('2026-01-31T12:00:00Z', '2026-01-31T12:10:00Z')`,
    );
    expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toMatch(/entries_by_time/);
  } finally {
    await client.query('RESET enable_seqscan');
    client.release();
  }
});
