import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createReserve } from '../../ledger/reserve.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { reserveItem } from './ledger-fixture.ts';
import { answersAgain, expectOnceOnly, type Played } from './model/once-only.ts';
import { playOnLedger } from './model/play-on-ledger.ts';
import { createVerbPlayer, type VerbPlayer } from './model/play-on-verbs.ts';
import { OPENED, randomStep, START } from './model/random-steps.ts';
import { operationsOf, type Step } from './model/step.ts';

/**
 * Random histories from many connections at once. Their order is the database's, so no model can say each answer; what
 * must hold is said of all orders: the invariants of design.md, each by its query or below.
 */

const HISTORIES = 85;
const RACES = 40;
/** Of the 20,000 of every run; the others come from items-and-arrays.test.ts. Replays are not counted. */
const OPERATIONS_AT_LEAST = 6_000;
const TIME_LIMIT_MS = 150_000;
const CALLERS = 8;
const POOL_SIZE = 12;

type Round = { readonly waitMs: number; readonly callers: readonly (readonly Step[])[] };

/** Rounds: between them the clock moves; within one everybody calls at once, each caller one call after the other. */
const rounds: fc.Arbitrary<Round[]> = fc.array(
  fc.record({
    waitMs: fc.constantFrom(0, 10_000, 9 * 86_400_000, 31 * 86_400_000),
    callers: fc.array(fc.array(randomStep, { minLength: 1, maxLength: 4, size: 'max' }), {
      minLength: 1,
      maxLength: CALLERS,
      size: 'max',
    }),
  }),
  { minLength: 1, maxLength: 4, size: 'max' },
);

let database: TestDatabase;
let owner: pg.Pool;
let worker: pg.Pool;
let verbs: VerbPlayer;
beforeAll(async () => {
  database = await createTestDatabase();
  // Not durable: a crash is not what this is about, and a wait for the disk at each call would be most of its time.
  const options = '-c synchronous_commit=off';
  owner = new pg.Pool({ connectionString: database.ownerUrl, max: 1, options });
  worker = new pg.Pool({ connectionString: database.workerUrl, max: POOL_SIZE, options });
  // The database is dropped while its last connections still say goodbye.
  for (const pool of [owner, worker]) pool.on('error', () => undefined);
  verbs = createVerbPlayer(worker);
});
beforeEach(() => empty());
afterAll(async () => {
  await Promise.all([owner.end(), worker.end()]);
  await database.close();
});

test(
  'whatever many callers do at once, it adds up, happens once, and is answered the same when it is asked again',
  async () => {
    let operations = 0;
    await fc.assert(
      fc.asyncProperty(rounds, async (history) => {
        await openAccounts();
        const played = await playRounds(history);
        expectOnceOnly(played);
        await expectReconciled();
        await expectSameAnswers(played);
        await expectReconciled();
        operations += played.reduce((sum, { step }) => sum + operationsOf(step), 0);
      }),
      { plugins: [fc.beforeEach(() => empty())], numRuns: HISTORIES, interruptAfterTimeLimit: TIME_LIMIT_MS },
    );
    expect(operations).toBeGreaterThan(OPERATIONS_AT_LEAST);
  },
  TIME_LIMIT_MS + 30_000,
);

test(
  'N parallel reserves of c on a balance of b succeed exactly ⌊b/c⌋ times (invariant 5)',
  async () => {
    const race = fc.record({
      balance: fc.integer({ min: 0, max: 1_000 }),
      cost: fc.integer({ min: 1, max: 200 }),
      calls: fc.integer({ min: 1, max: 60 }),
      way: fc.constantFrom('verb', 'raw calls', 'raw arrays'),
    });
    const reserve = createReserve(worker);
    await fc.assert(
      fc.asyncProperty(race, async ({ balance, cost, calls, way }) => {
        await openAccounts(balance);
        const ids = Array.from({ length: calls }, (_, index) => `r${String(index)}`);
        const outcomes = await Promise.all(
          inCallsOf(ids, way === 'raw arrays' ? 7 : 1).map(async (some) => {
            if (way !== 'verb') return reserveRaw(some, cost);
            const rest = {
              reason: 'generation',
              jobId: null,
              outputId: null,
              returnAfterSeconds: 900,
            } as const;
            const [reservationId = ''] = some;
            return [(await reserve({ accountId: 'ann', reservationId, credits: cost, ...rest })).outcome];
          }),
        );
        const made = outcomes.flat().filter((outcome) => outcome === 'reserved').length;
        expect(made).toBe(Math.min(calls, Math.floor(balance / cost)));
        await expectReconciled();
      }),
      { plugins: [fc.beforeEach(() => empty())], numRuns: RACES, interruptAfterTimeLimit: TIME_LIMIT_MS },
    );
  },
  TIME_LIMIT_MS + 30_000,
);

async function playRounds(history: readonly Round[]): Promise<Played[]> {
  const played: Played[] = [];
  let now = START;
  for (const round of history) {
    now += round.waitMs;
    await setClock(now);
    await Promise.all(
      round.callers.map(async (steps, caller) => {
        for (const step of steps) {
          // Every other caller calls the functions itself, with arrays; the others share a process's verbs.
          const answers =
            caller % 2 === 0
              ? await verbs.play(step)
              : await playOnLedger({ client: worker, prefix: '' }, step, true);
          played.push({ step, answers });
        }
      }),
    );
  }
  return played;
}

/** Every call again, item by item: what had been answered for ever is answered again, and no credit moves for it. */
async function expectSameAnswers(played: readonly Played[]): Promise<void> {
  // What is due would be done on the way.
  await owner.query('SELECT ledger.lock_accounts(array_agg(account_id)) FROM ledger.accounts');
  const before = await entriesOf();
  for (const { step, answers } of played) {
    for (const [index, again] of onePerItem(step).entries()) {
      const expected = answersAgain(step.verb, answers[index] ?? []);
      if (expected === null) continue;
      const [answer = []] = await playOnLedger({ client: worker, prefix: '' }, again, true);
      expect(expected).toContainEqual(answer.slice(0, expected[0]?.length));
    }
  }
  expect(await entriesOf()).toEqual(before);
}

/** A step as steps of one item each. (A group goes item by item too: each of its keys has an answer of its own.) */
function onePerItem(step: Step): Step[] {
  if ('units' in step) return step.units.flat().map((item) => ({ ...step, units: [[item]] }));
  if ('items' in step) return step.items.map((item) => ({ ...step, items: [item] }) as Step);
  return [step];
}

async function openAccounts(credits = 0): Promise<void> {
  await setClock(START);
  for (const account of OPENED) {
    await worker.query('SELECT ledger.open_account($1, $1, $1, 50)', [account]);
  }
  if (credits === 0) return;
  await worker.query('SELECT * FROM ledger.grant_credits($1)', [
    JSON.stringify([
      { account_id: 'ann', grant_id: 'g', source: 'goodwill', band: 2, amount: credits, reason: 'test' },
    ]),
  ]);
}

async function reserveRaw(ids: readonly string[], cost: number): Promise<string[]> {
  const { rows } = await worker.query<{ outcome: string }>(
    'SELECT outcome FROM ledger.reserve($1) ORDER BY item',
    [JSON.stringify(ids.map((id) => reserveItem('ann', id, cost)))],
  );
  return rows.map((row) => row.outcome);
}

function inCallsOf(ids: readonly string[], size: number): string[][] {
  return Array.from({ length: Math.ceil(ids.length / size) }, (_, call) =>
    ids.slice(call * size, (call + 1) * size),
  );
}

async function setClock(now: number): Promise<void> {
  await owner.query('UPDATE ledger.test_clock SET frozen_at = $1', [new Date(now)]);
}

async function expectReconciled(): Promise<void> {
  const { rows } = await worker.query('SELECT * FROM ledger.reconcile(1e9)');
  expect(rows).toEqual([]);
}

async function entriesOf(): Promise<unknown> {
  const { rows } = await owner.query('SELECT account_id, entry_seq FROM ledger.accounts ORDER BY 1');
  return rows;
}

const TABLES = [
  'accounts', 'account_profiles', 'grants', 'reservations', 'entries', 'refunds', 'voids', 'plans', 'plan_periods', 'plan_calls',
  'referrals', 'limits', 'limit_overrides', 'usage', 'low_balance_notices', 'operator_actions',
]; // prettier-ignore

/**
 * An empty ledger for the next history. (Append-only tables refuse this to everyone who does not turn their triggers off.)
 * Not truncated: of so few rows that takes longer, and every connection would then plan all its statements again.
 */
async function empty(): Promise<void> {
  await owner.query(`
    SET session_replication_role = replica;
    ${TABLES.map((table) => `DELETE FROM ledger.${table};`).join(' ')}
    SET session_replication_role = DEFAULT;`);
}
