import os from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordRepairs } from '../../../jobs/support/repairs.ts';
import { createApiFixture, type ApiFixture, type TestAccount } from '../api-fixture.ts';
import { deliver } from '../job-ending.ts';
import { runHoldfast } from './run-holdfast.ts';

let api: ApiFixture;
let account: TestAccount;
let jobId: string;
beforeAll(async () => {
  api = await createApiFixture();
  account = await api.openAccount();
  ({ jobId } = await api.admitJob(account.accountId, 'a job'));
  await deliver(api, account.accountId, jobId, Buffer.from('picture'));
});
afterAll(async () => {
  await api.expectReconciled();
  await api.close();
});

const holdfast = (...args: readonly string[]) => runHoldfast(api, args);
/** Support has the job's id, and nothing else. */
const job = (name: string, id: string, ...more: readonly string[]) => holdfast('job', name, id, ...more);

describe.concurrent('support at the command line', () => {
  it('refunds, releases and inspects a job, and each action is recorded with who did it and why', async () => {
    const part = ['--credits', '10', '--reason', 'late'];
    const first = await job('refund', jobId, ...part);
    expect(first).toMatchObject({ code: 0, stderr: `refund ${jobId} …\n` });
    expect(first.stdout).toMatch(/Refunded job_.*\nState +succeeded\n(.*\n)+Refunded +10\n/);
    const again = await job('refund', jobId, ...part);
    expect(again.stdout).toMatch(/Refunded +10\n(.*\n)*.*Done before/);
    const third = await job('refund', jobId, ...part, '--reference', 'ticket-9', '--json');
    expect(third.stderr).toBe('');
    expect(JSON.parse(third.stdout)).toMatchObject({ id: jobId, billing: { refunded: 20 } });

    const inspected = (await job('inspect', jobId)).stdout;
    expect(inspected).toMatch(new RegExp(`Account +${account.accountId}\n`));
    expect(inspected).toMatch(/Credits +35 committed; charged 35, returned 0, refunded 20\n/);
    expect(inspected).toMatch(/render +1 +collected .*\n {2}att_/);
    expect(inspected).toMatch(
      new RegExp(`refund_job\n {2}key:key_\\w+ \\(${os.userInfo().username}\\)\n {2}late`),
    );
    expect(JSON.parse((await job('inspect', jobId, '--json')).stdout)).toMatchObject({
      job: { id: jobId },
      actions: [{ action: 'refund_job' }, { action: 'refund_job' }],
    });

    const { jobId: open } = await api.admitJob(account.accountId, 'open');
    const reservationId = `${open.replace('job_', 'rsv_')}_0`;
    await recordRepairs(api.worker, [{ accountId: account.accountId, reservationId, why: 'said no' }]);
    expect((await holdfast('repairs')).stdout).toMatch(
      new RegExp(`35 +1 .*\n {2}${open} of ${account.accountId}\n {2}said no`),
    );
    expect((await job('release', open, '--reason', 'waits')).stdout).toMatch(/Returned +35\n/);
    expect((await holdfast('repairs')).stdout).toBe('The repair queue is empty.\n');
    const resolved = await holdfast('repairs', '--resolved', '--json', '--account', account.accountId);
    expect(JSON.parse(resolved.stdout)).toMatchObject({ data: [{ job_id: open, why: 'said no' }] });
  });

  it.each<[string, readonly string[], number, RegExp]>([
    ['release', ['--reason', 'r'], 1, /No credits|no credits.*\n.*409 state_conflict/i],
    ['restart', ['--reason', 'r', '--from-attempt', '1'], 1, /The job has ended/],
    ['extend', ['--reason', 'r', '--until', 'soon'], 2, /A time as RFC 3339/],
    ['extend', ['--reason', 'r', '--until', '2026-02-30T12:00:00Z'], 2, /A time as RFC 3339/],
    ['extend', ['--reason', 'r', '--until', '2026-02-01T24:00:00Z'], 2, /A time as RFC 3339/],
    ['resolve', ['--reason', 'r', '--outcome', 'did_not_run'], 1, /The job has ended/],
    ['resolve', ['--reason', 'r', '--outcome', 'perhaps'], 2, /Allowed choices/],
    ['restart', ['--reason', 'r', '--from-attempt', 'x'], 2, /number, or its reference/],
    ['refund', [], 2, /--reason/],
    ['extend', ['--reason', 'r'], 2, /--until/],
  ])('is told what is wrong with a command: %s %j', async (name, args, code, words) => {
    const ended = await job(name, jobId, ...args);
    expect([ended.code, ended.stdout]).toEqual([code, '']);
    expect(ended.stderr).toMatch(words);
    expect(ended.stderr).not.toMatch(/\n +at /);
  });

  it('finds no job under another account, and is refused an id that is none', async () => {
    const other = await api.openAccount();
    const ended = await holdfast('job', 'inspect', jobId, '--account', other.accountId);
    expect((await job('inspect', `job_${'a'.repeat(26)}`)).stderr).toMatch(/There is no such job/);
    expect([ended.code, ended.stdout]).toEqual([1, '']);
    expect(ended.stderr).toMatch(/There is no such job/);
    expect((await job('inspect', 'job_x')).code).toBe(2);
  });

  it.each(['inspect', 'restart', 'extend', 'release', 'refund', 'resolve'])(
    'reads what %s does, with an example',
    async (name) => {
      const { code, stdout } = await holdfast('job', name, '--help');
      expect(code).toBe(0);
      expect(stdout).toMatch(new RegExp(`For example:\\n +\\$ \\./holdfast job ${name} job_…`));
    },
  );
});
