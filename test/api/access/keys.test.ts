import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiKeyView, CreatedApiKey } from '../../../contract/shapes/access-shapes.ts';
import { createApiFixture, expectProblem, type ApiFixture, type TestAccount } from '../api-fixture.ts';

let api: ApiFixture;
let mine: TestAccount;
let theirs: TestAccount;
let admin: string;
/** What the API takes for the time: what it has read of a key is forgotten as this runs, not as the test waits. */
let now = Date.now();
const SECOND_MS = 1_000;

beforeAll(async () => {
  api = await createApiFixture({ now: () => now });
  mine = await api.openAccount();
  theirs = await api.openAccount();
  admin = await api.createKey(mine.accountId, ['admin']);
});
afterAll(() => api.close());

async function make(key: string, body: object, headers: Record<string, string> = {}): Promise<CreatedApiKey> {
  const answer = await api.call('/v1/keys', { key, body, headers });
  expect(answer.status, answer.text).toBe(201);
  return answer.json<CreatedApiKey>();
}
const statusWith = async (secret: string | null, path = '/v1/balance') =>
  (await api.call(path, { key: String(secret) })).status;
const revoke = (key: string, id: string) => api.call(`/v1/keys/${id}`, { method: 'DELETE', key });
const actionsOf = async (keyId: string) => {
  const { rows } = await api.owner.query<{
    account_id: string;
    actor: string;
    action: string;
    reason: string;
  }>(
    `SELECT account_id, actor, action, reason FROM ledger.operator_actions WHERE detail->>'key_id' = $1 ORDER BY action_id`,
    [keyId],
  );
  return rows;
};

describe('POST /v1/keys', () => {
  it('makes a key of an account, and shows its secret in this response alone', async () => {
    const made = await make(admin, { name: 'shop', scopes: ['credits:read'], reason: 'new shop' });
    expect(made).toMatchObject({ account_id: mine.accountId, mode: 'live', name: 'shop', expires_at: null });
    expect(made.secret).toMatch(/^hf_live_/);
    expect(await statusWith(made.secret)).toBe(200);
    expect(await statusWith(made.secret, '/v1/jobs')).toBe(403);
    const page = await api.call('/v1/keys', { key: admin });
    expect(page.text).not.toContain(made.secret);
    expect(page.json<{ data: ApiKeyView[] }>().data.map(({ id }) => id)).toContain(made.id);
    expect(await actionsOf(made.id)).toEqual([
      expect.objectContaining({ account_id: mine.accountId, action: 'create_key', reason: 'new shop' }),
    ]);
    const { rows } = await api.owner.query('SELECT * FROM jobs.api_keys WHERE key_id = $1', [made.id]);
    expect(JSON.stringify(rows)).not.toContain(String(made.secret).slice(29, 72));
  });

  it('refuses a key without scope admin, and an account key that asks for a key beyond its account', async () => {
    const others = (['jobs:write', 'jobs:read', 'credits:read', 'billing:write', 'support'] as const).map(
      (scope) => api.createKey(mine.accountId, [scope]),
    );
    for (const key of await Promise.all(others)) {
      const body = { name: 'more', scopes: ['admin'] };
      expectProblem(await api.call('/v1/keys', { key, body }), 403, 'forbidden');
    }
    const asked = { name: 'more', scopes: ['jobs:read'] };
    const ofPlatform = await api.call('/v1/keys', { key: admin, body: { ...asked, account_id: null } });
    expectProblem(ofPlatform, 403, 'forbidden');
    for (const id of [theirs.accountId, 'acct_nobody', 'nonsense']) {
      const answer = await api.call('/v1/keys', { key: admin, body: { ...asked, account_id: id } });
      expectProblem(answer, 404, 'not_found');
    }
    for (const scopes of [[], ['everything']]) {
      const answer = await api.call('/v1/keys', { key: admin, body: { ...asked, scopes } });
      expectProblem(answer, 400, 'invalid_request');
    }
  });

  it('with a platform key makes keys of any account and of the platform', async () => {
    const asked = { name: 'backend', scopes: ['jobs:write'] };
    expect(await make(api.platformKey, { ...asked, account_id: null })).toMatchObject({ account_id: null });
    expect(await make(api.platformKey, asked)).toMatchObject({ account_id: null, mode: 'live' });
    expect(await make(api.platformKey, { ...asked, account_id: theirs.accountId })).toMatchObject({
      account_id: theirs.accountId,
    });
    const named = await make(api.platformKey, asked, { 'Holdfast-Account': theirs.accountId });
    expect(named.account_id).toBe(theirs.accountId);
    const both = await api.call('/v1/keys', {
      key: api.platformKey,
      body: { ...asked, account_id: mine.accountId },
      headers: { 'Holdfast-Account': theirs.accountId },
    });
    expectProblem(both, 404, 'not_found');
  });

  it('repeated under its Idempotency-Key makes one key per account and mode, and shows its secret once', async () => {
    const asked = { name: 'once', scopes: ['jobs:read'] };
    const headers = { 'Idempotency-Key': 'once' };
    const first = await make(admin, asked, headers);
    const again = await api.call('/v1/keys', { key: admin, body: asked, headers });
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
    expect(again.json()).toEqual({ ...first, secret: null });
    const other = await api.call('/v1/keys', { key: admin, body: { ...asked, name: 'other' }, headers });
    expectProblem(other, 422, 'idempotency_key_reused');
    // Of another account it is another key, also where a platform key acts for both; and so it is of the other mode.
    const theirAdmin = await api.createKey(theirs.accountId, ['admin']);
    expect((await make(theirAdmin, asked, headers)).secret).not.toBeNull();
    const ofPlatform = { 'Idempotency-Key': 'once for each' };
    for (const { accountId } of [mine, theirs]) {
      const made = await make(api.platformKey, asked, { ...ofPlatform, 'Holdfast-Account': accountId });
      expect([made.account_id, made.secret]).toEqual([accountId, expect.stringMatching(/^hf_live_/)]);
    }
    const ofTests = await api.createKey(null, ['admin'], 'test');
    for (const [key, mode] of [
      [api.platformKey, 'live'],
      [ofTests, 'test'],
    ] as const) {
      const made = await make(key, asked, ofPlatform);
      expect([made.account_id, made.mode, made.secret]).toEqual([null, mode, expect.stringContaining('hf_')]);
    }
  });
});

describe('GET /v1/keys', () => {
  it('returns the keys that the caller may see in pages, newest first', async () => {
    const { accountId } = await api.openAccount();
    const key = await api.createKey(accountId, ['admin']);
    const made = [];
    for (const name of ['a', 'b', 'c']) made.push((await make(key, { name, scopes: ['jobs:read'] })).id);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? '' : `&cursor=${cursor}`;
      const page = await api.call(`/v1/keys?limit=2${query}`, { key });
      const body = page.json<{ data: ApiKeyView[]; next_cursor: string | null }>();
      seen.push(...body.data.map(({ id }) => id));
      cursor = body.next_cursor;
    } while (cursor !== null);
    expect(seen.slice(0, 3)).toEqual(made.reverse());
    expect(seen).toHaveLength(4 + 1);
    const ofOne = await api.call('/v1/keys', {
      key: api.platformKey,
      headers: { 'Holdfast-Account': accountId },
    });
    expect(ofOne.json<{ data: ApiKeyView[] }>().data.map(({ id }) => id)).toEqual(seen);
    const ofAll = (await api.call('/v1/keys', { key: api.platformKey })).json<{ data: ApiKeyView[] }>().data;
    expect(new Set(ofAll.map((one) => one.account_id)).size).toBeGreaterThan(2);
  });
});

describe('DELETE /v1/keys/{id}', () => {
  it('ends a key in every API process within a second, and is recorded once', async () => {
    const another = await api.serveAnother();
    const doomed = await make(admin, { name: 'doomed', scopes: ['credits:read'] });
    const everywhere = async () =>
      Promise.all(
        [api.url, another.url].map(
          async (at) => (await api.call('/v1/balance', { key: String(doomed.secret), at })).status,
        ),
      );
    expect(await everywhere()).toEqual([200, 200]);
    const answer = await api.call(`/v1/keys/${doomed.id}?reason=leaked`, { method: 'DELETE', key: admin });
    expect([answer.status, answer.text]).toEqual([204, '']);
    now += SECOND_MS;
    expect(await everywhere()).toEqual([401, 401]);
    expect((await revoke(admin, doomed.id)).status).toBe(204);
    const actions = await actionsOf(doomed.id);
    expect(actions.map(({ action, reason }) => [action, reason])).toEqual([
      ['create_key', 'no reason given'],
      ['revoke_key', 'leaked'],
    ]);
    await another.stop();
  });

  it('finds no key of another account and, for an account, no key of the platform', async () => {
    const theirKey = await make(api.platformKey, {
      name: 'x',
      scopes: ['jobs:read'],
      account_id: theirs.accountId,
    });
    const platform = await make(api.platformKey, { name: 'x', scopes: ['support'] });
    for (const id of [theirKey.id, platform.id, `key_${'0'.repeat(20)}`, 'nonsense']) {
      expectProblem(await revoke(admin, id), 404, 'not_found');
      const body = {};
      expectProblem(await api.call(`/v1/keys/${id}/rotate`, { key: admin, body }), 404, 'not_found');
      // (Was revoked and rotated by a platform key that named another account.)
      const named = { key: api.platformKey, headers: { 'Holdfast-Account': mine.accountId } };
      expectProblem(await api.call(`/v1/keys/${id}`, { method: 'DELETE', ...named }), 404, 'not_found');
      expectProblem(await api.call(`/v1/keys/${id}/rotate`, { body, ...named }), 404, 'not_found');
    }
    expect((await revoke(api.platformKey, theirKey.id)).status).toBe(204);
    expect((await revoke(api.platformKey, platform.id)).status).toBe(204);
    expect((await actionsOf(platform.id)).map(({ account_id }) => account_id)).toEqual([
      'platform',
      'platform',
    ]);
  });
});

describe('POST /v1/keys/{id}/rotate', () => {
  const rotate = (id: string, body: object = {}, headers: Record<string, string> = {}) =>
    api.call(`/v1/keys/${id}/rotate`, { key: admin, body, headers });

  it('makes a second key, beside which the first works for as long as grace_seconds says', async () => {
    const old = await make(admin, { name: 'shop', scopes: ['credits:read'] });
    const answer = await rotate(old.id, { grace_seconds: 60 });
    expect(answer.status).toBe(201);
    const next = answer.json<CreatedApiKey>();
    expect(next).toMatchObject({
      name: 'shop',
      scopes: ['credits:read'],
      replaces: old.id,
      expires_at: null,
    });
    expect([await statusWith(old.secret), await statusWith(next.secret)]).toEqual([200, 200]);
    const { rows } = await api.owner.query<{ lives: number }>(
      `UPDATE jobs.api_keys k SET expires_at = clock_timestamp() WHERE key_id = $1
       RETURNING (SELECT extract(epoch FROM o.expires_at - clock_timestamp())::float FROM jobs.api_keys o
                  WHERE o.key_id = k.key_id) AS lives`,
      [old.id],
    );
    expect(rows[0]?.lives).toBeGreaterThan(50);
    expect(rows[0]?.lives).toBeLessThanOrEqual(60);
    now += SECOND_MS;
    expect([await statusWith(old.secret), await statusWith(next.secret)]).toEqual([401, 200]);
  });

  it('lets the old key work for a day by default, and with grace_seconds 0 not at all', async () => {
    const old = await make(admin, { name: 'day', scopes: ['credits:read'] });
    await rotate(old.id);
    const stored = (await api.call('/v1/keys', { key: admin })).json<{ data: ApiKeyView[] }>().data;
    const ends = new Date(stored.find(({ id }) => id === old.id)?.expires_at ?? 0).getTime();
    expect(Math.abs(ends - Date.now() - 86_400_000)).toBeLessThan(60_000);
    const gone = await make(admin, { name: 'gone', scopes: ['credits:read'] });
    await rotate(gone.id, { grace_seconds: 0 });
    now += SECOND_MS;
    expect([await statusWith(old.secret), await statusWith(gone.secret)]).toEqual([200, 401]);
  });

  it('leaves two keys alive at most, and refuses a second successor of a key', async () => {
    const first = await make(admin, { name: 'third', scopes: ['credits:read'] });
    const headers = { 'Idempotency-Key': 'rotation' };
    const second = (await rotate(first.id, {}, headers)).json<CreatedApiKey>();
    const again = await rotate(first.id, {}, headers);
    expect([again.status, again.json()]).toEqual([201, { ...second, secret: null }]);
    expectProblem(await rotate(first.id, { grace_seconds: 1 }, headers), 422, 'idempotency_key_reused');
    const twice = expectProblem(await rotate(first.id), 409, 'state_conflict');
    expect(twice['detail']).toContain(second.id);
    const third = (await rotate(second.id)).json<CreatedApiKey>();
    now += SECOND_MS;
    const statuses = [first, second, third].map(({ secret }) => statusWith(secret));
    expect(await Promise.all(statuses)).toEqual([401, 200, 200]);
    await revoke(admin, third.id);
    expectProblem(await rotate(third.id), 409, 'state_conflict');
  });
});
