import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createAssetNeeds, LATE_RESULT_DAYS } from '../../assets/asset-sweep.ts';
import {
  commitOf,
  createJobsFixture,
  jobItem,
  outputOf,
  releaseOf,
  type JobsFixture,
} from './jobs-fixture.ts';

const LOGO = 'https://example.com/logo.png';
const DAY_MS = 24 * 3_600_000;

let jobs: JobsFixture;
let account: string;
let accounts = 0;
beforeAll(async () => {
  jobs = await createJobsFixture();
});
beforeEach(async () => {
  await jobs.setClock(new Date());
  account = await jobs.openAccount(`acct_${String(++accounts)}`, 1_000);
});
afterEach(() => jobs.expectReconciled());
afterAll(() => jobs.close());

/** A name that no other test has: the same bytes may be needed elsewhere. */
const nameOf = (what: string) => `${account}-${what}`;
const unneeded = (...names: readonly string[]) => createAssetNeeds(jobs.worker).unneededOf(names);

/** A job whose brief refers to the logo, which is kept under a name. */
async function admitWithLogo(
  jobId: string,
  sha256: string,
  { outputs = 1, work = {}, retentionDays = null as number | null } = {},
) {
  const item = jobItem(
    account,
    jobId,
    { admit_by: new Date(Date.now() + DAY_MS * 60).toISOString() },
    outputs,
  ) as {
    outputs: readonly { work: object }[];
  };
  const brief = { headline: 'A kettle', reference_asset_urls: [LOGO] };
  await jobs.admit([
    {
      ...item,
      outputs: item.outputs.map((one) => ({
        ...one,
        retention_days: retentionDays,
        work: { ...one.work, brief, ...work },
      })),
    },
  ]);
  await jobs.call('claim_references', account, jobId, outputOf(jobId), 60);
  await jobs.call('resolve_reference', account, jobId, LOGO, null, sha256, 'image/png', 100);
}

async function collect(jobId: string, sha256: string) {
  const reference = `att_${jobId}_0_render_1`;
  await jobs.call(
    'begin_attempt',
    account,
    jobId,
    outputOf(jobId),
    'render',
    1,
    reference,
    'local',
    'here',
    true,
  );
  await jobs.call('move_attempt', account, reference, ['posting'], 'accepted', 'p1', null);
  await jobs.call('record_asset', account, reference, sha256, 'image/png', 100, 'yes', null);
}

test('a file that no row names is not needed', async () => {
  expect(await unneeded(nameOf('a'), nameOf('b'))).toEqual([nameOf('a'), nameOf('b')]);
  expect(await unneeded()).toEqual([]);
});

test('the reference picture of a job that runs is needed, and not once the job has failed', async () => {
  const logo = nameOf('logo');
  await admitWithLogo('j', logo);
  expect(await unneeded(logo)).toEqual([]);
  await jobs.settleOutputs([releaseOf(account, 'j')]);
  expect(await unneeded(logo)).toEqual([logo]);
});

test('a picture is needed while an output of its job may be made or was delivered: an edit and a free retry take it', async () => {
  const logo = nameOf('logo');
  await admitWithLogo('j', logo, { outputs: 2 });
  await jobs.settleOutputs([releaseOf(account, 'j', 'provider_failed', 1)]);
  expect(await unneeded(logo)).toEqual([]);
  await collect('j', nameOf('picture'));
  await jobs.settleOutputs([commitOf(account, 'j')]);
  expect(await unneeded(logo, nameOf('picture'))).toEqual([]);

  // An edit that fails gives up its own share only.
  await admitWithLogo('edit', logo, { work: { source_output_id: outputOf('j') } });
  await jobs.settleOutputs([releaseOf(account, 'edit')]);
  expect(await unneeded(logo)).toEqual([]);
});

test('what was delivered is needed until it expires, and so are the pictures of its brief', async () => {
  const [logo, picture] = [nameOf('logo'), nameOf('picture')];
  await admitWithLogo('j', logo, { retentionDays: 30 });
  await collect('j', picture);
  expect(await unneeded(logo, picture)).toEqual([]);
  await jobs.settleOutputs([commitOf(account, 'j')]);
  const endedDaysAgo = (days: number) =>
    jobs.owner.query(
      'UPDATE jobs.outputs SET expires_at = now() + make_interval(days => retention_days - $2) WHERE account_id = $1',
      [account, days],
    );
  await endedDaysAgo(29);
  expect(await unneeded(logo, picture)).toEqual([]);
  await endedDaysAgo(31);
  expect(await unneeded(logo, picture)).toEqual([logo, picture]);

  // Another output that is kept forever needs the same bytes.
  await admitWithLogo('forever', logo);
  expect(await unneeded(logo, picture)).toEqual([picture]);
});

test('a late result is kept for support for some days, and then unneeded', async () => {
  const late = nameOf('late');
  await admitWithLogo('j', nameOf('logo'));
  await collect('j', late);
  const agesBy = (days: number) =>
    jobs.owner.query(
      `UPDATE jobs.attempts SET posted_at = posted_at - make_interval(days => $2), resolved_at = resolved_at - make_interval(days => $2)
       WHERE sha256 = $1`,
      [late, days],
    );
  await agesBy(LATE_RESULT_DAYS - 1);
  await jobs.settleOutputs([releaseOf(account, 'j')]);
  expect(await unneeded(late)).toEqual([]);
  await agesBy(LATE_RESULT_DAYS + 1);
  expect(await unneeded(late)).toEqual([late]);
});

test('the database has an identity', async () => {
  expect(await createAssetNeeds(jobs.worker).identity()).toMatch(/^\w+@\d+$/);
});
