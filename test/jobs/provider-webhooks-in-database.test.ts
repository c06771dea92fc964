import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { countWebhooks, noteWebhook, type ProviderWebhook } from '../../jobs/attempts/provider-webhooks.ts';
import {
  attemptOf,
  createJobsFixture,
  jobItem,
  outputOf,
  releaseOf,
  type JobsFixture,
} from './jobs-fixture.ts';

const HASH = createHash('sha256').update('the secret in the address').digest();

let jobs: JobsFixture;
let account: string;
let reference: string;
let accounts = 0;
beforeAll(async () => {
  jobs = await createJobsFixture();
});
beforeEach(async () => {
  account = await jobs.openAccount(`acct_${String(++accounts)}`, 100);
  // A reference leads to one attempt of all accounts.
  const jobId = `j${String(accounts)}`;
  reference = attemptOf(jobId);
  await jobs.admit([jobItem(account, jobId)]);
  await jobs.call(
    'begin_attempt',
    account,
    jobId,
    outputOf(jobId),
    'render',
    1,
    reference,
    'gpu',
    'test',
    true,
    null,
    HASH,
  );
});
afterEach(() => jobs.expectReconciled());
afterAll(() => jobs.close());

const note = (event: string, named: Partial<ProviderWebhook> = {}) =>
  noteWebhook(jobs.worker, { provider: 'gpu', reference, secretHash: HASH, event, job: null, ...named });
const counted = async () =>
  (await countWebhooks(jobs.worker, [{ accountId: account, reference }])).get(reference) ?? 0;
const move = (from: string, to: string) =>
  jobs.call('move_attempt', account, reference, [from], to, 'p1', null);

test('a webhook that comes before its submission is answered is kept', async () => {
  expect(await counted()).toBe(0);
  expect(await note('ended')).toBe(true);
  await move('posting', 'accepted');
  expect(await counted()).toBe(1);
});

test('a webhook of an attempt whose outcome is unknown is kept', async () => {
  await move('posting', 'unknown');
  expect(await note('ended')).toBe(true);
  expect(await counted()).toBe(1);
});

test('a repeated webhook, at once or after another, counts once', async () => {
  for (const event of ['started', 'started', 'ended', 'started', 'ended'])
    expect(await note(event)).toBe(true);
  expect(await counted()).toBe(2);
});

test('of many simultaneous repeats one counts', async () => {
  expect(await Promise.all(Array.from({ length: 8 }, () => note('ended')))).not.toContain(false);
  expect(await counted()).toBe(1);
});

test('no more than eight webhooks of an attempt are kept', async () => {
  for (let event = 0; event < 20; event++) expect(await note(String(event))).toBe(true);
  expect(await counted()).toBe(8);
});

test.each([
  ['has failed', () => jobs.call('fail_attempt', account, reference, 'bad_input', 'no', null)],
  ['was given up', () => jobs.settleOutputs([releaseOf(account, `j${String(accounts)}`)])],
])('a webhook of an attempt that %s is known and changes nothing', async (_what, end) => {
  await move('posting', 'accepted');
  await end();
  const read = () => jobs.owner.query('SELECT * FROM jobs.attempts WHERE reference = $1', [reference]);
  const { rows: before } = await read();
  expect(await note('ended')).toBe(true);
  expect((await read()).rows).toEqual(before);
});

test('a provider’s job id in a webhook is kept for the bill where no response gave one, even late; the first one stays', async () => {
  await move('posting', 'unknown');
  await jobs.owner.query('UPDATE jobs.attempts SET provider_job_id = NULL WHERE reference = $1', [reference]);
  await jobs.settleOutputs([releaseOf(account, `j${String(accounts)}`)]);
  const read = async () =>
    (await jobs.owner.query<object>('SELECT * FROM jobs.attempts WHERE reference = $1', [reference])).rows[0];
  const before = await read();
  const other = createHash('sha256').update('another secret').digest();
  expect(await note('ended', { job: 'req_0', secretHash: other })).toBe(false);
  expect(await read()).toEqual(before);
  expect(await note('ended', { job: 'req_1' })).toBe(true);
  expect(await note('ended again', { job: 'req_2' })).toBe(true);
  expect(await read()).toEqual({ ...before, told_job: 'req_1', run_id: 'req_1' });
});

test('a job that is another attempt’s is not taken for this one’s, by whatever path it is named, and its event counts', async () => {
  await move('posting', 'unknown');
  await jobs.owner.query('UPDATE jobs.attempts SET provider_job_id = NULL WHERE reference = $1', [reference]);
  await jobs.admit([jobItem(account, `theirs ${account}`)]);
  const theirs = attemptOf(`theirs ${account}`);
  const named = [account, `theirs ${account}`, outputOf(`theirs ${account}`), 'render', 1, theirs] as const;
  await jobs.call('begin_attempt', ...named, 'gpu', 'test', true, null, HASH);
  const told = async () =>
    (await jobs.owner.query('SELECT told_job FROM jobs.attempts WHERE reference = $1', [reference])).rows;
  for (const theirJob of ['run_7', 'some/model/requests/run_7']) {
    await jobs.owner.query('UPDATE jobs.attempts SET provider_job_id = $2 WHERE reference = $1', [
      theirs,
      theirJob,
    ]);
    expect(await note(`ended ${theirJob}`, { job: 'run_7' })).toBe(true);
    expect(await told()).toEqual([{ told_job: null }]);
  }
  expect(await counted()).toBe(2);
  expect(await note('ended by its own name', { job: 'run_8' })).toBe(true);
  expect(await told()).toEqual([{ told_job: 'run_8' }]);
});

test('an address with another provider, attempt or secret finds no attempt', async () => {
  const other = createHash('sha256').update('another secret').digest();
  expect(await note('ended', { provider: 'replicate' })).toBe(false);
  expect(await note('ended', { reference: attemptOf('no such job') })).toBe(false);
  expect(await note('ended', { secretHash: other })).toBe(false);
  expect(await counted()).toBe(0);
});

test('an attempt without a webhook address is found by none', async () => {
  await jobs.admit([jobItem(account, `polled ${account}`)]);
  const polled = attemptOf(`polled ${account}`);
  const outputId = outputOf(`polled ${account}`);
  await jobs.call(
    'begin_attempt',
    account,
    `polled ${account}`,
    outputId,
    'render',
    1,
    polled,
    'gpu',
    'test',
    true,
  );
  expect(await note('ended', { reference: polled })).toBe(false);
  expect(await note('ended', { reference: polled, secretHash: Buffer.alloc(0) })).toBe(false);
});
