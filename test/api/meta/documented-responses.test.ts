import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OpenApiDocument } from '../../../api/document/document-types.ts';
import { PROBLEMS } from '../../../contract/problems.ts';
import { createApiFixture, expectProblem, type ApiFixture, type TestAccount } from '../api-fixture.ts';

let api: ApiFixture;
let account: TestAccount;
let document: OpenApiDocument;

beforeAll(async () => {
  api = await createApiFixture();
  account = await api.openAccount();
  document = (await api.call('/openapi.json')).json<OpenApiDocument>();
});
afterAll(() => api.close());

describe('the document, as it is served', () => {
  it('is 304 to a reader who has it', async () => {
    const { headers } = await api.call('/openapi.json');
    const again = await api.call('/openapi.json', {
      headers: { 'If-None-Match': headers.get('etag') ?? '' },
    });
    expect([again.status, again.text]).toEqual([304, '']);
  });

  it('has no key of ours in it, nor an address of this machine', () => {
    const text = JSON.stringify(document);
    // An example of a key ends where its secret would begin.
    expect(text).not.toMatch(/hf_(?:live|test)_[0-9a-f]{20}_\w/);
    expect(text).not.toMatch(/127\.0\.0\.1|localhost|postgres:/);
  });
});

describe('the pages of /docs', () => {
  it('may run scripts and use styles of this origin alone, and none that stand in the page', async () => {
    const { status, headers, text } = await api.call('/docs');
    expect(status).toBe(200);
    expect(headers.get('content-security-policy')).toMatch(
      /default-src 'none'; script-src 'self'; style-src 'self'/,
    );
    expect(headers.get('content-security-policy')).not.toContain('unsafe');
    expect(text).not.toMatch(/<style|<script>|https?:/);
  });

  it.each([
    ['swagger-ui-bundle.js', 'text/javascript'],
    ['swagger-ui.css', 'text/css'],
    ['start.js', 'text/javascript'],
  ])('have %s', async (file, type) => {
    const { status, headers } = await api.call(`/docs/${file}`);
    expect([status, headers.get('content-type')]).toEqual([200, expect.stringContaining(type)]);
  });

  it.each(['index.html', '__proto__', '..%2Fpackage.json'])('have no %s', async (file) => {
    expectProblem(await api.call(`/docs/${file}`), 404, 'not_found');
  });
});

describe('the page of a problem', () => {
  it.each(Object.entries(PROBLEMS))('says cause and cure: %s', async (code, { title, cause, advice }) => {
    const { status, headers, text } = await api.call(`/problems/${code}`);
    expect(status).toBe(200);
    expect(text).toContain(`<h1>${title}</h1>`);
    const shown = text.replaceAll(/<code>([^<]*)<\/code>/g, '`$1`');
    expect(shown).toContain(`<h2>Why</h2>\n<p>${cause}</p>`);
    expect(shown).toContain(`<h2>What to do</h2>\n<p>${advice} `);
    const style = /<style>([^]*)<\/style>/.exec(text)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(headers.get('content-security-policy')).toBe(`default-src 'none'; style-src 'sha256-${hash}'`);
  });
});

describe('a list of every account’s', () => {
  it.each(['/v1/reviews', '/v1/repairs'])('%s has none of an account that is not there', async (path) => {
    const headers = { 'Holdfast-Account': 'acct_aaaaaaaaaaaaaaaaaaaaaaaaaa' };
    expectProblem(await api.call(path, { key: api.platformKey, headers }), 404, 'not_found');
  });
});

describe('the price list of an account', () => {
  const put = (accountId: string) =>
    api.call(`/v1/accounts/${accountId}/price_list`, {
      method: 'PUT',
      key: api.platformKey,
      body: { price_list: null, reason: 'none of its own' },
    });

  it('is set', async () => {
    const answer = await put(account.accountId);
    expect([answer.status, answer.json()]).toMatchObject([200, { price_list: null }]);
  });
  it('is not set of an account that is not there', async () => {
    expectProblem(await put('acct_aaaaaaaaaaaaaaaaaaaaaaaaaa'), 404, 'not_found');
  });
});

describe('a command of support', () => {
  it.each([
    ['extend', { until: new Date(Date.now() + 3_600_000).toISOString() }],
    ['restart', { from_attempt: 1 }],
    ['resolve', { outcome: 'ran' }],
    ['refund', {}],
    ['release', {}],
  ])('%s is another under a key that was used', async (command, body) => {
    const { jobId } = await api.admitJob(account.accountId, `reused-${command}`);
    const send = (reason: string) =>
      api.call(`/v1/jobs/${jobId}/${command}`, {
        key: api.platformKey,
        headers: { 'Idempotency-Key': `reused-${command}` },
        body: { reason, ...body },
      });
    await send('one');
    expectProblem(await send('another'), 422, 'idempotency_key_reused');
  });
});
