import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAssetNeeds, createAssetSweep } from '../../../assets/asset-sweep.ts';
import type { Catalogue } from '../../../contract/defined-catalogue.ts';
import { SUPERSCALE } from '../../harness/superscale.ts';
import { createApiFixture, expectProblem, type ApiFixture } from '../api-fixture.ts';
import { runHoldfast } from '../commands/run-holdfast.ts';
import { deliver, fail } from '../job-ending.ts';

const RETENTION_DAYS = 30;
const DAY_MS = 24 * 3_600_000;

/** Static ads are kept for a while, other kinds forever. */
const CATALOGUE: Catalogue = {
  ...SUPERSCALE,
  kinds: SUPERSCALE.kinds.map((kind) =>
    kind.name === 'static_ad' ? { ...kind, retentionDays: RETENTION_DAYS } : kind,
  ),
};

let api: ApiFixture;
beforeAll(async () => {
  api = await createApiFixture({ catalogue: CATALOGUE });
});
afterAll(async () => {
  await api.expectReconciled();
  await api.close();
});

type Output = { readonly id: string; readonly content_url: string; readonly expires_at: string | null };
type Job = { readonly finished_at: string; readonly outputs: readonly [Output] };

test('the content of an output is a 410 after its expires_at, and its record stays', async () => {
  const { accountId, key } = await api.openAccount();
  const get = (path: string, method = 'GET') => api.call(path, { method, key });
  const { jobId } = await api.admitJob(accountId, 'kept for a while');
  const outputOf = async () => (await get(`/v1/jobs/${jobId}`)).json<Job>().outputs[0];
  expect((await outputOf()).expires_at).toBeNull();
  await deliver(api, accountId, jobId, Buffer.from('picture'));

  const { finished_at: finishedAt, outputs } = (await get(`/v1/jobs/${jobId}`)).json<Job>();
  const expiresAt = Date.parse(finishedAt) + RETENTION_DAYS * DAY_MS;
  const [{ id, content_url: contentUrl }] = outputs;
  expect(outputs[0].expires_at).toBe(new Date(expiresAt).toISOString());
  expect((await get(`/v1/outputs/${id}`)).json()).toMatchObject({ expires_at: outputs[0].expires_at });
  const shown = await runHoldfast(api, ['output', 'show', id]);
  expect(shown.stdout).toMatch(
    new RegExp(`^Kept until +${outputs[0].expires_at?.slice(0, 10) ?? 'never'}`, 'm'),
  );

  await api.database.setClock(new Date(expiresAt - 1_000));
  expect((await get(contentUrl)).text).toBe('picture');
  await api.database.setClock(new Date(expiresAt + 1_000));
  expectProblem(await get(contentUrl), 410, 'content_expired');
  expect((await get(contentUrl, 'HEAD')).status).toBe(410);
  // What it was stays on record.
  expect((await get(`/v1/outputs/${id}`)).json()).toMatchObject({ state: 'succeeded', bytes: 7 });
  await api.database.setClock(null);
});

test('the sweep removes the bytes of an expired output and none before, and its content stays a 410', async () => {
  const { accountId, key } = await api.openAccount();
  const { jobId } = await api.admitJob(accountId, 'swept');
  const { outputId, sha256 } = await deliver(api, accountId, jobId, Buffer.from('swept'));
  const content = () => api.call(`/v1/outputs/${outputId}/content`, { key });
  /** A sweep some days from now: files are set aside and removed when they are a day old. */
  const sweepIn = async (days: number) => {
    const now = () => Date.now() + days * DAY_MS;
    const { sweepSection } = createAssetSweep(api.assets, createAssetNeeds(api.worker), now);
    for (const section of ['leaving', sha256.slice(0, 2)]) await sweepSection(section);
  };
  await sweepIn(2);
  await sweepIn(4);
  expect(await content()).toMatchObject({ status: 200, text: 'swept' });

  await api.owner.query(
    'UPDATE jobs.outputs SET expires_at = now() - make_interval(secs => 1) WHERE output_id = $1',
    [outputId],
  );
  expectProblem(await content(), 410, 'content_expired');
  const stored = async () => (await api.assets.open(sha256))?.stream.toArray();
  await sweepIn(2);
  expect(await stored()).toEqual([Buffer.from('swept')]);
  await sweepIn(4);
  expect(await stored()).toBeUndefined();
  expectProblem(await content(), 410, 'content_expired');
  expect((await api.call(`/v1/outputs/${outputId}`, { key })).json()).toMatchObject({ sha256, bytes: 5 });
});

test('an output that failed, and one of a kind that is kept forever, has no expires_at', async () => {
  const { accountId, key } = await api.openAccount();
  const read = async (jobId: string) => (await api.call(`/v1/jobs/${jobId}`, { key })).json<Job>();
  const failed = (await api.admitJob(accountId, 'fails')).jobId;
  await fail(api, accountId, failed);
  expect((await read(failed)).outputs[0].expires_at).toBeNull();
  const film = await api.admitJob(accountId, 'film', {
    kind: 'video_ad',
    brief: { headline: 'A kettle' },
    duration_seconds: 15,
    quality: 'draft',
  });
  const { outputId } = await deliver(api, accountId, film.jobId, Buffer.from('film'));
  expect((await read(film.jobId)).outputs[0].expires_at).toBeNull();
  expect((await runHoldfast(api, ['output', 'show', outputId])).stdout).toMatch(/^Kept until +–$/m);
});

test('the catalogue says for how long each kind is kept', async () => {
  const { key } = await api.openAccount();
  const { kinds } = (await api.call('/v1/catalogue', { key })).json<{
    kinds: readonly { name: string; retention_days: number | null }[];
  }>();
  expect(kinds.map((kind) => [kind.name, kind.retention_days])).toEqual([
    ['static_ad', RETENTION_DAYS],
    ['video_ad', null],
  ]);
});
