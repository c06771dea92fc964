import { expect, test } from 'vitest';
import { withFreshAccounts } from '../fresh-accounts.ts';
import { createLedgerFixture, reserveItem, type LedgerFixture } from '../ledger-fixture.ts';
import { callPlan, periodsOf, planGrantsOf, renewDue } from './plan-calls.ts';
import { SUPERSCALE_PLAN_RULES, SUPERSCALE_PLAN_NAMES } from '../../harness/superscale.ts';

const START = new Date('2026-01-31T10:00:00Z');
const IN_PERIOD = new Date('2026-02-10T00:00:00Z');
const SECOND = new Date('2026-02-28T10:00:00Z');

let ledger: LedgerFixture;
let account: string;
withFreshAccounts(createLedgerFixture, { now: START }, (fixture, fresh) => {
  ledger = fixture;
  account = fresh;
});

async function readPlan(): Promise<unknown> {
  const { rows } = await ledger.worker.query<{ plan: unknown }>('SELECT ledger.read_plan($1) AS plan', [
    account,
  ]);
  return rows[0]?.plan;
}

test.each(SUPERSCALE_PLAN_NAMES)(
  '%s starts with its credits for the first period, renewed by call unless said otherwise',
  async (plan) => {
    const started = await callPlan(ledger, account, 'start', plan);
    expect(started).toEqual({
      outcome: 'set',
      is_replay: false,
      answer: {
        plan,
        period_start: '2026-01-31T10:00:00+00:00',
        period_end: '2026-02-28T10:00:00+00:00',
        next_plan: plan,
        renewal: 'by_call',
      },
    });
    expect(await planGrantsOf(ledger, account)).toEqual([
      `${String(SUPERSCALE_PLAN_RULES.plans[plan])} until 2026-02-28`,
    ]);
  },
);

test('an account without a plan reads as having none', async () => {
  expect(await readPlan()).toEqual({
    plan: null,
    period_start: null,
    period_end: null,
    next_plan: null,
    renewal: 'by_call',
  });
});

test('an upgrade grants what is missing to the higher plan, for the rest of the period', async () => {
  await callPlan(ledger, account, 'start', 'starter');
  await ledger.setClock(IN_PERIOD);
  expect((await callPlan(ledger, account, 'up', 'pro')).answer).toMatchObject({
    plan: 'pro',
    next_plan: 'pro',
    period_end: '2026-02-28T10:00:00+00:00',
  });
  expect(await planGrantsOf(ledger, account)).toEqual(['4000 until 2026-02-28', '12000 until 2026-02-28']);
  expect(await periodsOf(ledger, account)).toEqual(['2026-01-31 pro 16000']);
});

test('up, down and up again grants nothing more (invariant 11)', async () => {
  const plans = ['starter', 'advanced', 'starter', 'advanced', 'pro', 'starter', null, 'pro', 'advanced'];
  for (const [index, plan] of plans.entries()) await callPlan(ledger, account, `call ${String(index)}`, plan);
  expect(await ledger.balanceOf(account)).toMatchObject({ available: 16_000 });
  expect(await readPlan()).toMatchObject({ plan: 'pro', next_plan: 'advanced' });
});

test('a downgrade takes effect with the next period', async () => {
  await callPlan(ledger, account, 'start', 'pro', { renewal: 'automatic' });
  await ledger.setClock(IN_PERIOD);
  expect((await callPlan(ledger, account, 'down', 'starter')).answer).toMatchObject({
    plan: 'pro',
    next_plan: 'starter',
  });
  expect(await ledger.balanceOf(account)).toMatchObject({ available: 16_000 });
  await ledger.setClock(SECOND);
  await renewDue(ledger);
  expect(await readPlan()).toMatchObject({ plan: 'starter', next_plan: 'starter' });
  expect(await ledger.balanceOf(account)).toMatchObject({ available: 4_000, expired: 16_000 });
});

test.each(['automatic', 'by_call'])(
  'a cancelled plan (%s) lasts to the end of its period, and is none from then on',
  async (renewal) => {
    await callPlan(ledger, account, 'start', 'pro', { renewal });
    await ledger.setClock(IN_PERIOD);
    expect((await callPlan(ledger, account, 'cancel', null)).answer).toMatchObject({
      plan: 'pro',
      next_plan: null,
    });
    await ledger.setClock(new Date(SECOND.getTime() - 1));
    expect(await readPlan()).toMatchObject({ plan: 'pro' });
    await ledger.setClock(SECOND);
    expect(await readPlan()).toMatchObject({ plan: null, next_plan: null });
    expect((await renewDue(ledger))[account]).toBe(renewal === 'automatic' ? 'ended' : undefined);
    expect(await readPlan()).toMatchObject({ plan: null, next_plan: null });
    expect(await periodsOf(ledger, account)).toEqual(['2026-01-31 pro 16000']);
    expect(await ledger.reserve([reserveItem(account, 'r', 1)])).toMatchObject([
      { outcome: 'insufficient_credits' },
    ]);
  },
);

test('a cancel is undone by setting the plan again', async () => {
  await callPlan(ledger, account, 'start', 'pro', { renewal: 'automatic' });
  await callPlan(ledger, account, 'cancel', null);
  await callPlan(ledger, account, 'stay', 'pro');
  await ledger.setClock(SECOND);
  expect((await renewDue(ledger))[account]).toBe('renewed');
  expect(await periodsOf(ledger, account)).toEqual(['2026-01-31 pro 16000', '2026-02-28 pro 16000']);
});

test('the same reference and content is answered the same forever, other content is a conflict (invariant 9)', async () => {
  const first = await callPlan(ledger, account, 'ref', 'starter', { start: START });
  await callPlan(ledger, account, 'up', 'pro');
  await ledger.setClock(new Date('2027-01-01T00:00:00Z'));
  expect(await callPlan(ledger, account, 'ref', 'starter', { start: START })).toEqual({
    ...first,
    is_replay: true,
  });
  for (const other of [
    { plan: 'pro', start: START },
    { plan: 'starter' },
    { plan: 'starter', start: START, renewal: 'automatic' },
  ]) {
    const { plan, ...rest } = other;
    expect((await callPlan(ledger, account, 'ref', plan, rest)).outcome).toBe('key_reused');
  }
  expect(await planGrantsOf(ledger, account)).toHaveLength(2);
});

test('a replay is known in a session of another time zone', async () => {
  const first = await callPlan(ledger, account, 'ref', 'starter', { start: START });
  const client = await ledger.worker.connect();
  try {
    await client.query(`SET TimeZone = 'America/New_York'`);
    const { rows } = await client.query(
      `SELECT * FROM ledger.set_plan($1, 'ref', 'starter', $2, NULL, $3, 'billing', 'test')`,
      [account, START, SUPERSCALE_PLAN_RULES],
    );
    expect(rows).toEqual([{ ...first, is_replay: true }]);
  } finally {
    await client.query('RESET TimeZone');
    client.release();
  }
});

test('an unknown plan, a period to come and an unknown account change nothing', async () => {
  expect((await callPlan(ledger, account, 'a', 'platinum')).outcome).toBe('unknown_plan');
  expect(
    (await callPlan(ledger, account, 'b', 'pro', { start: new Date(START.getTime() + 1) })).outcome,
  ).toBe('period_not_begun');
  expect((await callPlan(ledger, 'nobody', 'c', 'pro')).outcome).toBe('account_not_found');
  await expect(callPlan(ledger, account, 'd', 'pro', { renewal: 'sometimes' })).rejects.toMatchObject({
    code: '23514',
  });
  expect(await readPlan()).toMatchObject({ plan: null });
  // What was refused has used up no reference.
  expect((await callPlan(ledger, account, 'a', 'pro')).outcome).toBe('set');
});

test('a plan that is no longer sold can be cancelled, and changed to one that is', async () => {
  const old = { ...SUPERSCALE_PLAN_RULES, plans: { legacy: 6_000 } };
  await callPlan(ledger, account, 'start', 'legacy', { rules: old });
  expect((await callPlan(ledger, account, 'cancel', null)).answer).toMatchObject({
    plan: 'legacy',
    next_plan: null,
  });
  expect((await callPlan(ledger, account, 'down', 'starter')).answer).toMatchObject({
    plan: 'legacy',
    next_plan: 'starter',
  });
  expect((await callPlan(ledger, account, 'up', 'advanced')).answer).toMatchObject({ plan: 'advanced' });
  expect(await ledger.balanceOf(account)).toMatchObject({ available: 8_000 });
});
