import fc from 'fast-check';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLedgerFixture, type LedgerFixture } from './ledger-fixture.ts';
import { booksOfLedger, booksOfModel, expectSameFalls } from './model/books.ts';
import { bringToPresent } from './model/model-account.ts';
import { ModelLedger } from './model/model-ledger.ts';
import { playOnLedger, type LedgerPlayer } from './model/play-on-ledger.ts';
import { playOnModel } from './model/play-on-model.ts';
import { OPENED, randomHistory, START } from './model/random-steps.ts';
import { operationsOf, type Step } from './model/step.ts';

/**
 * design.md: "The result equals applying the items one by one in array order." Random histories of all verbs are played
 * three times under one clock: as arrays, item by item, and in a model in memory.
 */

const RUNS = 220;
/** Of the 20,000 of every run; the others come from parallel-histories.test.ts. Each is played twice and counted once. */
const OPERATIONS_AT_LEAST = 14_000;
/** A failing history still has this long to be made small. */
const TIME_LIMIT_MS = 150_000;
const LOW_BALANCE_AT = 50;

let ledger: LedgerFixture;
let client: pg.PoolClient;
beforeAll(async () => {
  ledger = await createLedgerFixture();
  client = await ledger.owner.connect();
  // Plans are made once, as the large functions of the ledger ask for themselves: a quarter of the time otherwise.
  await client.query('SET plan_cache_mode = force_generic_plan');
});
afterAll(async () => {
  client.release();
  await ledger.close();
});

test(
  'an array of items does what its items do one by one, and what the rules say',
  async () => {
    let operations = 0;
    await fc.assert(
      fc.asyncProperty(randomHistory, async (history) => {
        // One transaction, rolled back: the next history meets neither its rows nor the wait for the disk.
        await client.query('BEGIN');
        try {
          await playThreeTimes(history);
        } finally {
          await client.query('ROLLBACK');
        }
        operations += history.reduce((sum, step) => sum + operationsOf(step), 0);
      }),
      { numRuns: RUNS, interruptAfterTimeLimit: TIME_LIMIT_MS },
    );
    expect(operations).toBeGreaterThan(OPERATIONS_AT_LEAST);
  },
  TIME_LIMIT_MS + 30_000,
);

async function playThreeTimes(history: readonly Step[]): Promise<void> {
  const arrays: LedgerPlayer = { client, prefix: 'arrays.' };
  const items: LedgerPlayer = { client, prefix: 'items.' };
  const model = new ModelLedger();
  let now = START;
  await setClock(now);
  for (const account of OPENED) {
    const step: Step = { verb: 'open', waitMs: 0, account, lowBalanceAt: LOW_BALANCE_AT };
    playOnModel(model, step, now);
    await playOnLedger(arrays, step, true);
    await playOnLedger(items, step, false);
  }
  for (const step of history) {
    now += step.waitMs;
    if (step.waitMs > 0) await setClock(now);
    const expected = playOnModel(model, step, now);
    expect(await playOnLedger(arrays, step, true)).toEqual(expected);
    expect(await playOnLedger(items, step, false)).toEqual(expected);
  }
  // What is due is done when an account is next reached: all are.
  for (const account of model.accounts.values()) bringToPresent(account, now);
  await client.query('SELECT ledger.lock_accounts(array_agg(account_id)) FROM ledger.accounts');
  const books = booksOfModel(model);
  expect(await booksOfLedger(items)).toEqual(books);
  expect(await booksOfLedger(arrays)).toEqual(books);
  // As arrays, a call may fall and rise again unseen.
  await expectSameFalls(items, model);
  expect(await tablesOf(arrays)).toEqual(await tablesOf(items));
  const { rows } = await client.query('SELECT * FROM ledger.reconcile(1e9)');
  expect(rows).toEqual([]);
}

async function setClock(now: number): Promise<void> {
  await client.query('UPDATE ledger.test_clock SET frozen_at = $1', [new Date(now)]);
}

const KEYS_OF_TABLES = {
  accounts: 'account_id',
  grants: 'account_id, grant_id',
  reservations: 'account_id, reservation_id',
  entries: 'account_id, seq',
  refunds: 'account_id, refund_id',
  voids: 'account_id, grant_id',
  plans: 'account_id',
  plan_periods: 'account_id, period_starts_at',
  usage: 'account_id, spender, name, period_starts_at',
};

/** Everything the ledger holds of a player's accounts, without the prefix. */
async function tablesOf(player: LedgerPlayer): Promise<unknown> {
  const tables: Record<string, unknown> = {};
  for (const [table, key] of Object.entries(KEYS_OF_TABLES)) {
    const { rows } = await client.query<{ line: string }>(
      `SELECT replace(t::text, $1, '') AS line FROM ledger.${table} t WHERE starts_with(account_id, $1) ORDER BY ${key}`,
      [player.prefix],
    );
    tables[table] = rows.map((row) => row.line);
  }
  return tables;
}
