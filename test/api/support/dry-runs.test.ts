import { afterAll, beforeAll, expect, it } from 'vitest';
import { createApiFixture, expectProblem, type ApiFixture, type TestAccount } from '../api-fixture.ts';
import { runHoldfast } from '../commands/run-holdfast.ts';
import { deliver } from '../job-ending.ts';

let api: ApiFixture;
let account: TestAccount;
let open: string;
let delivered: string;
let reviewId: string;
beforeAll(async () => {
  api = await createApiFixture();
  account = await api.openAccount();
  ({ jobId: open } = await api.admitJob(account.accountId, 'open'));
  ({ jobId: delivered } = await api.admitJob(account.accountId, 'delivered'));
  const { outputId } = await deliver(api, account.accountId, delivered, Buffer.from('picture'));
  const report = await api.call(`/v1/outputs/${outputId}/reports`, {
    key: account.key,
    body: { category: 'broken' },
  });
  reviewId = report.json<{ id: string }>().id;
});
afterAll(async () => {
  await api.expectReconciled();
  await api.close();
});

const send = (path: string, body: object, key = api.platformKey) =>
  api.call(path, { key, body: { reason: 'r', ...body }, headers: { 'Idempotency-Key': 'one' } });
const dryRun = (jobId: string, command: string, body: object = {}) =>
  send(`/v1/jobs/${jobId}/${command}`, { dry_run: true, ...body });
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

it('a dry run of a release says what it would do, does nothing, and leaves the key to the release itself', async () => {
  const answer = await dryRun(open, 'release');
  expect([answer.status, answer.json()]).toEqual([
    200,
    {
      would: [
        'returns 35 credits to the sign-up grant, which does not end',
        'ends 1 output; the job then counts as failed',
      ],
      possible: true,
      reason: null,
      detail: null,
      as_of: expect.stringMatching(/^\d+$/),
    },
  ]);
  expect((await api.call(`/v1/jobs/${open}`, { key: account.key })).json()).toMatchObject({
    state: 'queued',
    billing: { reserved: 35 },
  });
  // The key of a dry run is unused, also for another content.
  expect((await send(`/v1/jobs/${open}/release`, {})).status).toBe(202);
  expect((await dryRun(open, 'release')).json()).toMatchObject({ possible: false, reason: 'job_ended' });
});

it.each<[string, object, object]>([
  ['refund', { credits: 10 }, { possible: true, would: [expect.stringContaining('returns 10 credits')] }],
  ['refund', { credits: 36 }, { possible: false, would: [], reason: 'exceeds_committed' }],
  ['extend', { until: inAnHour() }, { possible: false, reason: 'job_ended' }],
  ['restart', { from_attempt: 1 }, { possible: false, reason: 'job_ended' }],
  ['resolve', { outcome: 'ran' }, { possible: false, reason: 'job_ended' }],
  ['resolve', { outcome: 'did_not_run' }, { possible: false, reason: 'job_ended' }],
])(
  'a dry run on a delivered job says whether the command is possible: %s %j',
  async (command, body, expected) => {
    const answer = await dryRun(delivered, command, body);
    expect([answer.status, answer.json()]).toMatchObject([200, expected]);
  },
);

it('a dry run of an extension says that no workflow runs the job', async () => {
  const { jobId } = await api.admitJob(account.accountId, 'without a workflow');
  expect((await dryRun(jobId, 'extend', { until: inAnHour() })).json()).toMatchObject({
    possible: false,
    reason: 'not_running',
    detail: 'No workflow runs this job any more. Its credits return by themselves; submit it anew.',
  });
});

it('a dry run is refused without the scope, with an invalid body, and for an unknown job', async () => {
  const path = `/v1/jobs/${delivered}/refund`;
  expectProblem(await send(path, { dry_run: true }, account.key), 403, 'forbidden');
  expectProblem(await send(path, { dry_run: 'yes' }), 400, 'invalid_request');
  expectProblem(await dryRun(`job_${'a'.repeat(26)}`, 'refund'), 404, 'not_found');
  const { jobId } = await api.admitJob(account.accountId, 'in the past');
  const past = await dryRun(jobId, 'extend', { until: '2020-01-01T00:00:00Z' });
  expectProblem(past, 400, 'invalid_request');
});

it('a dry run of a decision says what it would do, before and after the review is decided', async () => {
  const decide = (decision: string, more: object = { dry_run: true }) =>
    send(`/v1/reviews/${reviewId}/decision`, { decision, ...more });
  expect((await decide('refund')).json()).toMatchObject({
    possible: true,
    would: ['returns 35 credits to the sign-up grant, which does not end'],
  });
  expect((await decide('free_retry')).json()).toMatchObject({
    would: ['makes the output once more, at no credits'],
  });
  expect((await decide('deny', {})).json()).toMatchObject({ state: 'decided', decision: 'deny' });
  expect((await decide('refund')).json()).toMatchObject({ possible: false, reason: 'decided_otherwise' });
  expect((await decide('deny')).json()).toMatchObject({
    would: ['changes nothing: it was decided so before'],
  });
});

it('the option --dry-run prints what a command would do, or why it is not possible', async () => {
  const refund = ['job', 'refund', delivered, '--reason', 'r', '--dry-run'];
  const said = await runHoldfast(api, refund);
  expect([said.code, said.stdout]).toEqual([
    0,
    'It would, as things are now:\n  returns 35 credits to the sign-up grant, which does not end\n(Nothing was done.)\n',
  ]);
  const json = await runHoldfast(api, [...refund, '--json']);
  expect(JSON.parse(json.stdout)).toMatchObject({ possible: true });
  const release = await runHoldfast(api, ['job', 'release', delivered, '--reason', 'r', '--dry-run']);
  expect(release.stdout).toMatch(/^Not possible now\. The job has ended/);
  const review = ['review', 'decide', reviewId, 'refund', '--reason', 'r', '--dry-run'];
  expect((await runHoldfast(api, review)).stdout).toMatch(/^Not possible now\. The review has been decided/);
});
