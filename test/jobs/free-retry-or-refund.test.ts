import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { holdAccounts, untilWaiting } from '../ledger/until-waiting.ts';
import {
  commitOf,
  createJobsFixture,
  jobItem,
  outputOf,
  releaseOf,
  reviewOf,
  type JobsFixture,
} from './jobs-fixture.ts';
import { createCommands } from './support-calls.ts';

const NOW = new Date('2026-03-01T00:00:00Z');
const afterMinutes = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000);
const LATE = afterMinutes(1_000).toISOString();
const LIMITS = { reports_per_day: 100, reports_of_output: 10 };
const REFUSED = { answer: { outcome: 'refused', reason: 'free_retry_given' } };

let jobs: JobsFixture;
let account: string;
let accounts = 0;
const command = createCommands(() => jobs);
beforeAll(async () => {
  jobs = await createJobsFixture();
});
beforeEach(async () => {
  await jobs.setClock(NOW);
  account = await jobs.openAccount(`acct_${String(++accounts)}`, 1_000);
});
afterEach(() => jobs.expectReconciled());
afterAll(() => jobs.close());

const available = async () => (await jobs.balanceOf(account)).available;

/** A delivered job of so many outputs; its first output is reported. */
async function deliverAndReport(outputs = 1): Promise<void> {
  await jobs.admit([jobItem(account, 'j', { admit_by: LATE }, outputs)]);
  for (let index = 0; index < outputs; index++) {
    await jobs.bringToAsset(account, 'j', index);
    await jobs.settleOutputs([commitOf(account, 'j', {}, index)]);
  }
  await jobs.call('open_review', account, outputOf('j'), 'broken', 'n', LIMITS);
}

const decideFreeRetry = async () =>
  (
    await jobs.call(
      'decide_review',
      ...[account, reviewOf('j'), 'k', 'print', 'free_retry', 'why', 'ada', 'retry', 86_400],
    )
  )[0]?.['outcome'];

const admitRetry = async () => {
  const item = jobItem(account, 'retry', { admit_by: LATE }) as { price: object; outputs: object[] };
  const outputs = item.outputs.map((output) => ({ ...output, credits: 0 }));
  const [row] = await jobs.admit([{ ...item, total: 0, outputs }]);
  return row?.['is_open'];
};

const deliverRetry = async () => {
  await admitRetry();
  await jobs.bringToAsset(account, 'retry');
  await jobs.settleOutputs([commitOf(account, 'retry', { credits: 0 })]);
};

describe('a free retry and a refund of the same output never both pay', () => {
  test.each([
    ['is decided', () => Promise.resolve()],
    ['runs', admitRetry],
    ['has delivered', deliverRetry],
  ])('a refund is refused while the free retry %s', async (_when, proceed) => {
    await deliverAndReport();
    expect(await decideFreeRetry()).toBe('decided');
    await proceed();
    expect(await command(account, 'j', 'refund')).toMatchObject(REFUSED);
    expect(await command(account, 'j', 'refund', { call: { output_id: outputOf('j') } })).toMatchObject(
      REFUSED,
    );
    expect(await command(account, 'j', 'refund', { call: { credits: 1 } })).toMatchObject({
      answer: { outcome: 'refused' },
    });
    expect(await available()).toBe(965);
  });

  test('a refund is paid once the free retry came to nothing', async () => {
    await deliverAndReport();
    await decideFreeRetry();
    await admitRetry();
    await jobs.settleOutputs([releaseOf(account, 'retry')]);
    expect(await command(account, 'j', 'refund')).toMatchObject({ answer: { outcome: 'done' } });
    expect(await decideFreeRetry()).toBe('decided');
    expect(await available()).toBe(1_000);
  });

  test.each([
    ['all', {}, 'nothing_to_make_good'],
    ['a part', { credits: 10 }, 'partly_refunded'],
  ])('no free retry is decided once %s of it has been given back', async (_what, call, outcome) => {
    await deliverAndReport();
    expect(await command(account, 'j', 'refund', { call })).toMatchObject({ answer: { outcome: 'done' } });
    expect(await decideFreeRetry()).toBe(outcome);
    expect(await admitRetry()).toBe(false);
  });

  test('a free retry that begins after its two minutes, and after a refund, is not free any more', async () => {
    await deliverAndReport();
    await decideFreeRetry();
    await jobs.setClock(afterMinutes(3));
    expect(await command(account, 'j', 'refund', { call: { credits: 10 } })).toMatchObject({
      answer: { outcome: 'done' },
    });
    expect(await admitRetry()).toBe(false);
    expect(await jobs.call('read_free_retry', account, 'retry')).toEqual([]);
  });

  test('a refund of the whole job is of the other outputs', async () => {
    await deliverAndReport(3);
    await decideFreeRetry();
    expect(await command(account, 'j', 'refund')).toMatchObject({
      answer: {
        refunds: [
          { output_id: outputOf('j', 2), credits: 35 },
          { output_id: outputOf('j', 1), credits: 35 },
        ],
      },
    });
    expect(await command(account, 'j', 'refund')).toMatchObject(REFUSED);
    expect(await available()).toBe(965);
  });

  const moves = {
    refund: () => command(account, 'j', 'refund'),
    'free retry': decideFreeRetry,
    'begin of the retry': admitRetry,
  };
  test.each([
    ['refund', 'free retry', 1_000, false],
    ['free retry', 'refund', 965, true],
  ] as const)('at once, the %s before the %s: the first pays', async (first, second, left, isFree) => {
    await deliverAndReport();
    await atOnce(first, second);
    expect(await available()).toBe(left);
    expect(await admitRetry()).toBe(isFree);
  });

  test.each([
    ['refund', 'begin of the retry', 1_000, 'refused'],
    ['begin of the retry', 'refund', 965, 'reserved'],
  ] as const)(
    'at once after the two minutes, the %s before the %s: the first pays',
    async (first, second, left, admitted) => {
      await deliverAndReport();
      await decideFreeRetry();
      await jobs.setClock(afterMinutes(3));
      await atOnce(first, second);
      expect(await available()).toBe(left);
      const { rows } = await jobs.owner.query(
        `SELECT outcome->>'outcome' AS outcome FROM jobs.admissions WHERE account_id = $1 AND job_id = 'retry'`,
        [account],
      );
      expect(rows).toEqual([{ outcome: admitted }]);
    },
  );

  async function atOnce(first: keyof typeof moves, second: keyof typeof moves): Promise<void> {
    const held = await holdAccounts(jobs.owner, [account]);
    const one = moves[first]();
    await untilWaiting(jobs.owner, 1);
    const other = moves[second]();
    await untilWaiting(jobs.owner, 2);
    await held.letGo();
    await Promise.all([one, other]);
  }
});
