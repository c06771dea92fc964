import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createOutputLinks } from '../../../api/jobs/output-links.ts';
import { createApiFixture, expectProblem, type ApiFixture, type TestAccount } from '../api-fixture.ts';
import { deliver } from '../job-ending.ts';

type Link = { readonly url: string; readonly expires_at: string };

let api: ApiFixture;
let account: TestAccount;
let outputId: string;
let now = Date.now();
const logged: string[] = [];
const log = pino(
  { level: 'trace' },
  new Writable({
    write(chunk: Buffer, _encoding, done) {
      logged.push(chunk.toString('utf8'));
      done();
    },
  }),
);
const BYTES = Buffer.from('a whole picture');
beforeAll(async () => {
  api = await createApiFixture({
    log,
    now: () => now,
    rateLimits: { address: { perSecond: 0.001, burst: 8 } },
  });
  account = await api.openAccount();
  const { jobId } = await api.admitJob(account.accountId, 'linked');
  ({ outputId } = await deliver(api, account.accountId, jobId, BYTES));
});
afterAll(() => api.close());

const makeLink = (of = outputId, body: object = {}, key = account.key) =>
  api.call(`/v1/outputs/${of}/links`, { key, body });
const pathOf = ({ url }: Link) => url.slice(api.url.length);
const linked = async (body?: object) => pathOf((await makeLink(outputId, body)).json<Link>());

it('a link to an output returns its content without a key, with the ranges, the tag and the headers of the content', async () => {
  const answer = await makeLink(outputId, { expires_in_seconds: 600 });
  expect(answer.status).toBe(201);
  const link = answer.json<Link>();
  expect(Math.abs(new Date(link.expires_at).getTime() - now - 600_000)).toBeLessThan(1_000);
  const path = pathOf(link);
  const whole = await api.call(path);
  const keyed = await api.call(`/v1/outputs/${outputId}/content`, { key: account.key });
  expect([whole.status, whole.text]).toEqual([200, BYTES.toString()]);
  for (const name of [
    'content-type',
    'content-disposition',
    'content-security-policy',
    'etag',
    'accept-ranges',
  ]) {
    expect(whole.headers.get(name), name).toBe(keyed.headers.get(name));
  }
  expect(whole.headers.get('x-content-type-options')).toBe('nosniff');
  expect(whole.headers.get('referrer-policy')).toBe('no-referrer');
  // No copy of it is believed for longer than the link.
  expect(Number(/max-age=(\d+)/.exec(whole.headers.get('cache-control') ?? '')?.[1])).toBeLessThanOrEqual(
    600,
  );
  const part = await api.call(path, { headers: { Range: 'bytes=2-6' } });
  expect([part.status, part.text, part.headers.get('content-range')]).toEqual([
    206,
    'whole',
    `bytes 2-6/${String(BYTES.length)}`,
  ]);
  const etag = whole.headers.get('etag') ?? '';
  expect((await api.call(path, { headers: { 'If-None-Match': etag } })).status).toBe(304);
  expect((await api.call(path, { method: 'HEAD' })).headers.get('content-length')).toBe(String(BYTES.length));
  expectProblem(await api.call(path, { headers: { Range: 'bytes=99-' } }), 416, 'range_not_satisfiable');
});

it('a link lasts an hour by default, and a day at most', async () => {
  const { expires_at: end } = (
    await api.call(`/v1/outputs/${outputId}/links`, { method: 'POST', key: account.key })
  ).json<Link>();
  expect(Math.abs(new Date(end).getTime() - now - 3_600_000)).toBeLessThan(1_000);
  for (const seconds of [0, 86_401, 1.5, '60']) {
    expectProblem(await makeLink(outputId, { expires_in_seconds: seconds }), 400, 'invalid_request');
  }
  expect((await makeLink(outputId, { expires_in_seconds: 86_400 })).status).toBe(201);
});

it('a link is made to a delivered output alone, by a key that may read it', async () => {
  const other = await api.openAccount();
  expectProblem(await makeLink(outputId, {}, other.key), 404, 'not_found');
  const { jobId } = await api.admitJob(account.accountId, 'not delivered');
  expectProblem(await makeLink(jobId.replace('job_', 'out_') + '_0'), 404, 'not_found');
  expectProblem(
    await makeLink(outputId, {}, await api.createKey(account.accountId, ['credits:read'])),
    403,
    'forbidden',
  );
});

it('a link is a 503 while PostgreSQL is away, and a 500 on an internal fault', async () => {
  const path = await linked();
  const away = await createApiFixture({ databaseUrl: () => 'postgres://holdfast_api@127.0.0.1:9/none' });
  const foreign = await createApiFixture({ databaseUrl: (url) => new URL('/postgres', url).href });
  expectProblem(await away.call(path), 503, 'unavailable');
  expectProblem(await foreign.call(path), 500, 'internal');
  await Promise.all([away.close(), foreign.close()]);
});

it('a link whose time is over is a 403 that says so', async () => {
  const path = await linked({ expires_in_seconds: 60 });
  const before = now;
  now += 61_000;
  expect(expectProblem(await api.call(path), 403, 'forbidden')).toMatchObject({ reason: 'link_expired' });
  now = before;
  expect((await api.call(path)).status).toBe(200);
});

it('a link that was changed, or signed with another secret, is a 404', async () => {
  const path = await linked();
  const at = (change: (query: URLSearchParams) => void, of = path) => {
    const [place = '', query = ''] = of.split('?');
    const changed = new URLSearchParams(query);
    change(changed);
    return `${place}?${changed.toString()}`;
  };
  const expires = Math.floor(now / 1_000) + 600;
  const forged = createOutputLinks(['another secret']).pathOf({
    accountId: account.accountId,
    outputId,
    expires,
  });
  for (const wrong of [
    at((query) => query.set('expires', String(Number(query.get('expires')) + 1))),
    at((query) => query.set('account', `${account.accountId}x`)),
    at((query) => query.set('signature', '')),
    at((query) => query.set('signature', `${query.get('signature') ?? ''}AA`)),
    path.replace(/_0\//, '_1/'),
    forged,
  ]) {
    expectProblem(await api.call(wrong), 404, 'not_found');
  }
  expectProblem(await api.call(at((query) => query.append('more', '1'))), 400, 'invalid_request');
});

it('a link is signed with the newest secret, and read with the one before it too', () => {
  const link = { accountId: 'acct_a', outputId: 'out_a', expires: 1 };
  const signatureBy = (...secrets: [string, ...string[]]) =>
    new URLSearchParams(createOutputLinks(secrets).pathOf(link).split('?')[1]).get('signature') ?? '';
  const rotated = createOutputLinks(['new', 'old']);
  expect(rotated.isSigned(link, signatureBy('old'))).toBe(true);
  expect(signatureBy('new', 'old')).toBe(signatureBy('new'));
  expect(createOutputLinks(['new']).isSigned(link, signatureBy('old'))).toBe(false);
});

it('a link to content that has expired is a 410, and no new one is made', async () => {
  const path = await linked();
  await api.owner.query(
    "UPDATE jobs.outputs SET expires_at = now() - interval '1 second' WHERE output_id = $1",
    [outputId],
  );
  expectProblem(await api.call(path), 410, 'content_expired');
  expectProblem(await makeLink(), 410, 'content_expired');
});

it('a forged link counts against the limit of its address, and no link is in a log line', async () => {
  const expires = Math.floor(now / 1_000) + 600;
  const forged = createOutputLinks(['guess']).pathOf({ accountId: account.accountId, outputId, expires });
  for (let n = 0; n < 3; n += 1) await api.call(forged);
  expectProblem(await api.call(forged), 429, 'rate_limited');
  const lines = logged.join('');
  expect(lines).toContain(`/v1/outputs/${outputId}/linked_content`);
  expect(lines).not.toMatch(/signature=|expires=/);
});
