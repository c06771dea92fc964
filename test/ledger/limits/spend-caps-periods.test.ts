import { expect, test } from 'vitest';
import { withFreshAccounts } from '../fresh-accounts.ts';
import { createLedgerFixture, releaseItem, reserveItem, type LedgerFixture } from '../ledger-fixture.ts';
import { setLimits, usageOf } from './limit-calls.ts';
import { callPlan, renewDue } from '../plans/plan-calls.ts';
import { holdAccounts, untilWaiting } from '../until-waiting.ts';

const START = new Date('2026-01-31T10:00:00Z');
const SECOND = new Date('2026-02-28T10:00:00Z');
const ann = { member: 'ann' };

let ledger: LedgerFixture;
let account: string;
withFreshAccounts(createLedgerFixture, { now: START, credits: 10_000 }, (fixture, fresh) => {
  ledger = fixture;
  account = fresh;
});

async function outcomeOf(id: string, amount: number): Promise<unknown> {
  return (await ledger.reserve([reserveItem(account, id, amount, ann)]))[0]?.['outcome'];
}

test('fifty reserves at once against a cap succeed ⌊cap/c⌋ times, on connections of their own', async () => {
  await setLimits(ledger, account, { member_credits_per_period: 250 });
  const outcomes = await Promise.all(Array.from({ length: 50 }, (_, n) => outcomeOf(`r${String(n)}`, 35)));
  expect(outcomes.filter((outcome) => outcome === 'reserved')).toHaveLength(7);
  expect(outcomes.filter((outcome) => outcome === 'limit_exceeded')).toHaveLength(43);
  expect(await usageOf(ledger, account)).toEqual({ 'member ann': 245 });
});

test('the cap is checked under the account’s lock: of two that waited for it, one does not fit', async () => {
  await setLimits(ledger, account, { member_credits_per_period: 50 });
  const held = await holdAccounts(ledger.owner, [account]);
  const both = [outcomeOf('r1', 35), outcomeOf('r2', 35)];
  await untilWaiting(ledger.owner, 2);
  await held.letGo();
  expect((await Promise.all(both)).sort()).toEqual(['limit_exceeded', 'reserved']);
});

test('a cap that is set while a reserve waits holds for it', async () => {
  const held = await holdAccounts(ledger.owner, [account]);
  const set = setLimits(ledger, account, { member_credits_per_period: 34 });
  await untilWaiting(ledger.owner, 1);
  const reserved = outcomeOf('r', 35);
  await untilWaiting(ledger.owner, 2);
  await held.letGo();
  expect(await Promise.all([set, reserved])).toEqual([true, 'limit_exceeded']);
});

test.each(['a plan’s period', 'a month of an account without a plan'])(
  'with %s the count restarts',
  async (what) => {
    const withPlan = what.startsWith('a plan');
    if (withPlan) await callPlan(ledger, account, 'start', 'pro', { renewal: 'automatic' });
    await setLimits(ledger, account, { member_credits_per_period: 50 });
    expect(await outcomeOf('r1', 50)).toBe('reserved');
    await ledger.setClock(new Date(SECOND.getTime() - 1));
    expect(await outcomeOf('r2', 1)).toBe('limit_exceeded');
    await ledger.setClock(SECOND);
    expect(await outcomeOf('r3', 40)).toBe('reserved');
    if (withPlan) await renewDue(ledger);
    expect(await outcomeOf('r4', 11)).toBe('limit_exceeded');
    // Credits that come back from the old period make no room in the new one.
    await ledger.settle([releaseItem(account, 'r1')]);
    expect(await outcomeOf('r5', 11)).toBe('limit_exceeded');
    expect(await outcomeOf('r6', 10)).toBe('reserved');
    expect(await usageOf(ledger, account)).toEqual({ 'member ann': 50 });
  },
);

test('limits are read back as they were set, and are none at first', async () => {
  const read = async (of: string): Promise<unknown> =>
    (await ledger.worker.query<{ limits: unknown }>('SELECT ledger.read_limits($1) AS limits', [of])).rows[0]
      ?.limits;
  const none = {
    max_concurrent_jobs: null,
    member_credits_per_period: null,
    project_credits_per_period: null,
    low_balance_at: null,
    overrides: [],
  };
  expect(await read(account)).toEqual(none);
  const some = {
    ...none,
    max_concurrent_jobs: 3,
    member_credits_per_period: 0,
    overrides: [
      { member: 'ann', credits_per_period: null },
      { project: 'p', credits_per_period: 7 },
    ],
  };
  expect(await setLimits(ledger, account, some)).toBe(true);
  expect(await read(account)).toEqual(some);
  await setLimits(ledger, account, {});
  expect(await read(account)).toEqual(none);
  expect(await setLimits(ledger, 'nobody', some)).toBe(false);
  expect(await read('nobody')).toBeNull();
});

test.each([
  { member_credits_per_period: -1 },
  { project_credits_per_period: 1.5 },
  { max_concurrent_jobs: -1 },
  { low_balance_at: -1 },
  { member_credits_per_period: 'many' },
  { overrides: [{ member: 'ann', credits_per_period: -1 }] },
  {
    overrides: [
      { member: 'ann', credits_per_period: 1 },
      { member: 'ann', credits_per_period: 2 },
    ],
  },
  { overrides: 'none' },
])('limits of %j are an error that changes nothing', async (bad) => {
  await setLimits(ledger, account, { member_credits_per_period: 50 });
  await expect(setLimits(ledger, account, bad)).rejects.toMatchObject({ code: /^2[23]/ });
  expect(await outcomeOf('r', 51)).toBe('limit_exceeded');
});

test('limits without overrides are limits', async () => {
  const { rows } = await ledger.worker.query(
    `SELECT ledger.set_limits($1, '{"max_concurrent_jobs": 2}', 'ops', 'test') AS is_set`,
    [account],
  );
  expect(rows).toEqual([{ is_set: true }]);
});
