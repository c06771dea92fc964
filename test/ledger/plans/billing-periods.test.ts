import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createLedgerFixture, type LedgerFixture } from '../ledger-fixture.ts';
import { callPlan, periodsOf, renewDue } from './plan-calls.ts';

let ledger: LedgerFixture;
beforeAll(async () => {
  ledger = await createLedgerFixture();
});
afterEach(() => ledger.expectReconciled());
afterAll(() => ledger.close());

/** The starts of so many periods from an anchor, as the ledger counts them. */
async function startsFrom(anchor: string, months: number): Promise<string[]> {
  const { rows } = await ledger.owner.query<{ at: Date }>(
    'SELECT ledger.months_after($1, n) AS at FROM generate_series(0, $2) n ORDER BY n',
    [anchor, months],
  );
  return rows.map((row) => row.at.toISOString());
}

/** The rule, said another way: the same day and time so many months on, or the last day of a month too short for it. */
function monthsAfter(anchor: Date, months: number): Date {
  const firstOfMonth = Date.UTC(anchor.getUTCFullYear(), anchor.getUTCMonth() + months, 1);
  const month = new Date(firstOfMonth);
  const lastDay = new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + 1, 0)).getUTCDate();
  const timeOfDay = anchor.getTime() % 86_400_000;
  return new Date(firstOfMonth + (Math.min(anchor.getUTCDate(), lastDay) - 1) * 86_400_000 + timeOfDay);
}

test('31 Jan goes to 28 Feb and back to 31 Mar', async () => {
  expect(await startsFrom('2026-01-31T10:30:00Z', 4)).toEqual([
    '2026-01-31T10:30:00.000Z',
    '2026-02-28T10:30:00.000Z',
    '2026-03-31T10:30:00.000Z',
    '2026-04-30T10:30:00.000Z',
    '2026-05-31T10:30:00.000Z',
  ]);
});

test('in a leap year 31 Jan goes to 29 Feb', async () => {
  expect((await startsFrom('2028-01-31T00:00:00Z', 2))[1]).toBe('2028-02-29T00:00:00.000Z');
});

test('29 Feb goes to 28 Feb in the years between and to 29 Feb in the next leap year', async () => {
  const starts = await startsFrom('2028-02-29T12:00:00Z', 48);
  expect([12, 24, 36, 48, 1].map((n) => starts[n])).toEqual([
    '2029-02-28T12:00:00.000Z',
    '2030-02-28T12:00:00.000Z',
    '2031-02-28T12:00:00.000Z',
    '2032-02-29T12:00:00.000Z',
    '2028-03-29T12:00:00.000Z',
  ]);
});

test.each(['America/New_York', 'Pacific/Apia', 'Asia/Kathmandu', 'UTC'])(
  'periods are counted in UTC in a session of %s',
  async (zone) => {
    const owner = await ledger.owner.connect();
    try {
      await owner.query(`SELECT set_config('TimeZone', $1, false)`, [zone]);
      const { rows } = await owner.query<{ after: Date; number: number }>(
        // In New York this is still 28 Feb, and a day on which the clocks change lies in between.
        `SELECT ledger.months_after('2026-03-01T02:00:00Z', 8) AS after,
                ledger.period_number('2026-03-01T02:00:00Z', '2026-11-01T02:00:00Z') AS number`,
      );
      expect(rows[0]).toEqual({ after: new Date('2026-11-01T02:00:00Z'), number: 8 });
    } finally {
      await owner.query('RESET TimeZone');
      owner.release();
    }
  },
);

test('48 periods from any instant never drift, and every instant lies in the period that says so', async () => {
  const instant = fc.date({
    min: new Date('2020-01-01'),
    max: new Date('2033-01-01'),
    noInvalidDate: true,
  });
  await fc.assert(
    fc.asyncProperty(
      instant,
      fc.integer({ min: 0, max: 48 }),
      fc.nat(27 * 86_400_000),
      async (anchor, n, on) => {
        const starts = await startsFrom(anchor.toISOString(), 48);
        expect(starts).toEqual(
          Array.from({ length: 49 }, (_, months) => monthsAfter(anchor, months).toISOString()),
        );
        const { rows } = await ledger.owner.query<{ at: number; inside: number; before: number }>(
          `SELECT ledger.period_number($1, $2) AS at, ledger.period_number($1, $2::timestamptz + make_interval(secs => $3)) AS inside,
                ledger.period_number($1, $2::timestamptz - interval '1 microsecond') AS before`,
          [anchor, starts[n], on / 1_000],
        );
        expect(rows[0]).toEqual({ at: n, inside: n, before: n - 1 });
      },
    ),
    { numRuns: 200 },
  );
});

test('a plan renewed for 48 months keeps to the day it began on', async () => {
  const anchor = new Date('2026-08-31T23:59:59.999Z');
  await ledger.setClock(anchor);
  const account = await ledger.openAccount('four_years');
  await callPlan(ledger, account, 'start', 'starter', { renewal: 'automatic' });
  for (let month = 1; month <= 48; month++) {
    await ledger.setClock(monthsAfter(anchor, month));
    expect(await renewDue(ledger)).toEqual({ [account]: 'renewed' });
  }
  const expected = Array.from(
    { length: 49 },
    (_, month) => `${monthsAfter(anchor, month).toISOString().slice(0, 10)} starter 4000`,
  );
  expect(await periodsOf(ledger, account)).toEqual(expected);
  expect(await ledger.balanceOf(account)).toMatchObject({ available: 4_000, expired: 48 * 4_000 });
});
