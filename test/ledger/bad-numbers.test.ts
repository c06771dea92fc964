import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  commitItem,
  createLedgerFixture,
  grantItem,
  releaseItem,
  reserveItem,
  type LedgerFixture,
} from './ledger-fixture.ts';
import { callPlan } from './plans/plan-calls.ts';
import { refundItem } from './refunds/refund-calls.ts';
import { readTableContents } from './database/table-contents.ts';
import { SUPERSCALE_PLAN_RULES } from '../harness/superscale.ts';

const NOW = new Date('2026-03-01T00:00:00Z');
const MOST_EVER = Number.MAX_SAFE_INTEGER;
const MOST_PER_CALL = 1_000_000_000_000;

let ledger: LedgerFixture;
let before: Record<string, unknown>;
beforeAll(async () => {
  ledger = await createLedgerFixture();
  await ledger.setClock(NOW);
  await ledger.openAccount('a', 1_000);
  await ledger.openAccount('b', 1_000);
  await ledger.grant([grantItem('a', 'paid', 10, { reference: 'payment 1' })]);
  await ledger.reserve([reserveItem('a', 'open', 35), reserveItem('a', 'charged', 35)]);
  await ledger.settle([commitItem('a', 'charged', 35)]);
  await openFull('full', 5);
});
beforeEach(async () => {
  before = await readTableContents(ledger);
});
afterEach(async () => {
  expect(await readTableContents(ledger)).toEqual(before);
  await ledger.expectReconciled();
});
afterAll(() => ledger.close());

/** An account that has had all the credits there can be but for so many: by post itself, in place of 9,008 grants. */
async function openFull(name: string, left: number): Promise<void> {
  await ledger.openAccount(name);
  await ledger.grant([grantItem(name, 'g0', MOST_PER_CALL)]);
  await ledger.owner.query(
    `SELECT ledger.post(ledger.lock_account($1), ARRAY[ROW('g0', 'grant', 'outside', 'available', $2, NULL, 'test')::ledger.move])`,
    [name, MOST_EVER - left - MOST_PER_CALL],
  );
}

/** The outcome of a call, or the class of its error. */
async function cameTo(call: Promise<Record<string, unknown>[]>): Promise<unknown> {
  return call.then(
    (rows) => rows[0]?.['outcome'],
    (error: unknown) => `error ${(error as { code: string }).code.slice(0, 2)}`,
  );
}

const VERBS = {
  grant: (amount: unknown) => ledger.grant([grantItem('a', 'bad', amount)]),
  reserve: (amount: unknown) => ledger.reserve([reserveItem('a', 'bad', amount)]),
  spend: (amount: unknown) => ledger.spend([{ account_id: 'a', spend_id: 'bad', amount, note: 'x' }]),
  commit: (amount: unknown) => ledger.settle([commitItem('a', 'open', amount)]),
  refund: (amount: unknown) => ledger.refund([refundItem('a', 'charged', 'bad', amount)]),
};

test.each(Object.entries(VERBS))(
  '%s refuses every number that is no amount of credits, and leaves no trace',
  async (name, verb) => {
    for (const amount of [0, -1, -MOST_PER_CALL, Number.MIN_SAFE_INTEGER]) {
      expect(await cameTo(verb(amount)), String(amount)).toBe('invalid_amount');
    }
    const tooMuch = { commit: 'exceeds_reserved', refund: 'exceeds_committed' }[name] ?? 'invalid_amount';
    for (const amount of [MOST_PER_CALL + 1, MOST_EVER, 2 ** 53])
      expect(await cameTo(verb(amount)), String(amount)).toBe(tooMuch);
    for (const amount of [
      0.5,
      1.5,
      -0.1,
      2 ** 63,
      1e300,
      'many',
      '',
      '12abc',
      true,
      [],
      {},
      'NaN',
      'Infinity',
    ]) {
      expect(await cameTo(verb(amount)), JSON.stringify(amount)).toBe('error 22');
    }
  },
);

test('no verb reserves, spends, commits or refunds more than there is', async () => {
  expect(await cameTo(ledger.reserve([reserveItem('a', 'bad', 941)]))).toBe('insufficient_credits');
  expect(await cameTo(ledger.spend([{ account_id: 'a', spend_id: 'bad', amount: 941, note: 'x' }]))).toBe(
    'insufficient_credits',
  );
  expect(await cameTo(ledger.settle([commitItem('a', 'open', 36)]))).toBe('exceeds_reserved');
  expect(await cameTo(ledger.refund([refundItem('a', 'charged', 'bad', 36)]))).toBe('exceeds_committed');
});

test('a release that names an amount returns what was reserved, and no more', async () => {
  await ledger.openAccount('releases', 100);
  await ledger.reserve([reserveItem('releases', 'r', 35)]);
  expect(await ledger.settle([releaseItem('releases', 'r', { amount: 1_000 })])).toMatchObject([
    { outcome: 'released', released: '35' },
  ]);
  expect(await ledger.balanceOf('releases')).toMatchObject({ available: 100, reserved: 0 });
  before = await readTableContents(ledger);
});

test('an account never has more than 2^53 − 1 credits in all, whatever their source', async () => {
  expect(await cameTo(ledger.grant([grantItem('full', 'bad', 6)]))).toBe('too_many_credits');
  await expect(callPlan(ledger, 'full', 'bad', 'starter')).rejects.toMatchObject({ code: 'HF003' });
});

test('an array near the limit is granted as its items one by one', async () => {
  await openFull('nearly', 6);
  await ledger.grant([grantItem('nearly', 'known', 1)]);
  const items = [
    grantItem('nearly', 'bad', MOST_EVER), // counts for nothing
    grantItem('nearly', 'known', 1), // a replay: counts for nothing
    grantItem('nearly', 'too much', 6),
    grantItem('nearly', 'fits', 3),
    grantItem('nearly', 'too much now', 3),
    grantItem('nearly', 'to the last', 2),
    grantItem('nearly', 'no more', 1),
  ];
  expect((await ledger.grant(items)).map((row) => row['outcome'])).toEqual([
    'invalid_amount',
    'granted',
    'too_many_credits',
    'granted',
    'too_many_credits',
    'granted',
    'too_many_credits',
  ]);
  expect(await ledger.balanceOf('nearly')).toMatchObject({ available: MOST_EVER });
  before = await readTableContents(ledger);
});

test.each([
  ['an expiry in the past', { expires_at: '2026-02-28T23:59:59.999Z' }, 'expired'],
  ['an expiry at this instant', { expires_at: NOW }, 'expired'],
  ['a life of no length', { lives: '0 seconds' }, 'expired'],
  ['a life of less', { lives: '-5 seconds' }, 'expired'],
  ['months of less', { lives: '-1 months' }, 'expired'],
  ['an expiry that is no time', { expires_at: 'soon' }, 'error 22'],
  ['an unknown source', { source: 'lottery' }, 'error 23'],
  ['no source', { source: null }, 'error 23'],
  ['an unknown priority', { priority: 4 }, 'error 23'],
  ['no reason', { reason: null }, 'error 23'],
])('a grant with %s is refused, and leaves no trace', async (_what, other, expected) => {
  expect(await cameTo(ledger.grant([grantItem('a', 'bad', 10, other)]))).toBe(expected);
});

test.each([
  ['another account', 'b', 'other', {}],
  ['another grant of the same account', 'a', 'other', {}],
  ['the same grant with another amount', 'a', 'paid', { amount: 11 }],
])('a payment that made a grant makes none for %s', async (_what, account, grant, other) => {
  const item = grantItem(account, grant, 10, { reference: 'payment 1', ...other });
  expect(await cameTo(ledger.grant([item]))).toBe('key_reused');
  expect(await cameTo(ledger.grant([grantItem('a', 'paid', 10, { reference: 'payment 1' })]))).toBe(
    'granted',
  );
});

test.each([
  ['an unknown plan', 'platinum', {}, 'unknown_plan'],
  ['a plan of no name', '', {}, 'unknown_plan'],
  ['a period to come', 'pro', { start: new Date('2026-03-01T00:00:00.001Z') }, 'period_not_begun'],
  ['a period that is no time', 'pro', { start: 'soon' }, 'error 22'],
  ['a period that began in the infinite past', 'pro', { start: '-infinity' }, 'period_too_old'],
  ['an unknown renewal', 'pro', { renewal: 'sometimes' }, 'error 23'],
  ['rules that say no number', 'pro', { rules: { plans: { pro: 'many' } } }, 'error 22'],
  [
    'rules that say too much',
    'pro',
    { rules: { ...SUPERSCALE_PLAN_RULES, plans: { pro: MOST_PER_CALL + 1 } } },
    'error HF',
  ],
])('a plan call with %s is refused, and leaves no trace', async (_what, plan, other, expected) => {
  expect(await cameTo(callPlan(ledger, 'a', 'bad', plan, other).then((answer) => [answer]))).toBe(expected);
});

test('an array of which one item is an error changes nothing at all', async () => {
  const sound = reserveItem('a', 'sound', 1);
  expect(await cameTo(ledger.reserve([sound, reserveItem('a', 'bad', 'many'), sound]))).toBe('error 22');
  expect(
    await cameTo(ledger.grant([grantItem('a', 'sound', 1), grantItem('a', 'bad', 1, { source: 'lottery' })])),
  ).toBe('error 23');
});
