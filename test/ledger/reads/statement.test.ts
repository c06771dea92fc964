import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { readEntries, readStatementRows } from '../../../ledger/reads/read-entries.ts';
import type { Statement } from '../../../contract/shapes/credit-shapes.ts';
import { readStatement, type StoredStatement } from '../../../ledger/reads/read-statement.ts';
import {
  commitItem,
  createLedgerFixture,
  grantItem,
  releaseItem,
  reserveItem,
  type LedgerFixture,
} from '../ledger-fixture.ts';
import { refundItem } from '../refunds/refund-calls.ts';

const DAY_MS = 86_400_000;
const OPENED = Date.UTC(2026, 2, 1);
const EVERYTHING = { kinds: null, reservationIds: null, from: null, to: null };

let ledger: LedgerFixture;
let account: string;
let accounts = 0;
beforeAll(async () => {
  ledger = await createLedgerFixture();
});
beforeEach(async () => {
  account = await liveThrough(`acct_${String(++accounts)}`);
});
afterEach(() => ledger.expectReconciled());
afterAll(() => ledger.close());

async function onDay(day: number): Promise<void> {
  await ledger.setClock(new Date(OPENED + day * DAY_MS));
}

/** An account with every kind of entry, several of them at one instant. */
async function liveThrough(name: string): Promise<string> {
  await onDay(0);
  await ledger.openAccount(name);
  await onDay(1);
  await ledger.grant([
    grantItem(name, 'month', 400, { priority: 1, expires_at: new Date(OPENED + 10 * DAY_MS) }),
    grantItem(name, 'top up', 1_000, { priority: 3 }),
  ]);
  await onDay(2);
  await ledger.reserve([
    reserveItem(name, 'good', 350),
    reserveItem(name, 'bad', 100),
    reserveItem(name, 'open', 30),
  ]);
  await onDay(3);
  await ledger.settle([commitItem(name, 'good', 300), releaseItem(name, 'bad')]);
  await ledger.spend([{ account_id: name, spend_id: 'chat', amount: 1, note: 'chat_message' }]);
  await onDay(12);
  await ledger.refund([refundItem(name, 'good', 'f', 120)]);
  await onDay(13);
  await ledger.void([{ account_id: name, grant_id: 'top up', reason: 'charge-back' }]);
  await onDay(20);
  return name;
}

function statementOf(from: number | null, to: number | null, of = account): Promise<StoredStatement | null> {
  return readStatement(ledger.worker, of, {
    from: from === null ? null : new Date(from).toISOString(),
    to: to === null ? null : new Date(to).toISOString(),
  });
}

async function statementThere(from: number | null, to: number | null): Promise<StoredStatement> {
  const statement = await statementOf(from, to);
  if (statement === null) throw new Error(`${account} has no statement`);
  return statement;
}

/** The same, from all entries, read one by one. */
async function foldedFrom(
  from: number,
  to: number,
): Promise<Pick<Statement, 'opening' | 'closing' | 'sums'>> {
  const entries = (
    await readEntries(ledger.worker, account, EVERYTHING, { before: null, limit: 1_000 })
  ).toReversed();
  const sum = (some: typeof entries) => some.reduce((total, entry) => total + entry.credits, 0);
  const before = entries.filter((entry) => entry.createdAt.getTime() < from);
  const inside = entries.filter(
    (entry) => entry.createdAt.getTime() >= from && entry.createdAt.getTime() < to,
  );
  const kinds = ['grant', 'reserve', 'commit', 'release', 'spend', 'refund', 'expire', 'void'] as const;
  const sums = Object.fromEntries(
    kinds.map((kind) => [kind, sum(inside.filter((entry) => entry.kind === kind))]),
  );
  return { opening: sum(before), closing: sum(before) + sum(inside), sums: sums as Statement['sums'] };
}

function sumOf(statement: Pick<Statement, 'opening' | 'sums'> | null): number {
  return Object.values(statement?.sums ?? {}).reduce((total, credits) => total + credits, 0);
}

test('a statement of everything opens with nothing and closes with the balance', async () => {
  const statement = await statementOf(null, null);
  expect(statement).toEqual({
    from: '2026-03-01T00:00:00+00:00',
    to: '2026-03-21T00:00:00+00:00',
    after: 0,
    last: (await readEntries(ledger.worker, account, EVERYTHING, { before: null, limit: 1 }))[0]?.seq,
    opening: 0,
    closing: 120,
    charged: 301,
    refunded: 120,
    sums: {
      grant: 1_400,
      reserve: -480,
      commit: 0,
      release: 150,
      spend: -1,
      refund: 120,
      expire: -99,
      void: -970,
    },
  });
  expect((await ledger.balanceOf(account)).available).toBe(120);
});

test('a statement that shows a commit of 0 says what was charged and refunded, and so does each of its rows', async () => {
  const { after, last } = await statementThere(null, null);
  const rows = await readStatementRows(ledger.worker, account, last, { after, limit: 1_000 });
  const paid = rows.filter((row) => row.charged + row.refunded > 0);
  expect(paid.map((row) => [row.kind, row.charged, row.refunded])).toEqual([
    ['commit', 300, 0],
    ['spend', 1, 0],
    ['refund', 0, 120],
  ]);
  // A part of a month shows what was paid in it.
  const day = (number: number) => OPENED + number * DAY_MS;
  expect(await statementOf(day(3), day(12))).toMatchObject({
    charged: 301,
    refunded: 0,
    sums: { commit: 0, spend: -1 },
  });
  expect(await statementOf(day(12), day(20))).toMatchObject({ charged: 0, refunded: 120 });
});

test.each([
  ['expired: as a goodwill grant', { expires_at: new Date(OPENED + 30 * DAY_MS) }, 'nothing'],
  ['was voided: nowhere', {}, 'void'],
] as const)('what is refunded into a grant that %s, is refunded once', async (_name, grant, before) => {
  await ledger.grant([grantItem(account, 'spent from', 50, { priority: 2, ...grant })]);
  await ledger.reserve([reserveItem(account, 'later', 50)]);
  await ledger.settle([commitItem(account, 'later', 50)]);
  if (before === 'void')
    await ledger.void([{ account_id: account, grant_id: 'spent from', reason: 'charge-back' }]);
  await onDay(40);
  await ledger.refund([refundItem(account, 'later', 'f2', 50)]);
  expect(await statementOf(OPENED + 30 * DAY_MS, null)).toMatchObject({ charged: 0, refunded: 50 });
});

test('a statement until now ends where the next one begins, also within one millisecond', async () => {
  await ledger.grant([grantItem(account, 'before', 5)]);
  const first = await statementOf(null, null);
  const again = await statementOf(null, null);
  expect([first?.closing, again?.to, again?.closing]).toEqual([125, first?.to, 125]);
  await ledger.grant([grantItem(account, 'after', 7)]);
  await ledger.setClock(new Date(OPENED + 3 * DAY_MS));
  await ledger.grant([grantItem(account, 'with a clock that was set back', 9)]);
  const until = Date.parse(first?.to ?? '');
  expect((await statementOf(null, until))?.closing).toBe(125);
  const next = await statementOf(until, null);
  expect([next?.opening, next?.sums.grant, next?.closing]).toEqual([125, 16, 141]);
});

test('a statement until now, of a clock of microseconds, loses and repeats nothing of the millisecond it ends in', async () => {
  await ledger.setClock(null);
  let until: number | null = null;
  for (let number = 0; number < 30; number++) {
    await ledger.grant([grantItem(account, `g${String(number)}`, 1)]);
    const statement = await statementOf(until, null);
    expect(statement?.sums.grant).toBe(until === null ? 1_401 : 1);
    until = Date.parse(statement?.to ?? '');
  }
});

test('opening plus sums equals closing for any stretch, and its rows fold to the same', async () => {
  // Whole days lie on the entries; the milliseconds beside them do not.
  const instant = fc
    .tuple(fc.integer({ min: -3, max: 25 }), fc.constantFrom(-1, 0, 0, 1, 40_000_000))
    .map(([day, beside]) => OPENED + day * DAY_MS + beside);
  await fc.assert(
    fc.asyncProperty(instant, instant, async (one, other) => {
      const [from, to] = [Math.min(one, other), Math.max(one, other)];
      const statement = await statementThere(from, to);
      expect(statement.opening + sumOf(statement)).toBe(statement.closing);
      expect(statement).toMatchObject(await foldedFrom(from, to));
      const { after, last } = statement;
      const rows = await readStatementRows(ledger.worker, account, last, { after, limit: 1_000 });
      expect(rows.reduce((total, row) => total + row.credits, 0)).toBe(sumOf(statement));
      expect(rows.at(-1)?.balanceAfter ?? statement.opening).toBe(statement.closing);
    }),
    { numRuns: 150 },
  );
});

test('an entry at the end of one statement is in the next one only', async () => {
  const day2 = OPENED + 2 * DAY_MS;
  const [first, second] = [await statementOf(null, day2), await statementOf(day2, null)];
  expect([first?.opening, first?.closing, first?.sums.reserve]).toEqual([0, 1_400, 0]);
  expect([second?.opening, second?.closing, second?.sums.reserve]).toEqual([1_400, 120, -480]);
});

test.each([
  ['before the account was opened', -9, -5, 0],
  ['of no length', 2, 2, 1_400],
  ['to come', 30, 40, 120],
  ['whose end lies before its beginning', 12, 2, 1_069],
])('a stretch %s is empty, and closes as it opens', async (_what, from, to, balance) => {
  const statement = await statementOf(OPENED + from * DAY_MS, OPENED + to * DAY_MS);
  expect([statement?.opening, statement?.closing]).toEqual([balance, balance]);
  expect(sumOf(statement)).toBe(0);
});

test('an account without entries has a statement of nothing, an unknown one has none', async () => {
  const empty = await ledger.openAccount(`${account}_empty`);
  expect(await statementOf(null, null, empty)).toMatchObject({ opening: 0, closing: 0 });
  expect(await statementOf(null, null, 'nobody')).toBeNull();
});

test('a failed job shows both its reserve and its release, with the balance at each', async () => {
  const entries = await readEntries(
    ledger.worker,
    account,
    { ...EVERYTHING, reservationIds: ['bad'] },
    { before: null, limit: 10 },
  );
  expect(entries.map((entry) => [entry.kind, entry.credits, entry.grantId, entry.reason])).toEqual([
    ['release', 50, 'month', 'provider_failed'],
    ['release', 50, 'top up', 'provider_failed'],
    ['reserve', -50, 'top up', 'generation'],
    ['reserve', -50, 'month', 'generation'],
  ]);
});

test('a refund stands with the reservation it refunds', async () => {
  const filter = { ...EVERYTHING, reservationIds: ['good'] };
  const entries = await readEntries(ledger.worker, account, filter, { before: null, limit: 10 });
  expect(entries.map((entry) => entry.kind)).toEqual(['refund', 'expire', 'release', 'commit', 'reserve']);
});

test('a read expires what is due first, so that the statement adds up to the balance', async () => {
  await ledger.grant([grantItem(account, 'brief', 10, { expires_at: new Date(OPENED + 21 * DAY_MS) })]);
  await onDay(22);
  expect(await statementOf(null, null)).toMatchObject({ closing: 120, sums: { grant: 1_410, expire: -109 } });
});

test('a statement says its times in UTC whatever the session’s time zone', async () => {
  const client = await ledger.worker.connect();
  try {
    await client.query(`SET TimeZone = 'America/New_York'`);
    const { rows } = await client.query('SELECT ledger.read_statement($1, NULL, NULL) AS statement', [
      account,
    ]);
    expect(rows).toMatchObject([{ statement: { from: '2026-03-01T00:00:00+00:00' } }]);
  } finally {
    await client.query('RESET TimeZone');
    client.release();
  }
});

test('a binary search finds the same entry as a scan', async () => {
  const { rows } = await ledger.owner.query<{ found: string; counted: string }>(
    `SELECT ledger.last_entry_before($1, t) AS found,
            (SELECT coalesce(max(seq), 0) FROM ledger.entries e WHERE e.account_id = $1 AND e.created_at < t) AS counted
     FROM generate_series($2::timestamptz - interval '1 day', $2::timestamptz + interval '25 days', interval '4 hours') s,
          unnest(ARRAY[s, s + interval '1 microsecond', s - interval '1 microsecond']) t`,
    [account, new Date(OPENED)],
  );
  expect(rows.length).toBeGreaterThan(400);
  expect(rows.filter((row) => row.found !== row.counted)).toEqual([]);
});

test('a clock that is set back does not break the order of time', async () => {
  await onDay(5);
  await ledger.grant([grantItem(account, 'back', 1_000)]);
  await ledger.reserve([reserveItem(account, 'r1', 10)]);
  await onDay(19);
  await ledger.settle([releaseItem(account, 'r1')]);
  const entries = (
    await readEntries(ledger.worker, account, EVERYTHING, { before: null, limit: 1_000 })
  ).toReversed();
  const times = entries.map((entry) => entry.createdAt.getTime());
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  const statement = await statementOf(null, null);
  expect(statement?.closing).toBe((await ledger.balanceOf(account)).available);
  expect(statement).toMatchObject(await foldedFrom(OPENED, OPENED + 100 * DAY_MS));
});
