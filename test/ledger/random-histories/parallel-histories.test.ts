import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../harness/test-database.ts';
import { reserveItem } from '../ledger-fixture.ts';
import { callReserve, type VerbItem } from '../sql-verbs.ts';
import type { Answer } from './model/model-ledger.ts';
import { answersAgain, expectOnceOnly, type Played } from './model/once-only.ts';
import { playOnLedger } from './model/play-on-ledger.ts';
import { OPENED, randomStep, START } from './model/random-steps.ts';
import { operationsOf, type Step } from './model/step.ts';

/**
 * Random histories from many connections at once. Their order is the database's, so no model can say each answer; what
 * must hold is said of all orders: the invariants, each by its query or below.
 */

const HISTORIES = 85;
const RACES = 40;
/** Of the 20,000 of every run; the others come from model-histories.test.ts. Replays are not counted. */
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
let pool: pg.Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  // Not durable: a crash is not what this is about, and a wait for the disk at each call would be most of its time.
  const options = '-c synchronous_commit=off';
  owner = new pg.Pool({ connectionString: database.ownerUrl, max: 1, options });
  pool = new pg.Pool({ connectionString: database.ownerUrl, max: POOL_SIZE, options });
  // The database is dropped while its last connections still say goodbye.
  for (const each of [owner, pool]) each.on('error', () => undefined);
});
beforeEach(() => empty());
afterAll(async () => {
  await Promise.all([owner.end(), pool.end()]);
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
    });
    await fc.assert(
      fc.asyncProperty(race, async ({ balance, cost, calls }) => {
        await openAccounts(balance);
        const rows = await Promise.all(
          Array.from({ length: calls }, (_, index) =>
            callReserve(pool, [reserveItem('ann', `r${String(index)}`, cost) as VerbItem]),
          ),
        );
        const outcomes = rows.map((row) => row['outcome']);
        const made = outcomes.filter((outcome) => outcome === 'reserved').length;
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
          // Every other caller makes all calls of a step at once, the others one after the other.
          const answers = caller % 2 === 0 ? await playAtOnce(step) : await play(step);
          played.push({ step, answers });
        }
      }),
    );
  }
  return played;
}

function play(step: Step): Promise<Answer[]> {
  return playOnLedger({ client: pool, prefix: '' }, step);
}

async function playAtOnce(step: Step): Promise<Answer[]> {
  return (await Promise.all(callsOf(step).map(play))).flat();
}

/** Every call again: what had been answered forever is answered again, and no credit moves for it. */
async function expectSameAnswers(played: readonly Played[]): Promise<void> {
  // What is due would be done on the way.
  await owner.query('SELECT ledger.lock(account_id) FROM ledger.accounts');
  const before = await entriesOf();
  for (const { step, answers } of played) {
    let index = 0;
    for (const again of callsOf(step)) {
      const expected = answersAgain(step.verb, answers[index] ?? []);
      index += operationsOf(again);
      if (expected === null || dependsOnOthers(again, String(expected[0]?.[0]))) continue;
      const [answer = []] = await play(again);
      expect(expected).toContainEqual(answer.slice(0, expected[0]?.length));
    }
  }
  expect(await entriesOf()).toEqual(before);
}

/** A group that moved nothing may be answered otherwise later: others may have used ids of it meanwhile. */
function dependsOnOthers(step: Step, outcome: string): boolean {
  return 'units' in step && operationsOf(step) > 1 && !['reserved', 'invalid_amount'].includes(outcome);
}

/** A step as steps of one call each: of one item, or of a group, which is not divided. */
function callsOf(step: Step): Step[] {
  if ('units' in step) return step.units.map((unit) => ({ ...step, units: [unit] }));
  if ('items' in step) return step.items.map((item) => ({ ...step, items: [item] }) as Step);
  return [step];
}

async function openAccounts(credits = 0): Promise<void> {
  await setClock(START);
  for (const account of OPENED) {
    await pool.query('SELECT ledger.open_account($1, $1, $1, 50)', [account]);
  }
  if (credits === 0) return;
  await pool.query(
    `SELECT ledger.grant_credits('ann', 'g', 'goodwill', 2, $1, NULL, NULL, 'test', NULL, NULL)`,
    [credits],
  );
}

async function setClock(now: number): Promise<void> {
  await owner.query('UPDATE ledger.test_clock SET frozen_at = $1', [new Date(now)]);
}

async function expectReconciled(): Promise<void> {
  const { rows } = await pool.query('SELECT * FROM ledger.reconcile(1e9)');
  expect(rows).toEqual([]);
}

async function entriesOf(): Promise<unknown> {
  const { rows } = await owner.query('SELECT account_id, entry_seq FROM ledger.accounts ORDER BY 1');
  return rows;
}

const TABLES = [
  'accounts', 'account_profiles', 'grants', 'reservations', 'entries', 'refunds', 'plans', 'plan_periods', 'plan_calls',
  'referrals', 'limit_overrides', 'usage', 'low_balance_notices', 'operator_actions',
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
