import { expect, test } from 'vitest';
import { withFreshAccounts } from '../ledger/fresh-accounts.ts';
import { holdAccounts, holdWrites, untilWaiting } from '../ledger/until-waiting.ts';
import { createJobsFixture, jobItem, releaseOf, type JobsFixture } from './jobs-fixture.ts';

let jobs: JobsFixture;
let account: string;
withFreshAccounts(createJobsFixture, { credits: 100 }, (fixture, fresh) => {
  jobs = fixture;
  account = fresh;
});

async function admitOne(item: object): Promise<Record<string, unknown> | undefined> {
  return (await jobs.admit([item]))[0];
}

test('admits a job: the record, the reservation and the answer in one', async () => {
  expect(await admitOne(jobItem(account, 'j'))).toMatchObject({
    outcome: { outcome: 'reserved', credits: 35 },
    fingerprint: 'print of j',
    is_open: true,
  });
  expect(await jobs.balanceOf(account)).toMatchObject({ available: 65, reserved: 35 });
});

test('the same job again is answered the same and reserves nothing more (invariant 9)', async () => {
  const first = await admitOne(jobItem(account, 'j'));
  const again = await admitOne(jobItem(account, 'j'));
  expect(again).toMatchObject({ outcome: first?.['outcome'], is_open: true });
  expect(await jobs.balanceOf(account)).toMatchObject({ available: 65, reserved: 35 });
});

test('another request under the same key is answered with whose outcome it is (invariant 9)', async () => {
  await admitOne(jobItem(account, 'j'));
  const other = await admitOne(jobItem(account, 'j', { fingerprint: 'of another request' }, 2));
  expect(other).toMatchObject({ outcome: { outcome: 'reserved', credits: 35 }, fingerprint: 'print of j' });
  expect(await jobs.balanceOf(account)).toMatchObject({ reserved: 35 });
});

test('a job twice in one array, and at once on two connections, is admitted once', async () => {
  await jobs.admit([jobItem(account, 'j'), jobItem(account, 'j')]);
  const held = await holdAccounts(jobs.owner, [account]);
  const both = [admitOne(jobItem(account, 'k')), admitOne(jobItem(account, 'k'))];
  await untilWaiting(jobs.owner, 2);
  await held.letGo();
  expect((await Promise.all(both)).map((row) => row?.['outcome'])).toEqual([
    { outcome: 'reserved', credits: 35 },
    { outcome: 'reserved', credits: 35 },
  ]);
  expect(await jobs.balanceOf(account)).toMatchObject({ available: 30, reserved: 70 });
});

test('a refusal for lack of credits stands forever, whatever is granted later', async () => {
  const refused = {
    outcome: 'refused',
    code: 'insufficient_credits',
    required: 105,
    available: 100,
    reserved: 0,
  };
  expect(await admitOne(jobItem(account, 'j', {}, 3))).toMatchObject({ outcome: refused, is_open: false });
  await jobs.grant([
    { account_id: account, grant_id: 'more', source: 'top_up', priority: 3, amount: 1_000, reason: 'test' },
  ]);
  expect(await admitOne(jobItem(account, 'j', {}, 3))).toMatchObject({ outcome: refused });
  expect(await admitOne(jobItem(account, 'k', {}, 3))).toMatchObject({
    outcome: { outcome: 'reserved', credits: 105 },
  });
});

test('a job with several outputs reserves all of them or none', async () => {
  await admitOne(jobItem(account, 'j', {}, 2));
  expect(await admitOne(jobItem(account, 'k', {}, 2))).toMatchObject({
    outcome: { code: 'insufficient_credits' },
  });
  expect(await jobs.balanceOf(account)).toMatchObject({ available: 30, reserved: 70 });
});

test('a job past its admit_by is refused, and stays refused', async () => {
  const late = { admit_by: new Date(Date.now() - 1).toISOString() };
  const refused = { outcome: 'refused', code: 'state_conflict', reason: 'not_admitted_in_time' };
  expect(await admitOne(jobItem(account, 'j', late))).toMatchObject({ outcome: refused });
  expect(await admitOne(jobItem(account, 'j'))).toMatchObject({ outcome: refused });
});

test('a request refused before the call is stored and returned like any refusal', async () => {
  const refusal = { code: 'not_found', reason: 'source_output_not_found' };
  expect(await admitOne(jobItem(account, 'j', { refusal }))).toMatchObject({
    outcome: { outcome: 'refused', ...refusal },
  });
});

test.each([
  ['that does not exist', 'nowhere', {}, 'not_found', 'quote_not_found'],
  [
    'for another body',
    'quote',
    { work_fingerprint: 'another' },
    'price_changed',
    'quote_is_for_another_body',
  ],
  ['for another price', 'dearer', {}, 'price_changed', 'price_list_changed'],
  ['that has expired', 'expired', {}, 'price_changed', 'quote_expired'],
])('a quote %s refuses the job', async (_what, quoteId, other, code, reason) => {
  const work = { work_fingerprint: 'body' };
  await jobs.call('store_quote', account, 'quote', 'body', '{"total": 35}', 900);
  await jobs.call('store_quote', account, 'dearer', 'body', '{"total": 36}', 900);
  await jobs.call('store_quote', account, 'expired', 'body', '{"total": 35}', 0);
  expect(await admitOne(jobItem(account, 'j', { quote_id: quoteId, ...work, ...other }))).toMatchObject({
    outcome: { outcome: 'refused', code, reason },
  });
  expect(await admitOne(jobItem(account, 'k', { quote_id: 'quote', ...work }))).toMatchObject({
    outcome: { outcome: 'reserved' },
  });
});

test("another account's quote is not found (invariant 12)", async () => {
  const other = await jobs.openAccount(`${account}_other`, 100);
  await jobs.call('store_quote', other, 'quote', 'body', '{"total": 35}', 900);
  expect(await admitOne(jobItem(account, 'j', { quote_id: 'quote' }))).toMatchObject({
    outcome: { code: 'not_found' },
  });
});

test('a maximum below the price refuses the job; one at the price admits it', async () => {
  expect(await admitOne(jobItem(account, 'j', { max_credits: 34 }))).toMatchObject({
    outcome: { code: 'price_changed', reason: 'over_max_credits', required: 35 },
  });
  expect(await admitOne(jobItem(account, 'k', { max_credits: 35 }))).toMatchObject({
    outcome: { outcome: 'reserved' },
  });
});

test('a job identical to a stuck one is refused with a link to it, unless forced', async () => {
  const work = { work_fingerprint: 'the same work' };
  await admitOne(jobItem(account, 'j', work));
  await jobs.call('mark_stuck', account, 'j', 'out_j_0');
  expect(await admitOne(jobItem(account, 'k', work))).toMatchObject({
    outcome: { code: 'job_in_doubt', job_id: 'j' },
  });
  expect(await admitOne(jobItem(account, 'l', { ...work, force: true }))).toMatchObject({
    outcome: { outcome: 'reserved' },
  });
});

test('admitting a settled job returns what it was, and that nothing is open', async () => {
  await admitOne(jobItem(account, 'j'));
  await jobs.settleOutputs([releaseOf(account, 'j')]);
  expect(await admitOne(jobItem(account, 'j'))).toMatchObject({
    outcome: { outcome: 'reserved' },
    is_open: false,
  });
  expect(await jobs.balanceOf(account)).toMatchObject({ available: 100, reserved: 0 });
});

test('a reservation that was released before it was made refuses the job', async () => {
  await jobs.settle([
    {
      account_id: account,
      reservation_id: 'rsv_j_0',
      verb: 'release',
      cause: 'terminated',
      return_grant_hours: 72,
    },
  ]);
  expect(await admitOne(jobItem(account, 'j'))).toMatchObject({
    outcome: { outcome: 'refused', code: 'state_conflict' },
  });
});

test('an account that was never opened is refused as not found', async () => {
  expect(await admitOne(jobItem('nobody', `j${account}`))).toMatchObject({ outcome: { code: 'not_found' } });
});

test('two admissions of one job at once, its account not opened yet, are answered like one after the other', async () => {
  const job = jobItem('not opened yet', 'j');
  const held = await holdWrites(jobs.owner, 'jobs.admissions');
  const both = [admitOne(job), admitOne(job)];
  await untilWaiting(jobs.owner, 2);
  await held.letGo();
  const refused = { outcome: { outcome: 'refused', code: 'not_found' }, is_open: false };
  expect(await Promise.all(both)).toMatchObject([refused, refused]);
});
