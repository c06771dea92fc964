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
  it('is a 304 to a reader that has its tag', async () => {
    const { headers } = await api.call('/openapi.json');
    const again = await api.call('/openapi.json', {
      headers: { 'If-None-Match': headers.get('etag') ?? '' },
    });
    expect([again.status, again.text]).toEqual([304, '']);
  });

  it('holds no secret of a key, and no address of this machine', () => {
    const text = JSON.stringify(document);
    // An example of a key ends where its secret would begin.
    expect(text).not.toMatch(/hf_(?:live|test)_[0-9a-f]{20}_\w/);
    expect(text).not.toMatch(/127\.0\.0\.1|localhost|postgres:/);
  });
});

describe('the pages of /docs', () => {
  it('load scripts and styles of their own origin alone, and hold none inline', async () => {
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
  ])('serve %s', async (file, type) => {
    const { status, headers } = await api.call(`/docs/${file}`);
    expect([status, headers.get('content-type')]).toEqual([200, expect.stringContaining(type)]);
  });

  it.each(['index.html', '__proto__', '..%2Fpackage.json'])('are a 404 for %s', async (file) => {
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

describe('the price list of an account', () => {
  it('that is not there is a 404', async () => {
    const answer = await api.call('/v1/accounts/acct_aaaaaaaaaaaaaaaaaaaaaaaaaa/price_list', {
      method: 'PUT',
      key: api.platformKey,
      body: { price_list: null, reason: 'none of its own' },
    });
    expectProblem(answer, 404, 'not_found');
  });
});

describe('a command of support', () => {
  it.each([
    ['extend', { until: new Date(Date.now() + 3_600_000).toISOString() }],
    ['restart', { from_attempt: 1 }],
    ['resolve', { outcome: 'ran' }],
    ['refund', {}],
    ['release', {}],
  ])('%s with other content under a used key is refused', async (command, body) => {
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
