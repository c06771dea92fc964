import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawSecret } from '../../../jobs/keys/secret-text.ts';
import { createApiFixture, expectProblem, type Answer, type ApiFixture } from '../api-fixture.ts';

type Session = { readonly csrf_token: string; readonly actor: string; readonly expires_at: string };
type SignedIn = Session & { readonly cookie: string };

let api: ApiFixture;
let supportKey: string;
let accountId: string;
let accountKey: string;
let now = Date.now();
beforeAll(async () => {
  api = await createApiFixture({ now: () => now });
  supportKey = await api.createKey(null, ['support', 'billing:write']);
  ({ accountId, key: accountKey } = await api.openAccount());
});
afterAll(async () => {
  await api.expectReconciled();
  await api.close();
});

const signInWith = (key: string, body: object = { actor: 'Ada Lovelace' }, headers = {}) =>
  api.call('/v1/console_sessions', { key, body, headers });
const cookieOf = (answer: Answer) => (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';

async function signIn(key = supportKey, body?: object): Promise<SignedIn> {
  const answer = await signInWith(key, body);
  expect(answer.status).toBe(201);
  return { ...answer.json<Session>(), cookie: cookieOf(answer) };
}

/** A request as a page of the console makes it; a header that is undefined is left out. */
function byPage(
  { cookie, csrf_token: csrf }: SignedIn,
  path: string,
  {
    method,
    body,
    headers = {},
  }: { method?: string; body?: unknown; headers?: Record<string, string | undefined> } = {},
) {
  const all: Record<string, string | undefined> = {
    Cookie: cookie,
    Origin: api.url,
    'Holdfast-CSRF': csrf,
    'Holdfast-Account': accountId,
    ...headers,
  };
  const sent = Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  return api.call(path, {
    ...(method === undefined ? {} : { method }),
    ...(body === undefined ? {} : { body }),
    headers: sent,
  });
}

const grant = (reference: string) => ({ source: 'goodwill', credits: 5, reason: 'sorry', reference });
const grants = () => `/v1/accounts/${accountId}/grants`;

describe('a console session', () => {
  it('begins with a platform key of scope support, lasts 12 hours, and is a cookie that no script reads', async () => {
    const answer = await signInWith(supportKey);
    expect(answer.status).toBe(201);
    expect(answer.json()).toEqual({
      csrf_token: expect.stringMatching(/^[\w-]{43}$/) as string,
      actor: 'Ada Lovelace',
      expires_at: expect.any(String) as string,
    });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    // The API of this test is plain http on this machine.
    expect(answer.headers.get('set-cookie')).toMatch(
      /^holdfast_console=hf_console_\w[^;]+; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/,
    );
    const lives = new Date(answer.json<Session>().expires_at).getTime() - Date.now();
    expect(lives).toBeGreaterThan(11.9 * 3_600_000);
    expect(lives).toBeLessThanOrEqual(12 * 3_600_000);
    const { rows } = await api.owner.query('SELECT * FROM jobs.console_sessions');
    expect(JSON.stringify(rows)).not.toContain(cookieOf(answer).slice(50, 90));
  });

  it('has the scopes of its key, and its actions are recorded under key and name', async () => {
    const session = await signIn();
    expect((await byPage(session, '/v1/repairs')).status).toBe(200);
    expect((await byPage(session, grants(), { body: grant('by-page') })).status).toBe(201);
    expectProblem(await byPage(session, '/v1/keys'), 403, 'forbidden');
    const { rows } = await api.owner.query<{ actor: string }>(
      `SELECT DISTINCT actor FROM ledger.operator_actions WHERE detail->>'grant_id' IS NOT NULL OR action LIKE '%console%'`,
    );
    expect(rows.map(({ actor }) => actor)).toEqual([expect.stringMatching(/^key:key_\w+ \(Ada Lovelace\)$/)]);
  });

  it('acts under the name that signed in, although Holdfast-Actor says another', async () => {
    const session = await signIn(supportKey, { actor: 'Grace Hopper' });
    const headers = { 'Holdfast-Actor': 'Somebody Else' };
    expect((await byPage(session, grants(), { body: grant('other-name'), headers })).status).toBe(201);
    const { rows } = await api.owner.query<{ count: string }>(
      `SELECT count(*) FROM ledger.operator_actions WHERE actor LIKE '%Grace Hopper)' AND action <> 'create_console_session'`,
    );
    expect(rows).toEqual([{ count: '1' }]);
  });

  it('is returned to a page that was loaded again, and a key is refused it', async () => {
    const { cookie, ...session } = await signIn();
    const read = await api.call('/v1/console_sessions/current', { headers: { Cookie: cookie } });
    expect([read.status, read.json(), read.headers.get('cache-control')]).toEqual([200, session, 'no-store']);
    expect(read.headers.get('access-control-allow-origin')).toBeNull();
    expectProblem(await api.call('/v1/console_sessions/current', { key: supportKey }), 403, 'forbidden');
  });
});

describe('a sign-in is refused', () => {
  it.each([
    ['without a name', {}],
    ['with an empty name', { actor: ' ' }],
    ['with a name of two lines', { actor: 'Ada\nroot' }],
    ['for more than 12 hours', { actor: 'Ada', expires_in_seconds: 43_201 }],
  ])('%s', async (_, body) => {
    expectProblem(await signInWith(supportKey, body), 400, 'invalid_request');
  });

  it('with a key without scope support, and with a key of an account', async () => {
    const billing = await api.createKey(null, ['billing:write']);
    const ofAccount = await api.createKey(accountId, ['support']);
    for (const key of [billing, ofAccount, accountKey]) {
      expectProblem(await signInWith(key), 403, 'forbidden');
    }
  });

  it('with the cookie of a session, which would extend itself without an end', async () => {
    const session = await signIn();
    const again = await byPage(session, '/v1/console_sessions', { body: { actor: 'Ada' } });
    expectProblem(again, 401, 'unauthenticated');
  });

  it('after too many attempts from one address, also with a valid key', async () => {
    const other = await createApiFixture({ rateLimits: { sign_in: { perSecond: 0.01, burst: 2 } } });
    const attempt = (key: string) => other.call('/v1/console_sessions', { key, body: { actor: 'Ada' } });
    expectProblem(await attempt(drawSecret('live').secret), 401, 'unauthenticated');
    expectProblem(await attempt(drawSecret('live').secret), 401, 'unauthenticated');
    const refused = expectProblem(await attempt(other.platformKey), 429, 'rate_limited');
    expect(refused['limit']).toMatchObject({ limit: 'sign_ins_per_address', burst: 2 });
    expect((await other.call('/v1/repairs', { key: other.platformKey })).status).toBe(200);
    await other.close();
  });
});

describe('a request that a page of another origin could send', () => {
  let session: SignedIn;
  let theirs: SignedIn;
  beforeAll(async () => {
    session = await signIn();
    theirs = await signIn(supportKey, { actor: 'Eve' });
  });

  it.each<[string, () => Record<string, string | undefined>]>([
    ['no csrf token', () => ({ 'Holdfast-CSRF': undefined })],
    ['an empty csrf token', () => ({ 'Holdfast-CSRF': '' })],
    ['a wrong csrf token', () => ({ 'Holdfast-CSRF': 'A'.repeat(43) })],
    ["another session's csrf token", () => ({ 'Holdfast-CSRF': theirs.csrf_token })],
    ['another origin', () => ({ Origin: 'https://evil.example' })],
    ['another port of this host', () => ({ Origin: 'http://127.0.0.1:1' })],
    ['the origin null', () => ({ Origin: 'null' })],
    ['no origin', () => ({ Origin: undefined })],
    ['a site beside ours', () => ({ 'Sec-Fetch-Site': 'same-site' })],
  ])('is refused and writes nothing: %s', async (name, headers) => {
    const answer = await byPage(session, grants(), { body: grant(name), headers: headers() });
    expectProblem(answer, 403, 'forbidden');
    const { rows } = await api.owner.query('SELECT FROM ledger.grants WHERE reference = $1', [name]);
    expect(rows).toEqual([]);
  });

  it('is refused a read when the browser says that it comes from another site', async () => {
    const headers = { 'Sec-Fetch-Site': 'cross-site', 'Holdfast-CSRF': undefined, Origin: undefined };
    expectProblem(await byPage(session, '/v1/balance', { headers }), 403, 'forbidden');
    const own = { ...headers, 'Sec-Fetch-Site': 'same-origin' };
    expect((await byPage(session, '/v1/balance', { headers: own })).status).toBe(200);
  });

  it('without a csrf token ends no session', async () => {
    const headers = { 'Holdfast-CSRF': undefined };
    const answer = await byPage(session, '/v1/console_sessions/current', { method: 'DELETE', headers });
    expectProblem(answer, 403, 'forbidden');
    expect((await byPage(session, '/v1/repairs')).status).toBe(200);
  });
});

describe('credentials', () => {
  it('in Authorization decide although a session cookie comes with them', async () => {
    const session = await signIn();
    const headers = { Authorization: `Bearer ${accountKey}`, 'Holdfast-CSRF': undefined, Origin: undefined };
    expect((await byPage(session, '/v1/balance', { headers })).status).toBe(200);
    // What the session could read, the account's key cannot.
    expectProblem(await byPage(session, '/v1/repairs', { headers }), 403, 'forbidden');
    const wrong = { ...headers, Authorization: 'Bearer nope' };
    expectProblem(await byPage(session, '/v1/balance', { headers: wrong }), 401, 'unauthenticated');
  });

  it('in the wrong place are refused: a session as a bearer, a key as a cookie, an unknown session, two sessions at once', async () => {
    const { cookie } = await signIn();
    const token = cookie.slice(cookie.indexOf('=') + 1);
    const read = (headers: Record<string, string>) => api.call('/v1/repairs', { headers });
    for (const headers of [
      { Authorization: `Bearer ${token}` },
      { Cookie: `holdfast_console=${supportKey}` },
      { Cookie: `holdfast_console=${drawSecret('console').secret}` },
      { Cookie: `${cookie}; ${cookie}` },
      { Cookie: `__Host-${cookie}` },
    ]) {
      expectProblem(await read(headers), 401, 'unauthenticated');
    }
    expect((await read({ Cookie: `other=1; ${cookie}` })).status).toBe(200);
  });

  it('in a cookie that was planted before the sign-in are replaced by new ones, and stay invalid', async () => {
    const planted = drawSecret('console').secret;
    const answer = await signInWith(supportKey, { actor: 'Ada' }, { Cookie: `holdfast_console=${planted}` });
    expect(answer.status).toBe(201);
    expect(cookieOf(answer)).not.toContain(planted);
    const asPlanted = await api.call('/v1/repairs', { headers: { Cookie: `holdfast_console=${planted}` } });
    expectProblem(asPlanted, 401, 'unauthenticated');
  });
});

describe('a console session ends', () => {
  const statusOf = async ({ cookie }: SignedIn) =>
    (await api.call('/v1/repairs', { headers: { Cookie: cookie } })).status;

  it('at its sign-out, while another session of the same key goes on', async () => {
    const [first, second] = [await signIn(), await signIn()];
    const ended = await byPage(first, '/v1/console_sessions/current', { method: 'DELETE' });
    expect(ended.status).toBe(204);
    expect(ended.headers.get('set-cookie')).toMatch(/^holdfast_console=; Path=\/; Expires=Thu, 01 Jan 1970/);
    now += 1_000;
    expect([await statusOf(first), await statusOf(second)]).toEqual([401, 200]);
  });

  it('when its lifetime is over', async () => {
    const session = await signIn(supportKey, { actor: 'Ada', expires_in_seconds: 900 });
    expect(await statusOf(session)).toBe(200);
    await api.owner.query('UPDATE jobs.console_sessions SET expires_at = clock_timestamp()');
    now += 1_000;
    expect(await statusOf(session)).toBe(401);
  });

  it('within a second after its key is revoked', async () => {
    const key = await api.createKey(null, ['support']);
    const session = await signIn(key);
    expect(await statusOf(session)).toBe(200);
    const keyId = /hf_live_(\w{20})/.exec(key)?.[1] ?? '';
    await api.call(`/v1/keys/key_${keyId}`, { method: 'DELETE', key: api.platformKey });
    now += 1_000;
    expect(await statusOf(session)).toBe(401);
  });
});

describe('a trusted proxy', () => {
  const PROXY_HEADER = 'X-Forwarded-User';
  let behind: ApiFixture;
  beforeAll(async () => {
    behind = await createApiFixture({
      trustedProxies: ['127.0.0.1'],
      console: { proxyHeader: PROXY_HEADER, proxyScopes: ['support'] },
    });
  });
  afterAll(() => behind.close());

  const enter = (of: ApiFixture, headers: Record<string, string>) =>
    of.call('/v1/console_sessions', { body: { actor: 'Somebody Else' }, headers });

  it('names the person who signs in without a key, and each later request has to name the same person', async () => {
    const answer = await enter(behind, { [PROXY_HEADER]: 'Zoë', Origin: behind.url });
    expect([answer.status, answer.json()]).toMatchObject([201, { actor: 'Zoë' }]);
    const cookie = cookieOf(answer);
    const read = (headers: Record<string, string>) =>
      behind.call('/v1/repairs', { headers: { Cookie: cookie, ...headers } });
    expect((await read({ [PROXY_HEADER]: 'Zoë' })).status).toBe(200);
    // Signed out at the proxy, or another person by now.
    expectProblem(await read({}), 401, 'unauthenticated');
    expectProblem(await read({ [PROXY_HEADER]: 'Eve' }), 401, 'unauthenticated');
    expectProblem(
      await behind.call('/v1/costs/unknown_bills', { headers: { [PROXY_HEADER]: 'Zoë' } }),
      401,
      'unauthenticated',
    );
  });

  it('gives its sessions the scopes of the setting, and no other', async () => {
    const answer = await enter(behind, { [PROXY_HEADER]: 'Ada', Origin: behind.url });
    const headers = { Cookie: cookieOf(answer), [PROXY_HEADER]: 'Ada' };
    expectProblem(await behind.call('/v1/keys', { headers }), 403, 'forbidden');
  });

  it('is not believed from a page of another origin, from an untrusted address, or without the setting', async () => {
    expectProblem(
      await enter(behind, { [PROXY_HEADER]: 'Ada', Origin: 'https://evil.example' }),
      403,
      'forbidden',
    );
    expectProblem(await enter(behind, { [PROXY_HEADER]: 'Ada' }), 403, 'forbidden');
    expectProblem(await enter(api, { [PROXY_HEADER]: 'Ada', Origin: api.url }), 401, 'unauthenticated');
    const elsewhere = await createApiFixture({
      trustedProxies: ['10.0.0.0/8'],
      console: { proxyHeader: PROXY_HEADER, proxyScopes: ['support'] },
    });
    const headers = { [PROXY_HEADER]: 'Ada', Origin: elsewhere.url };
    expectProblem(await enter(elsewhere, headers), 401, 'unauthenticated');
    await elsewhere.close();
  });

  it('that ends TLS makes the cookie Secure, with the prefix __Host-', async () => {
    const https = { 'X-Forwarded-Proto': 'https', Origin: `https://127.0.0.1:${new URL(behind.url).port}` };
    const answer = await enter(behind, { [PROXY_HEADER]: 'Ada', ...https });
    expect(answer.headers.get('set-cookie')).toMatch(
      /^__Host-holdfast_console=[^;]+; Path=\/; .*; Secure; SameSite=Strict$/,
    );
    const headers = { Cookie: cookieOf(answer), [PROXY_HEADER]: 'Ada' };
    expect((await behind.call('/v1/repairs', { headers: { ...headers, ...https } })).status).toBe(200);
  });
});
