import { describe, expect, test } from 'vitest';
import { withFreshAccounts } from '../ledger/fresh-accounts.ts';
import { refundItem } from '../ledger/refunds/refund-calls.ts';
import { holdAccounts, untilWaiting } from '../ledger/until-waiting.ts';
import {
  commitOf,
  createJobsFixture,
  jobItem,
  outputOf,
  releaseOf,
  reservationOf,
  reviewOf,
  type JobsFixture,
} from './jobs-fixture.ts';

const NOW = new Date('2026-03-01T00:00:00Z');
const at = (hours: number) => new Date(NOW.getTime() + hours * 3_600_000);
const LIMITS = { reports_per_day: 4, reports_of_output: 3 };
const DAYS_90_SECONDS = 90 * 86_400;

let jobs: JobsFixture;
let account: string;
withFreshAccounts(createJobsFixture, { now: NOW, credits: 1_000 }, (fixture, fresh) => {
  jobs = fixture;
  account = fresh;
});

async function deliver(jobId: string, other: object = {}): Promise<void> {
  await jobs.admit([jobItem(account, jobId, { admit_by: at(1_000).toISOString(), ...other })]);
  await jobs.bringToAsset(account, jobId);
  await jobs.settleOutputs([commitOf(account, jobId)]);
}

const report = async (jobId: string, note: string | null = 'n', category = 'broken') =>
  (await jobs.call('open_review', account, outputOf(jobId), category, note, LIMITS))[0];
const decide = async (reviewId: string, decision: string, key = 'k', retryJobId = `retry by ${key}`) =>
  (
    await jobs.call(
      'decide_review',
      ...[
        account,
        reviewId,
        key,
        `print of ${decision}`,
        decision,
        'why',
        'ada',
        retryJobId,
        DAYS_90_SECONDS,
      ],
    )
  )[0];
const review = async (reviewId: string) =>
  (await jobs.call('read_review', account, reviewId))[0]?.['read_review'] as Record<string, unknown>;
const available = async () => (await jobs.balanceOf(account)).available;

/** A free retry's job as the activity admits it, at no credits. */
const freeJob = (jobId: string, other: object = {}) => {
  const item = jobItem(account, jobId, { admit_by: at(1_000).toISOString(), ...other }) as {
    price: object;
    outputs: object[];
  };
  return {
    ...item,
    total: 0,
    outputs: item.outputs.map((output) => ({ ...output, credits: 0 })),
  };
};
const actions = async () =>
  (
    await jobs.owner.query<object>(
      'SELECT actor, action, reason, detail, created_at FROM ledger.operator_actions WHERE account_id = $1 ORDER BY action_id',
      [account],
    )
  ).rows;

describe('a report', () => {
  test('opens one review of a delivered output, however often it is made', async () => {
    await deliver('j');
    expect(await report('j')).toMatchObject({ outcome: 'opened', review_id: reviewOf('j') });
    expect(await report('j')).toMatchObject({ outcome: 'known', review_id: reviewOf('j') });
    expect(await report('j', 'more')).toMatchObject({ outcome: 'open_already', review_id: reviewOf('j') });
    expect(await report('j', 'n', 'other')).toMatchObject({ outcome: 'open_already' });
    expect(await review(reviewOf('j'))).toMatchObject({
      state: 'open',
      decision: null,
      category: 'broken',
      note: 'n',
      work: { kind: 'static_ad' },
      sha256: 'f00d',
      paid: { output_id: outputOf('j'), committed: 35, refunded: 0 },
      decisions: [],
    });
  });

  test('opens one review when many make it at once', async () => {
    await deliver('j');
    const held = await holdAccounts(jobs.owner, [account]);
    const made = [1, 2, 3].map(() => report('j'));
    await untilWaiting(jobs.owner, 3);
    await held.letGo();
    const outcomes = (await Promise.all(made)).map((one) => one?.['outcome']);
    expect(outcomes.sort()).toEqual(['known', 'known', 'opened']);
  });

  test('is of a delivered output of the account only', async () => {
    await jobs.admit([jobItem(account, 'runs', { admit_by: at(1).toISOString() })]);
    expect(await report('runs')).toMatchObject({ outcome: 'not_delivered' });
    await jobs.settleOutputs([releaseOf(account, 'runs')]);
    expect(await report('runs')).toMatchObject({ outcome: 'not_delivered' });
    expect(await report('nobody')).toMatchObject({ outcome: 'not_found' });
    await deliver('j');
    account = await jobs.openAccount(`${account}_other`, 100);
    expect(await report('j')).toMatchObject({ outcome: 'not_found' });
  });

  test('after a denial may object twice, and no more', async () => {
    await deliver('j');
    for (const number of [1, 2, 3]) {
      expect(await report('j', String(number))).toMatchObject({
        outcome: 'opened',
        review_id: reviewOf('j', number),
      });
      await decide(reviewOf('j', number), 'deny', String(number));
    }
    expect(await report('j', '4')).toMatchObject({ outcome: 'too_many_of_output' });
    expect(await report('j', '2')).toMatchObject({ outcome: 'known', review_id: reviewOf('j', 2) });
  });

  test('is limited per day, and a refused one says when to try again', async () => {
    for (const hour of [0, 1, 2, 3]) {
      await jobs.setClock(at(hour));
      await deliver(`j${String(hour)}`);
      expect(await report(`j${String(hour)}`)).toMatchObject({ outcome: 'opened' });
    }
    await jobs.setClock(at(4));
    await deliver('late');
    expect(await report('late')).toEqual({
      outcome: 'too_many_today',
      review_id: null,
      retry_after_seconds: 20 * 3_600,
    });
    expect(await report('j0')).toMatchObject({ outcome: 'known' });
    await jobs.setClock(at(24));
    expect(await report('late')).toMatchObject({ outcome: 'opened' });
  });

  test('of a refunded output is refused', async () => {
    await deliver('j');
    await jobs.refund([refundItem(account, reservationOf('j'), 'f', null)]);
    expect(await report('j')).toMatchObject({ outcome: 'made_good' });
  });
});

describe('a refund', () => {
  test('refunds everything once, with an event of the job and a record of who and why', async () => {
    await deliver('j');
    await report('j');
    expect(await decide(reviewOf('j'), 'refund')).toEqual({ outcome: 'decided', is_replay: false });
    await jobs.setClock(at(1));
    expect(await decide(reviewOf('j'), 'refund')).toEqual({ outcome: 'decided', is_replay: true });
    expect(await decide(reviewOf('j'), 'refund', 'another')).toEqual({ outcome: 'decided', is_replay: true });
    expect(await available()).toBe(1_000);
    expect(await review(reviewOf('j'))).toMatchObject({
      state: 'decided',
      decision: 'refund',
      reason: 'why',
      paid: { committed: 35, refunded: 35 },
    });
    const events = await jobs.call('read_events', account, 'j', 0, 100);
    expect(events.at(-1)).toMatchObject({
      type: 'credits.refunded',
      data: { output_id: outputOf('j'), credits: 35, reason: 'why' },
    });
    expect(await actions()).toMatchObject([
      { actor: 'ada', action: 'refund', reason: 'why', created_at: NOW },
      {
        actor: 'ada',
        action: 'decide_review',
        reason: 'why',
        created_at: NOW,
        detail: { job_id: 'j', review_id: reviewOf('j'), output_id: outputOf('j'), decision: 'refund' },
      },
    ]);
    expect(await report('j', 'once more')).toMatchObject({ outcome: 'made_good' });
  });

  test('refunds what is left after a partial refund', async () => {
    await deliver('j');
    await report('j');
    await jobs.refund([refundItem(account, reservationOf('j'), 'part', 10)]);
    await decide(reviewOf('j'), 'refund');
    expect(await available()).toBe(1_000);
  });

  test('with nothing left to refund decides nothing', async () => {
    await deliver('j');
    await report('j');
    await jobs.refund([refundItem(account, reservationOf('j'), 'all', null)]);
    expect(await decide(reviewOf('j'), 'refund')).toMatchObject({ outcome: 'nothing_to_make_good' });
    expect(await decide(reviewOf('j'), 'free_retry')).toMatchObject({ outcome: 'nothing_to_make_good' });
    expect(await review(reviewOf('j'))).toMatchObject({ state: 'open', decisions: [] });
    expect(await decide(reviewOf('j'), 'deny')).toMatchObject({ outcome: 'decided', is_replay: false });
  });

  test.each([
    ['first', ['decide', 'refund']],
    ['second', ['refund', 'decide']],
  ] as const)(
    'and a refund of support’s at once give back no more than was paid (%s)',
    async (_who, order) => {
      await deliver('j');
      await report('j');
      const held = await holdAccounts(jobs.owner, [account]);
      const moves = {
        decide: () => decide(reviewOf('j'), 'refund'),
        refund: () => jobs.refund([refundItem(account, reservationOf('j'), 'by support', null)]),
      };
      const made: Promise<unknown>[] = [];
      for (const [index, move] of order.entries()) {
        made.push(moves[move]());
        await untilWaiting(jobs.owner, index + 1);
      }
      await held.letGo();
      await Promise.all(made);
      expect(await available()).toBe(1_000);
    },
  );
});

describe('two decisions', () => {
  test.each([
    ['refund', 'deny'],
    ['deny', 'refund'],
    ['refund', 'free_retry'],
    ['free_retry', 'refund'],
  ])('at once, %s before %s: the first holds, the other is told', async (first, second) => {
    await deliver('j');
    await report('j');
    const held = await holdAccounts(jobs.owner, [account]);
    const one = decide(reviewOf('j'), first, 'one');
    await untilWaiting(jobs.owner, 1);
    const other = decide(reviewOf('j'), second, 'other');
    await untilWaiting(jobs.owner, 2);
    await held.letGo();
    expect([await one, await other]).toEqual([
      { outcome: 'decided', is_replay: false },
      { outcome: 'decided_otherwise', is_replay: true },
    ]);
    expect(await review(reviewOf('j'))).toMatchObject({ decision: first, decisions: [{ decision: first }] });
    expect(await available()).toBe(first === 'refund' ? 1_000 : 965);
  });

  test('under one key are one, and a key of another is told so', async () => {
    await deliver('j');
    await deliver('j2');
    await report('j');
    await report('j2');
    await decide(reviewOf('j'), 'deny');
    expect(await decide(reviewOf('j'), 'refund')).toMatchObject({ outcome: 'key_reused' });
    expect(await decide(reviewOf('j2'), 'deny')).toMatchObject({ outcome: 'key_reused' });
    expect(await decide(reviewOf('nobody'), 'deny', 'x')).toMatchObject({ outcome: 'not_found' });
  });
});

describe('a free retry', () => {
  const offer = async (jobId = 'j') => {
    await deliver(jobId);
    await report(jobId);
    await decide(reviewOf(jobId), 'free_retry', 'k', 'retry');
  };

  test('is admitted at no credits, whatever the balance and the jobs under way, and is charged nothing', async () => {
    await offer();
    await jobs.worker.query(`SELECT ledger.set_limits($1, '{"max_concurrent_jobs": 0}', 'ops', 'test')`, [
      account,
    ]);
    expect(await jobs.admit([freeJob('retry')])).toMatchObject([
      { outcome: { outcome: 'reserved', credits: 0 }, is_open: true },
    ]);
    const { rows } = await jobs.owner.query(
      'SELECT reason, amount, state FROM ledger.reservations WHERE account_id = $1 AND job_id = $2',
      [account, 'retry'],
    );
    expect(rows).toEqual([{ reason: 'free_retry', amount: '0', state: 'open' }]);
    await jobs.bringToAsset(account, 'retry');
    expect(await jobs.settleOutputs([commitOf(account, 'retry', { credits: 0 })])).toMatchObject([
      { outcome: 'committed', committed: 0 },
    ]);
    expect(await jobs.call('read_outputs', account, [outputOf('retry')])).toMatchObject([{ sha256: 'f00d' }]);
    expect(await available()).toBe(965);
    expect(await review(reviewOf('j'))).toMatchObject({
      state: 'decided',
      retry_job_id: 'retry',
      retry_state: 'succeeded',
    });
  });

  test.each([
    ['without a decision', () => Promise.resolve()],
    ['that a denial names', async () => decide(reviewOf('j'), 'deny', 'd', 'retry')],
    [
      'of another account’s review',
      async () => {
        await decide(reviewOf('j'), 'free_retry', 'k', 'retry');
        account = await jobs.openAccount(`${account}_other`, 100);
      },
    ],
  ])('%s is not free, and reserves nothing', async (_what, prepare) => {
    await deliver('j');
    await report('j');
    await prepare();
    expect(await jobs.admit([freeJob('retry')])).toMatchObject([
      { outcome: { outcome: 'refused', reason: 'invalid_amount' }, is_open: false },
    ]);
    expect(await jobs.call('read_free_retry', account, 'retry')).toEqual([]);
  });

  test('makes no other job free: one with a price is reserved as usual, or refused', async () => {
    await offer();
    expect(await jobs.admit([jobItem(account, 'retry', { admit_by: at(1).toISOString() })])).toMatchObject([
      { outcome: { outcome: 'reserved', credits: 35 } },
    ]);
    expect(await available()).toBe(930);
  });

  test('stands while its job runs or has delivered, and is the same job when decided again', async () => {
    await offer();
    expect(await decide(reviewOf('j'), 'free_retry', 'k2')).toEqual({ outcome: 'decided', is_replay: true });
    await jobs.admit([freeJob('retry')]);
    await jobs.setClock(at(1));
    expect(await decide(reviewOf('j'), 'refund', 'k3')).toMatchObject({ outcome: 'decided_otherwise' });
    expect(await report('j', 'it does not come')).toMatchObject({ outcome: 'made_good' });
    expect(await review(reviewOf('j'))).toMatchObject({ retry_job_id: 'retry', decisions: [{}] });
    await jobs.settleOutputs([releaseOf(account, 'retry')]);
  });

  test.each(['refund', 'free_retry', 'deny'])(
    'that failed opens the review again, for a %s',
    async (decision) => {
      await offer();
      await jobs.admit([freeJob('retry')]);
      await jobs.settleOutputs([releaseOf(account, 'retry')]);
      expect(await review(reviewOf('j'))).toMatchObject({
        ...{ state: 'open', decision: null, reason: null, retry_job_id: 'retry', retry_state: 'failed' },
        decisions: [{ decision: 'free_retry', retry_job_id: 'retry' }],
      });
      expect(await decide(reviewOf('j'), 'free_retry', 'k', 'retry')).toMatchObject({ is_replay: true });
      expect(await decide(reviewOf('j'), decision, 'k2', 'retry2')).toEqual({
        outcome: 'decided',
        is_replay: false,
      });
      expect(await review(reviewOf('j'))).toMatchObject({ state: 'decided', decision });
      expect(await available()).toBe(decision === 'refund' ? 1_000 : 965);
      expect((await jobs.admit([freeJob('retry2')]))[0]?.['is_open']).toBe(decision === 'free_retry');
    },
  );

  test('that has not begun in two minutes may be decided anew, and then cannot begin', async () => {
    await offer();
    await jobs.setClock(new Date(NOW.getTime() + 119_000));
    expect(await decide(reviewOf('j'), 'refund', 'early')).toMatchObject({ outcome: 'decided_otherwise' });
    await jobs.setClock(new Date(NOW.getTime() + 121_000));
    expect(await review(reviewOf('j'))).toMatchObject({ state: 'open', retry_state: null });
    expect(await jobs.call('read_free_retry', account, 'retry')).toHaveLength(1);
    await decide(reviewOf('j'), 'refund', 'late');
    expect(await jobs.call('read_free_retry', account, 'retry')).toEqual([]);
    expect(await jobs.admit([freeJob('retry')])).toMatchObject([{ outcome: { outcome: 'refused' } }]);
    expect(await available()).toBe(1_000);
  });

  test('and a refund instead of it, at once: the customer gets one of them', async () => {
    await offer();
    await jobs.setClock(at(1));
    const held = await holdAccounts(jobs.owner, [account]);
    const admitted = jobs.admit([freeJob('retry')]);
    await untilWaiting(jobs.owner, 1);
    const refunded = decide(reviewOf('j'), 'refund', 'late');
    await untilWaiting(jobs.owner, 2);
    await held.letGo();
    expect([(await admitted)[0]?.['is_open'], (await refunded)?.['outcome']]).toEqual([
      true,
      'decided_otherwise',
    ]);
    expect(await available()).toBe(965);
  });

  test('can be reported itself, and its refund is of what was paid', async () => {
    await offer();
    await jobs.admit([freeJob('retry')]);
    await jobs.bringToAsset(account, 'retry');
    await jobs.settleOutputs([commitOf(account, 'retry', { credits: 0 })]);
    expect(await report('retry')).toMatchObject({ outcome: 'opened' });
    expect(await review(reviewOf('retry'))).toMatchObject({
      paid: { output_id: outputOf('j'), committed: 35 },
    });
    await decide(reviewOf('retry'), 'refund', 'k2');
    expect(await available()).toBe(1_000);
    const events = await jobs.call('read_events', account, 'j', 0, 100);
    expect(events.at(-1)).toMatchObject({ type: 'credits.refunded' });
  });
});

describe('the record of reviews', () => {
  test.each([
    'UPDATE jobs.reviews SET note = NULL',
    'DELETE FROM jobs.reviews',
    `UPDATE jobs.review_decisions SET decision = 'deny' WHERE false`,
    'TRUNCATE jobs.review_decisions',
  ])('is append-only, for its owner too: %s', async (statement) => {
    await expect(jobs.owner.query(statement)).rejects.toMatchObject({ code: 'HF001' });
  });

  test('is listed newest first, by state and category, page by page, of one account and of all', async () => {
    for (const [hour, category] of ['broken', 'vague_brief', 'broken'].entries()) {
      await jobs.setClock(at(hour));
      await deliver(`j${String(hour)}`);
      await report(`j${String(hour)}`, null, category);
    }
    await decide(reviewOf('j0'), 'deny');
    const list = async (state: string | null, category: string | null, from: unknown[] = [null, null]) =>
      (await jobs.call('list_reviews', account, state, category, ...from, 2)).map((row) => row['review_id']);
    expect(await list(null, null)).toEqual([reviewOf('j2'), reviewOf('j1')]);
    const first = await jobs.call('list_reviews', account, null, null, null, null, 2);
    const last = first.at(-1);
    expect(await list(null, null, [last?.['created_at'], last?.['review_id']])).toEqual([reviewOf('j0')]);
    expect(await list('open', null)).toEqual([reviewOf('j2'), reviewOf('j1')]);
    expect(await list('decided', null)).toEqual([reviewOf('j0')]);
    expect(await list(null, 'vague_brief')).toEqual([reviewOf('j1')]);
    const all = await jobs.call('list_reviews_of_all', 'decided', 'broken', null, null, 100);
    expect(all.map((row) => row['review_id'])).toContain(reviewOf('j0'));
  });
});
