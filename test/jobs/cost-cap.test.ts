import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createJobsFixture, jobItem, outputOf, type JobsFixture } from './jobs-fixture.ts';
import { createCommands } from './support-calls.ts';

let jobs: JobsFixture;
let account: string;
const command = createCommands(() => jobs);
beforeAll(async () => {
  jobs = await createJobsFixture();
});
afterAll(async () => {
  await jobs.expectReconciled();
  await jobs.close();
});
beforeEach(async () => {
  account = await jobs.openAccount(randomUUID(), 100_000);
  await jobs.admit([jobItem(account, 'j')]);
});

type Call = { readonly model?: string; readonly cost?: string | null; readonly maxCost?: string | null };

const referenceOf = (stage: string, number: number) => `att_${account}_${stage}_${String(number)}`;
/** Asks to begin an attempt of the one output, which may cost 1.00 in all. */
async function begin(
  stage: string,
  number: number,
  { model = 'm', cost = '0.40', maxCost = '1.00' }: Call = {},
) {
  const named = [
    account,
    'j',
    outputOf('j'),
    stage,
    number,
    referenceOf(stage, number),
    'gpu',
    'test',
    false,
  ];
  const [row] = await jobs.call('begin_attempt', ...named, cost, null, model, null, null, maxCost);
  return row?.['is_mine'] === true ? 'begun' : (row?.['error_class'] ?? row?.['state']);
}
const accept = (stage: string, number: number) =>
  jobs.call('move_attempt', account, referenceOf(stage, number), ['posting'], 'accepted', randomUUID(), null);
const end = async (stage: string, number: number, billed: string, cost: string | null) => {
  await accept(stage, number);
  await jobs.call('fail_attempt', account, referenceOf(stage, number), 'provider_failed', billed, cost, true);
};
const stateOf = async (stage: string, number: number) =>
  (
    await jobs.owner.query<{ state: string }>('SELECT state FROM jobs.attempts WHERE reference = $1', [
      referenceOf(stage, number),
    ])
  ).rows[0]?.state;

test('an attempt that would take its output above what it may cost is not begun, and is told so again', async () => {
  expect(await begin('render', 1)).toBe('begun');
  await end('render', 1, 'yes', '0.40');
  expect(await begin('render', 2)).toBe('begun');
  await end('render', 2, 'yes', '0.60');
  expect(await begin('render', 3)).toBe('too_costly');
  expect(await begin('render', 3)).toBe('too_costly');
  const { rows } = await jobs.owner.query(
    `SELECT number, state, billed, closed_at FROM jobs.attempts WHERE reference = $1`,
    [referenceOf('render', 3)],
  );
  expect(rows).toEqual([{ number: 3, state: 'rejected', billed: null, closed_at: null }]);
  const { rows: outputs } = await jobs.owner.query(
    `SELECT attempts FROM jobs.outputs WHERE account_id = $1`,
    [account],
  );
  expect(outputs, 'it is no attempt of the output').toEqual([{ attempts: 2 }]);
});

test('a cost that meets the cap exactly, to a billionth, is allowed', async () => {
  expect(await begin('render', 1, { cost: '0.6' })).toBe('begun');
  expect(await begin('scenes_1', 1, { cost: '0.400000001' })).toBe('too_costly');
  expect(await begin('scenes_2', 1, { cost: '0.4' })).toBe('begun');
});

test('stages and fallback models count together', async () => {
  expect(await begin('script', 1, { model: 'chat' })).toBe('begun');
  expect(await begin('render', 1)).toBe('begun');
  await jobs.call('fail_attempt', account, referenceOf('render', 1), 'provider_failed', 'unknown', null);
  expect(await begin('render', 2, { model: 'spare', cost: '0.21' })).toBe('too_costly');
  expect(await begin('render', 3, { model: 'spare', cost: '0.20' })).toBe('begun');
});

test('an attempt that was not billed or did not run costs nothing; a bill overrides the service’s word', async () => {
  expect(await begin('render', 1)).toBe('begun');
  await end('render', 1, 'no', '0');
  expect(await begin('render', 2)).toBe('begun');
  await jobs.call(
    'move_attempt',
    account,
    referenceOf('render', 2),
    ['posting'],
    'rejected',
    null,
    'resubmit',
  );
  expect(await begin('render', 3)).toBe('begun');
  await end('render', 3, 'yes', '0.40');
  const line = JSON.stringify([{ line: randomUUID(), id: referenceOf('render', 3), cost: '0.61' }]);
  await jobs.call('import_bill', 'gpu', line);
  expect(await begin('render', 4)).toBe('too_costly');
  expect(await begin('render', 5, { cost: '0.39' })).toBe('begun');
});

test('a call whose price is not known beforehand counts as the dearest of its model has', async () => {
  expect(await begin('render', 1, { cost: null })).toBe('begun');
  await end('render', 1, 'yes', '0.51');
  expect(await begin('render', 2, { cost: null })).toBe('too_costly');
  expect(await begin('render', 3, { cost: null, model: 'another' })).toBe('begun');
});

test('without a cap an output’s cost is not limited', async () => {
  expect(await begin('render', 1, { cost: '900', maxCost: null })).toBe('begun');
  expect(await begin('render', 2, { cost: '900', maxCost: null })).toBe('begun');
});

test('of many parts that begin at once only those within the cap do', async () => {
  const parts = Array.from({ length: 12 }, (_, index) => `scenes_${String(index + 1)}`);
  const asked = await Promise.all(parts.map((part) => begin(part, 1, { cost: '0.25' })));
  expect(asked.filter((is) => is === 'begun')).toHaveLength(4);
  expect(asked.filter((is) => is === 'too_costly')).toHaveLength(8);
});

test('a restart beside which another attempt would cost too much is refused, and what runs goes on', async () => {
  expect(await begin('render', 1, { cost: '0.51' })).toBe('begun');
  await accept('render', 1);
  expect(await command(account, 'j', 'restart', { call: { from_attempt: 1 } })).toMatchObject({
    answer: { outcome: 'refused', reason: 'too_costly' },
  });
  expect(await stateOf('render', 1)).toBe('accepted');
});

test('of restarts that race for the rest of the cap one succeeds, and no attempt beyond it begins', async () => {
  const parts = ['scenes_1', 'scenes_2', 'scenes_3'];
  for (const part of parts) {
    expect(await begin(part, 1, { cost: '0.25' })).toBe('begun');
    await accept(part, 1);
  }
  // 0.75 are spent: there is room for one more. Each restart is allowed by itself; PostgreSQL counts where its attempt begins.
  const raced = await Promise.all(
    parts.map(async (part) => {
      await command(account, 'j', 'restart', { call: { from_attempt: referenceOf(part, 1) } });
      return begin(part, 2, { cost: '0.25' });
    }),
  );
  expect(raced.filter((is) => is === 'begun')).toHaveLength(1);
  const { rows } = await jobs.owner.query<{ cost: string }>(
    `SELECT sum(cost) AS cost FROM jobs.attempts WHERE account_id = $1 AND state <> 'rejected'`,
    [account],
  );
  expect(Number(rows[0]?.cost)).toBe(1);
});
