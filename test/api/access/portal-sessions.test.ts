import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PortalSession } from '../../../contract/shapes/access-shapes.ts';
import { createApiFixture, expectProblem, type ApiFixture, type TestAccount } from '../api-fixture.ts';

let api: ApiFixture;
let mine: TestAccount;
let theirs: TestAccount;
let now = Date.now();
beforeAll(async () => {
  api = await createApiFixture({ now: () => now });
  mine = await api.openAccount();
  theirs = await api.openAccount();
});
afterAll(() => api.close());

const open = (key: string, body: object, headers: Record<string, string> = {}) =>
  api.call('/v1/portal_sessions', { key, body, headers });
const statusOf = async (token: string, path = '/v1/balance') => (await api.call(path, { key: token })).status;

it('a portal session has a token of one account, and a url that hides the token from servers behind #', async () => {
  const answer = await open(mine.key, { expires_in_seconds: 900, can: ['read'] });
  expect(answer.status).toBe(201);
  const session = answer.json<PortalSession>();
  expect(session).toMatchObject({ account_id: mine.accountId, can: ['read'] });
  expect(session.url).toBe(`${api.url}/portal#token=${session.token}`);
  expect(new Date(session.expires_at).getTime()).toBeGreaterThan(Date.now() + 890_000);
  expect((await api.call('/v1/balance', { key: session.token })).json()).toMatchObject({
    account_id: mine.accountId,
  });
  const { rows } = await api.owner.query('SELECT * FROM jobs.portal_sessions');
  expect(JSON.stringify(rows)).not.toContain(session.token.slice(31, 74));
});

it('a portal session made with a platform key is of the account that it names, and without one it is refused', async () => {
  const headers = { 'Holdfast-Account': theirs.accountId };
  const answer = await open(api.platformKey, { can: ['read'] }, headers);
  expect(answer.json()).toMatchObject({ account_id: theirs.accountId });
  expectProblem(await open(api.platformKey, { can: ['read'] }), 400, 'invalid_request');
});

it('a portal session with a right that its key does not have is refused', async () => {
  const reader = await api.createKey(mine.accountId, ['jobs:read', 'credits:read']);
  expect((await open(reader, { can: ['read', 'quote'] })).status).toBe(201);
  for (const right of ['submit', 'report']) {
    expectProblem(await open(reader, { can: ['read', right] }), 403, 'forbidden');
  }
  const token = (await open(mine.key, { can: ['read'] })).json<PortalSession>().token;
  expectProblem(await open(token, { can: ['read'] }), 403, 'forbidden');
});

it('a portal session ends when it is revoked, which is recorded once, or when its time is over', async () => {
  const first = (await open(mine.key, { can: ['read'] })).json<PortalSession>();
  const second = (await open(mine.key, { can: ['read'] })).json<PortalSession>();
  expect([await statusOf(first.token), await statusOf(second.token)]).toEqual([200, 200]);
  const revoke = (key: string) => api.call(`/v1/portal_sessions/${first.id}`, { method: 'DELETE', key });
  expectProblem(await revoke(theirs.key), 404, 'not_found');
  expect((await revoke(mine.key)).status).toBe(204);
  expect((await revoke(mine.key)).status).toBe(204);
  await api.owner.query(
    'UPDATE jobs.portal_sessions SET expires_at = clock_timestamp() WHERE session_id = $1',
    [second.id],
  );
  now += 1_000;
  for (const { token } of [first, second]) {
    expectProblem(await api.call('/v1/balance', { key: token }), 401, 'unauthenticated');
  }
  const { rows } = await api.owner.query<{ action: string }>(
    `SELECT action FROM ledger.operator_actions WHERE detail->>'session_id' = $1 ORDER BY action_id`,
    [first.id],
  );
  expect(rows.map(({ action }) => action)).toEqual(['create_portal_session', 'revoke_portal_session']);
});

it('a portal session ends when the key that made it is revoked, and goes on when that key is rotated', async () => {
  const admin = await api.createKey(mine.accountId, ['admin']);
  const idOf = (secret: string) => `key_${secret.split('_')[2] ?? ''}`;
  const [leaked, replaced] = [admin, await api.createKey(mine.accountId, ['admin'])];
  const tokens = [];
  for (const key of [leaked, replaced])
    tokens.push((await open(key, { can: ['read'] })).json<PortalSession>().token);
  const rotation = { key: replaced, body: { grace_seconds: 0 } };
  expect((await api.call(`/v1/keys/${idOf(replaced)}/rotate`, rotation)).status).toBe(201);
  const revocation = { method: 'DELETE', key: api.platformKey };
  expect((await api.call(`/v1/keys/${idOf(leaked)}`, revocation)).status).toBe(204);
  now += 1_000;
  expect(await Promise.all([leaked, replaced, ...tokens].map((secret) => statusOf(secret)))).toEqual([
    401, 401, 401, 200,
  ]);
});

it.each([
  { can: [] },
  { can: ['everything'] },
  { can: ['read', 'read'] },
  { can: ['read'], expires_in_seconds: 899 },
  { can: ['read'], expires_in_seconds: 86_401 },
])('a portal session with invalid rights or an invalid lifetime is refused: %j', async (body) => {
  expectProblem(await open(mine.key, body), 400, 'invalid_request');
});
