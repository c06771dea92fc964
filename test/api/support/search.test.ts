import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { capturePlans } from '../../ledger/database/captured-plans.ts';
import {
  createApiFixture,
  expectProblem,
  STATIC_AD,
  type ApiFixture,
  type TestAccount,
} from '../api-fixture.ts';
import { deliver } from '../job-ending.ts';

type Found = {
  readonly type: string;
  readonly id: string;
  readonly account_id: string;
  readonly job_id: string | null;
};

let api: ApiFixture;
let mine: TestAccount;
let theirs: TestAccount;
let jobId: string;
let ids: Readonly<Record<string, string>>;
beforeAll(async () => {
  api = await createApiFixture();
  mine = await api.openAccount();
  theirs = await api.openAccount();
  ({ jobId } = await api.admitJob(mine.accountId, 'searched'));
  const { outputId } = await deliver(api, mine.accountId, jobId, Buffer.from('picture'));
  const post = async (path: string, body: object) =>
    (await api.call(path, { key: mine.key, body })).json<{ id: string }>().id;
  const named = { key: api.platformKey, headers: { 'Holdfast-Account': mine.accountId } };
  const grants = (await api.call('/v1/balance', { key: mine.key })).json<{ grants: { id: string }[] }>();
  const entries = (await api.call('/v1/entries', { key: mine.key })).json<{ data: { id: string }[] }>();
  const keys = (await api.call('/v1/keys', named)).json<{ data: { id: string }[] }>();
  const endpoint = { url: 'https://hooks.example/secret-path', events: ['job.succeeded'] };
  const { rows } = await api.owner.query<{ reference: string; provider_job_id: string }>(
    'SELECT reference, provider_job_id FROM jobs.attempts WHERE job_id = $1',
    [jobId],
  );
  ids = {
    account: mine.accountId,
    job: jobId,
    output: outputId,
    attempt: rows[0]!.reference,
    provider_job: rows[0]!.provider_job_id,
    reservation: outputId.replace('out_', 'rsv_'),
    grant: grants.grants[0]!.id,
    entry: entries.data[0]!.id,
    quote: await post('/v1/quotes', STATIC_AD),
    webhook_endpoint: (await api.call('/v1/webhook_endpoints', { ...named, body: endpoint })).json<{
      id: string;
    }>().id,
    review: await post(`/v1/outputs/${outputId}/reports`, { category: 'broken' }),
    key: keys.data[0]!.id,
  };
});
afterAll(() => api.close());

const find = async (q: string, headers: Record<string, string> = {}) => {
  const answer = await api.call(`/v1/search?q=${encodeURIComponent(q)}`, { key: api.platformKey, headers });
  expect(answer.status, answer.text).toBe(200);
  return answer.json<{ data: Found[] }>().data;
};

it('a search for any kind of id returns its type, its account and its job', async () => {
  const ofJob = ['job', 'output', 'attempt', 'provider_job', 'reservation', 'review'];
  for (const [type, id] of Object.entries(ids)) {
    const expected = {
      type,
      id,
      account_id: mine.accountId,
      ...(ofJob.includes(type) ? { job_id: jobId } : {}),
    };
    expect(await find(id), type).toMatchObject([expected]);
    expect(await find(id, { 'Holdfast-Account': mine.accountId }), type).toHaveLength(1);
    expect(await find(id, { 'Holdfast-Account': theirs.accountId }), type).toEqual([]);
  }
  expect(JSON.stringify(await find(ids['webhook_endpoint']!))).not.toContain('secret-path');
});

it('a search for a text with an id in it, such as the address of a page, finds what has the id', async () => {
  const run = '019e5c1c-6b8f-7a53-9f0e-2f6a1f0f6a11';
  const texts = [
    `https://holdfast.example/console#/jobs/${jobId}?state=failed`,
    `http://localhost:8233/namespaces/default/workflows/${jobId}/${run}/history`,
    `  “${jobId}”. `,
    jobId.toUpperCase(),
  ];
  for (const text of texts) expect(await find(text), text).toMatchObject([{ type: 'job', id: jobId }]);
  const address = `https://holdfast.example/console#/accounts/${mine.accountId}`;
  expect(await find(address)).toMatchObject([{ type: 'account', id: mine.accountId }]);
  expect(await find(address, { 'Holdfast-Account': theirs.accountId })).toEqual([]);
  expect(await find(`${jobId}x`)).toEqual([]);
});

it('a search for a platform key says its name, what it may do, since when, and whether it was revoked', async () => {
  const body = { name: 'night shift', scopes: ['support', 'jobs:read'], account_id: null };
  const { id } = (await api.call('/v1/keys', { key: api.platformKey, body })).json<{ id: string }>();
  const works = /^night shift, may support jobs:read, made \d{4}-\d\d-\d\d$/;
  expect(await find(id)).toMatchObject([
    { type: 'key', account_id: null, job_id: null, label: expect.stringMatching(works) },
  ]);
  await api.call(`/v1/keys/${id}`, { key: api.platformKey, method: 'DELETE' });
  expect(await find(id)).toMatchObject([{ label: expect.stringMatching(/, revoked \d{4}-\d\d-\d\d$/) }]);
});

it('a search finds accounts by reference and by the beginning of a name, 20 at most', async () => {
  const open = (name: string, reference: string) =>
    api.call('/v1/accounts', { key: api.platformKey, body: { name, reference } });
  await open('Ärzte & Co', 'crm-100');
  for (let n = 0; n < 22; n += 1) await open(`Harbour ${String(n)}`, `harbour-${String(n)}`);
  expect(await find('crm-100')).toMatchObject([{ type: 'account', label: 'Ärzte & Co' }]);
  expect(await find('ärzte')).toMatchObject([{ label: 'Ärzte & Co' }]);
  expect(await find(' HARBOUR 2 ')).toMatchObject([
    { label: 'Harbour 2' },
    { label: 'Harbour 20' },
    { label: 'Harbour 21' },
  ]);
  expect(await find('harbour')).toHaveLength(20);
  expect(await find('arbour')).toEqual([]);
});

it('a search is refused without a platform key of scope support, without a text, and for an unknown account', async () => {
  const ofAccount = await api.createKey(mine.accountId, ['support']);
  const search = (key: string) => api.call(`/v1/search?q=${jobId}`, { key });
  expectProblem(await search(ofAccount), 403, 'forbidden');
  expectProblem(await search(await api.createKey(null, ['billing:write'])), 403, 'forbidden');
  expectProblem(await search(await api.createKey(null, ['support'], 'test')), 403, 'forbidden');
  expectProblem(await api.call('/v1/search', { key: api.platformKey }), 400, 'invalid_request');
  const headers = { 'Holdfast-Account': 'acct_aaaaaaaaaaaaaaaaaaaaaaaaaa' };
  expectProblem(await api.call('/v1/search?q=x', { key: api.platformKey, headers }), 404, 'not_found');
});

describe('a search for hostile text', () => {
  it.each([
    '%',
    '_',
    `' OR '1'='1`,
    '\\',
    '"; DROP TABLE jobs.jobs; --',
    'entry_x_99999999999999999999999',
    'entry__1',
    'entry_a_9223372036854775808',
    '(((((((((((',
    'job_\u{10FFFF}',
    '𝒽𝒶𝓇𝒷',
    'x'.repeat(200),
  ])('finds nothing: %s', async (q) => {
    expect(await find(q)).toEqual([]);
  });

  it.each(['', '\u0000', 'a\nb', 'x'.repeat(201), '\u200B'])(
    'is refused where the text is empty, too long or has control characters: %j',
    async (q) => {
      const answer = await api.call(`/v1/search?q=${encodeURIComponent(q)}`, { key: api.platformKey });
      expectProblem(answer, 400, 'invalid_request');
    },
  );
});

it('a search reads by indexes, with 20,000 accounts and quotes in the tables', async () => {
  await api.owner.query(`
    INSERT INTO ledger.account_profiles (account_id, name, reference, opened_at)
      SELECT 'acct_many' || n, 'Many ' || n, 'many-' || n, now() FROM generate_series(1, 20000) n;
    INSERT INTO jobs.quotes (account_id, quote_id, fingerprint, price, expires_at)
      SELECT 'acct_many' || n, 'quote_many' || n, '', '{}', now() FROM generate_series(1, 20000) n;`);
  const plans = await capturePlans(api.database.ownerUrl);
  onTestFinished(() => plans.close());
  for (const q of [...Object.values(ids), 'many-7', 'many 77', 'quote_many77', 'nothing']) {
    await plans.client.query('SELECT * FROM jobs.search($1, NULL, 20)', [q]);
    expect(
      plans.takeScans().filter(({ rows, pages }) => rows > 25 || pages > 100),
      q,
    ).toEqual([]);
  }
  expect(plans.planCount()).toBeGreaterThan(10);
});
