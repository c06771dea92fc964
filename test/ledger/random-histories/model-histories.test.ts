import fc from 'fast-check';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLedgerFixture, type LedgerFixture } from '../ledger-fixture.ts';
import { accountStatesOfLedger, accountStatesOfModel, expectSameFalls } from './model/account-state.ts';
import { bringToPresent } from './model/model-account.ts';
import { ModelLedger } from './model/model-ledger.ts';
import { playOnLedger, type LedgerPlayer } from './model/play-on-ledger.ts';
import { playOnModel } from './model/play-on-model.ts';
import { OPENED, randomHistory, START } from './model/random-steps.ts';
import { operationsOf, type Step } from './model/step.ts';

/** Random histories of all verbs, played under one clock on the SQL functions and in a model in memory. */

const RUNS = 220;
/** Of the 20,000 of every run; the others come from parallel-histories.test.ts. Each is played on both and counted once. */
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
  'every verb does what the rules say',
  async () => {
    let operations = 0;
    await fc.assert(
      fc.asyncProperty(randomHistory, async (history) => {
        // One transaction, rolled back: the next history meets neither its rows nor the wait for the disk.
        await client.query('BEGIN');
        try {
          await playOnBoth(history);
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

async function playOnBoth(history: readonly Step[]): Promise<void> {
  const ledgerPlayer: LedgerPlayer = { client, prefix: 'history.' };
  const model = new ModelLedger();
  let now = START;
  await setClock(now);
  for (const account of OPENED) {
    const step: Step = { verb: 'open', waitMs: 0, account, lowBalanceAt: LOW_BALANCE_AT };
    playOnModel(model, step, now);
    await playOnLedger(ledgerPlayer, step);
  }
  for (const step of history) {
    now += step.waitMs;
    if (step.waitMs > 0) await setClock(now);
    const expected = playOnModel(model, step, now);
    expect(await playOnLedger(ledgerPlayer, step)).toEqual(expected);
  }
  // Due work is done when an account is next locked, so all accounts are locked here.
  for (const account of model.accounts.values()) bringToPresent(account, now);
  await client.query('SELECT ledger.lock(account_id) FROM ledger.accounts');
  expect(await accountStatesOfLedger(ledgerPlayer)).toEqual(accountStatesOfModel(model));
  await expectSameFalls(ledgerPlayer, model);
  const { rows } = await client.query('SELECT * FROM ledger.reconcile(1e9)');
  expect(rows).toEqual([]);
}

async function setClock(now: number): Promise<void> {
  await client.query('UPDATE ledger.test_clock SET frozen_at = $1', [new Date(now)]);
}
