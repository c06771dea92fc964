import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { outputReferencePage } from '../../../contract/shapes/output-shapes.ts';
import { outputIdOf } from '../../../domain/ids.ts';
import { createReferences } from '../../../jobs/outputs/reference-records.ts';
import { PIXEL } from '../../activities/asset-server.ts';
import { createApiFixture, expectProblem, type ApiFixture, type TestAccount } from '../api-fixture.ts';
import { deliver } from '../job-ending.ts';

const URLS = ['https://a.example/bread.png?signature=1', 'https://a.example/gone.png'];

let api: ApiFixture;
let account: TestAccount;
let jobId: string;
let outputId: string;
beforeAll(async () => {
  api = await createApiFixture();
  account = await api.openAccount();
  const brief = { headline: 'A kettle', reference_asset_urls: URLS };
  ({ jobId } = await api.admitJob(account.accountId, 'refers', { kind: 'static_ad', brief }));
  outputId = outputIdOf(jobId, 0);
});
afterAll(() => api.close());

const get = (path: string, headers: Record<string, string> = {}, key = account.key) =>
  api.call(`/v1/outputs/${outputId}/references${path}`, { key, headers });

it('the references of an output list each picture of its brief with its state, and those that are kept are served', async () => {
  expect((await get('')).json()).toMatchObject({
    data: URLS.map((url, at) => ({ number: at + 1, url, state: 'fetching', content_url: null })),
  });
  expectProblem(await get('/1/content'), 404, 'not_found');
  const references = createReferences(api.worker);
  const key = { accountId: account.accountId, jobId, outputId };
  await references.claim(key, 60);
  const { sha256, bytes } = await api.assets.put(Readable.from([PIXEL]));
  await references.resolve(key, URLS[0] ?? '', { asset: { sha256, content_type: 'image/png', bytes } });
  await references.resolve(key, URLS[1] ?? '', { refusal: 'not_found' });
  const { data } = outputReferencePage.parse((await get('')).json());
  expect(data).toMatchObject([
    { state: 'kept', content_type: 'image/png', bytes: PIXEL.length, detail: null },
    { state: 'refused', content_url: null, detail: expect.stringMatching(/not there/) },
  ]);
  expect(data[0]?.content_url).toBe(`/v1/outputs/${outputId}/references/1/content`);

  const whole = await get('/1/content');
  expect([whole.status, whole.headers.get('content-type')]).toEqual([200, 'image/png']);
  expect(whole.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
  expect(whole.headers.get('etag')).toBe(`"${sha256}"`);
  expect((await get('/1/content', { 'If-None-Match': `"${sha256}"` })).status).toBe(304);
  expect((await get('/1/content', { Range: 'bytes=0-3' })).status).toBe(206);
  expectProblem(await get('/1/content', { Range: 'bytes=9999999-' }), 416, 'range_not_satisfiable');
  for (const number of ['2', '3', '0', '01', 'x']) {
    expectProblem(await get(`/${number}/content`), 404, 'not_found');
  }
});

it('the references of an output are read by its account, and by support that names the account', async () => {
  const other = await api.openAccount();
  for (const path of ['', '/1/content']) {
    expectProblem(await get(path, {}, other.key), 404, 'not_found');
    const named = await get(path, { 'Holdfast-Account': account.accountId }, api.platformKey);
    expect(named.status).toBe(200);
  }
});

it('the references of an output are a 410 once the outputs of the job have expired', async () => {
  await deliver(api, account.accountId, jobId, Buffer.from('picture'));
  await api.owner.query('UPDATE jobs.outputs SET expires_at = now() WHERE job_id = $1', [jobId]);
  expect((await get('')).json()).toMatchObject({ data: [{ state: 'kept', content_url: null }, {}] });
  expectProblem(await get('/1/content'), 410, 'content_expired');
});
