import { expect, test } from 'vitest';
import { withFreshAccounts } from '../ledger/fresh-accounts.ts';
import {
  commitOf,
  createJobsFixture,
  jobItem,
  outputOf,
  releaseOf,
  type JobsFixture,
} from './jobs-fixture.ts';

const NOW = new Date('2026-03-01T00:00:00Z');
const LEASE_SECONDS = 60;
const [LOGO, SHOT] = ['https://example.com/logo.png', 'https://example.com/shot.jpg'];

let jobs: JobsFixture;
let account: string;
withFreshAccounts(createJobsFixture, { now: NOW, credits: 1_000 }, (fixture, fresh) => {
  jobs = fixture;
  account = fresh;
});

async function admit(
  jobId: string,
  urls: readonly string[],
  {
    outputs = 1,
    work = {},
    of = account,
    retentionDays = null as number | null,
    admitBy = new Date(NOW.getTime() + 1e6),
  } = {},
) {
  const item = jobItem(of, jobId, { admit_by: admitBy.toISOString() }, outputs) as {
    outputs: readonly { work: object }[];
  };
  const brief = { headline: 'A kettle', reference_asset_urls: urls };
  await jobs.admit([
    {
      ...item,
      outputs: item.outputs.map((output) => ({
        ...output,
        retention_days: retentionDays,
        work: { ...output.work, brief, ...work },
      })),
    },
  ]);
}

const claim = async (jobId: string, { index = 0, of = account } = {}) =>
  (await jobs.call('claim_references', of, jobId, outputOf(jobId, index), LEASE_SECONDS)).map((row) => [
    row['place'],
    row['url'],
    row['state'],
  ]);
const keep = (jobId: string, url: string, sha256 = 'f00d', of = account) =>
  jobs.call('resolve_reference', of, jobId, url, null, sha256, 'image/png', 100);
const refuse = (jobId: string, url: string) =>
  jobs.call('resolve_reference', account, jobId, url, 'too_large', null, null, null);
const workOf = async (jobId: string, of = account) =>
  (await jobs.call('prepare_attempt', of, outputOf(jobId), `att_${jobId}`))[0]?.['work'];

test('each address of a brief is claimed once, in its order, and is not claimed again once it is kept', async () => {
  await admit('j', [SHOT, LOGO, SHOT]);
  expect(await claim('j')).toEqual([
    [1, SHOT, 'mine'],
    [2, LOGO, 'mine'],
  ]);
  await keep('j', SHOT);
  expect(await claim('j')).toEqual([
    [1, SHOT, 'kept'],
    [2, LOGO, 'mine'],
  ]);
});

test('an output waits for another one’s claim, and takes it over when its lease has ended', async () => {
  await admit('j', [LOGO], { outputs: 2 });
  expect(await claim('j')).toEqual([[1, LOGO, 'mine']]);
  expect(await claim('j', { index: 1 })).toEqual([[1, LOGO, 'busy']]);
  await jobs.setClock(new Date(NOW.getTime() + LEASE_SECONDS * 1_000));
  expect(await claim('j', { index: 1 })).toEqual([[1, LOGO, 'mine']]);
  expect(await claim('j')).toEqual([[1, LOGO, 'busy']]);
});

test('of many outputs that claim an address at once, one gets it', async () => {
  await admit('j', [LOGO], { outputs: 8 });
  const claims = await Promise.all(Array.from({ length: 8 }, (_, index) => claim('j', { index })));
  expect(claims.filter(([first]) => first?.[2] === 'mine')).toHaveLength(1);
});

test('the first result of an address stands', async () => {
  await admit('j', [LOGO, SHOT]);
  await claim('j');
  await keep('j', LOGO, 'f00d');
  await keep('j', LOGO, 'beef');
  await refuse('j', LOGO);
  await refuse('j', SHOT);
  await keep('j', SHOT);
  expect(await claim('j')).toMatchObject([
    [1, LOGO, 'kept'],
    [2, SHOT, 'refused'],
  ]);
  expect(await workOf('j')).toMatchObject({
    reference_assets: [{ sha256: 'f00d', content_type: 'image/png', bytes: 100 }],
  });
});

test('the model gets the kept pictures in the order of the brief, and no address', async () => {
  await admit('j', [SHOT, LOGO]);
  await claim('j');
  await keep('j', LOGO, 'b000');
  await keep('j', SHOT, 'a000');
  expect(await workOf('j')).toEqual({
    kind: 'static_ad',
    brief: { headline: 'A kettle' },
    reference_assets: ['a000', 'b000'].map((sha256) => ({ sha256, content_type: 'image/png', bytes: 100 })),
  });
});

test('an output without pictures, an ended one and an unknown one claim nothing', async () => {
  await jobs.admit([jobItem(account, 'plain', { admit_by: new Date(NOW.getTime() + 1e6).toISOString() })]);
  expect(await claim('plain')).toEqual([]);
  expect(await workOf('plain')).toEqual({ kind: 'static_ad' });
  await admit('ended', [LOGO]);
  await jobs.settleOutputs([releaseOf(account, 'ended')]);
  expect(await claim('ended')).toEqual([]);
  expect(await claim('nobodys')).toEqual([]);
});

test('an edit takes the pictures that its source’s job kept, whatever the address returns now', async () => {
  await admit('source', [LOGO]);
  await claim('source');
  await keep('source', LOGO, 'c0de');
  await jobs.bringToAsset(account, 'source');
  await jobs.settleOutputs([commitOf(account, 'source')]);
  await admit('edit', [LOGO, SHOT], { work: { source_output_id: outputOf('source') } });
  expect(await claim('edit')).toEqual([
    [1, LOGO, 'kept'],
    [2, SHOT, 'mine'],
  ]);
  await admit('unrelated', [LOGO]);
  expect(await claim('unrelated')).toEqual([[1, LOGO, 'mine']]);
});

test('an edit fetches anew what its source’s job had kept, once that has expired', async () => {
  await admit('source', [LOGO], { retentionDays: 30 });
  await claim('source');
  await keep('source', LOGO, 'c0de');
  await jobs.bringToAsset(account, 'source');
  await jobs.settleOutputs([commitOf(account, 'source')]);
  const DAY_MS = 24 * 3_600_000;
  const edit = {
    work: { source_output_id: outputOf('source') },
    admitBy: new Date(NOW.getTime() + 40 * DAY_MS),
  };
  await jobs.setClock(new Date(NOW.getTime() + 29 * DAY_MS));
  await admit('early', [LOGO], edit);
  expect(await claim('early')).toEqual([[1, LOGO, 'kept']]);
  await jobs.setClock(new Date(NOW.getTime() + 31 * DAY_MS));
  await admit('late', [LOGO], edit);
  expect(await claim('late')).toEqual([[1, LOGO, 'mine']]);
});

test('two accounts with the same job, address and all see nothing of each other (invariant 12)', async () => {
  const other = await jobs.openAccount(`${account}_other`, 100);
  await admit('j', [LOGO]);
  await admit('j', [LOGO], { of: other });
  expect(await claim('j')).toEqual([[1, LOGO, 'mine']]);
  expect(await claim('j', { of: other })).toEqual([[1, LOGO, 'mine']]);
  await keep('j', LOGO, 'a11ce');
  expect(await claim('j', { of: other })).toEqual([[1, LOGO, 'mine']]);
  expect(await workOf('j', other)).toMatchObject({ reference_assets: [] });
  await keep('j', LOGO, 'b0b', other);
  expect(await workOf('j')).toMatchObject({ reference_assets: [{ sha256: 'a11ce' }] });
  expect(await workOf('j', other)).toMatchObject({ reference_assets: [{ sha256: 'b0b' }] });
});
