import { expect, test } from 'vitest';
import { withFreshAccounts } from '../ledger/fresh-accounts.ts';
import { holdAccounts, untilWaiting } from '../ledger/until-waiting.ts';
import { commitOf, createJobsFixture, jobItem, releaseOf, type JobsFixture } from './jobs-fixture.ts';

let jobs: JobsFixture;
let account: string;
withFreshAccounts(createJobsFixture, { credits: 1_000 }, (fixture, fresh) => {
  jobs = fixture;
  account = fresh;
});

const setFrozen = (isFrozen: boolean, id = account) =>
  jobs.worker.query<{ is_there: boolean }>('SELECT ledger.set_frozen($1, $2, $3, $4) AS is_there', [
    ...[id, isFrozen, 'key:support', 'charge-back'],
  ]);
const admit = async (jobId: string) => (await jobs.admit([jobItem(account, jobId)]))[0]?.['outcome'];
const spend = async (key: string) => {
  const item = {
    account_id: account,
    key,
    fingerprint: key,
    spend_id: `spend_${key}`,
    amount: 1,
    note: 'chat',
  };
  return (await jobs.call('spend', JSON.stringify([item])))[0]?.['answer'];
};
const FROZEN = { outcome: 'refused', code: 'account_frozen', reason: 'account_frozen' };

test('a frozen account refuses new spending, and the refusal stands under its key', async () => {
  await setFrozen(true);
  expect(await admit('j')).toMatchObject(FROZEN);
  expect(await spend('s')).toMatchObject({ outcome: 'account_frozen' });
  expect(await jobs.balanceOf(account)).toMatchObject({ available: 1_000, reserved: 0, spent: 0 });
  await setFrozen(false);
  expect([await admit('j'), await spend('s')]).toMatchObject([FROZEN, { outcome: 'account_frozen' }]);
  expect([await admit('k'), await spend('t')]).toMatchObject([{ outcome: 'reserved' }, { outcome: 'spent' }]);
});

test('jobs that ran when it was frozen end as usual: charged, returned, refunded', async () => {
  await jobs.runToAsset(account, 'delivered');
  await jobs.admit([jobItem(account, 'failed')]);
  await setFrozen(true);
  // What was submitted before is admitted still, when it is sent again.
  expect(await admit('delivered')).toMatchObject({ outcome: 'reserved' });
  await jobs.settleOutputs([commitOf(account, 'delivered'), releaseOf(account, 'failed')]);
  expect(await jobs.balanceOf(account)).toMatchObject({ available: 965, reserved: 0, spent: 35 });
  const call = { fingerprint: 'f', actor: 'ada', reason: 'late', action_id: 'a', goodwill_seconds: 60 };
  const [refund] = await jobs.call('apply_command', account, 'delivered', 'refund', 'k', call);
  expect(refund?.['answer']).toMatchObject({ outcome: 'done' });
  expect(await jobs.balanceOf(account)).toMatchObject({ available: 1_000, spent: 0 });
});

test('a job of a frozen account can be restarted and extended under its reservation', async () => {
  await jobs.runToAsset(account, 'j');
  await jobs.owner.query(`UPDATE jobs.attempts SET state = 'accepted' WHERE account_id = $1`, [account]);
  await setFrozen(true);
  const call = { fingerprint: 'f', actor: 'ada', reason: 'late', action_id: 'a', is_running: true };
  const [restarted] = await jobs.call('apply_command', account, 'j', 'restart', 'k', {
    ...call,
    from_attempt: 1,
  });
  expect(restarted?.['answer']).toMatchObject({ outcome: 'done' });
});

test('freezing is recorded with who and why, and a repeat changes nothing', async () => {
  for (const isFrozen of [true, true, false, false]) await setFrozen(isFrozen);
  const { rows } = await jobs.owner.query(
    'SELECT actor, action, reason FROM ledger.operator_actions WHERE account_id = $1 ORDER BY action_id',
    [account],
  );
  const by = { actor: 'key:support', reason: 'charge-back' };
  expect(rows).toEqual([
    { ...by, action: 'freeze' },
    { ...by, action: 'unfreeze' },
  ]);
  const { rows: none } = await setFrozen(true, 'acct_nobody');
  expect(none).toEqual([{ is_there: false }]);
});

test.each([
  ['freeze', 'admission', FROZEN, 0],
  ['admission', 'freeze', { outcome: 'reserved' }, 35],
] as const)(
  'of a %s and an %s at once, the first to lock the account decides',
  async (first, _, expected, held) => {
    const lock = await holdAccounts(jobs.owner, [account]);
    const calls = { freeze: () => setFrozen(true), admission: () => admit('j') };
    const order =
      first === 'freeze' ? (['freeze', 'admission'] as const) : (['admission', 'freeze'] as const);
    const answers: Record<string, Promise<unknown>> = {};
    for (const [index, name] of order.entries()) {
      answers[name] = calls[name]();
      await untilWaiting(jobs.owner, index + 1);
    }
    await lock.letGo();
    expect(await answers['admission']).toMatchObject(expected);
    await answers['freeze'];
    expect(await jobs.balanceOf(account)).toMatchObject({ reserved: held });
  },
);

test('of twenty admissions during a freeze, none reserves after it', async () => {
  const admissions = Array.from({ length: 20 }, async (_, index) => admit(`j${String(index)}`));
  const [outcomes] = await Promise.all([Promise.all(admissions), setFrozen(true)]);
  const reserved = outcomes.filter((one) => (one as { outcome: string }).outcome === 'reserved').length;
  expect(
    outcomes.every((one) => ['reserved', 'refused'].includes((one as { outcome: string }).outcome)),
  ).toBe(true);
  expect(await jobs.balanceOf(account)).toMatchObject({ reserved: reserved * 35 });
  const { rows } = await jobs.owner.query<{ late: string }>(
    `SELECT count(*) AS late FROM ledger.reservations r JOIN ledger.accounts a USING (account_id)
     WHERE r.account_id = $1 AND r.created_at > a.frozen_at`,
    [account],
  );
  expect(rows).toEqual([{ late: '0' }]);
});
