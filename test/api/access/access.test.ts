import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawSecret } from '../../../jobs/keys/secret-text.ts';
import {
  createApiFixture,
  expectProblem,
  STATIC_AD,
  type ApiFixture,
  type TestAccount,
} from '../api-fixture.ts';
import { deliver } from '../job-ending.ts';

let api: ApiFixture;
let mine: TestAccount;
let theirs: TestAccount;
beforeAll(async () => {
  api = await createApiFixture();
  mine = await api.openAccount();
  theirs = await api.openAccount();
});
afterAll(() => api.close());

describe('a key', () => {
  it.each<[string, string]>([
    ['nothing', ''],
    ['another scheme', 'Basic aGk6aGk='],
    ['no key at all', 'Bearer nope'],
    ['a key that was never made', `Bearer ${drawSecret('live').secret}`],
  ])('is refused: %s', async (_name, authorization) => {
    const answer = await api.call('/v1/balance', { headers: { Authorization: authorization } });
    expectProblem(answer, 401, 'unauthenticated');
    expect(answer.headers.get('www-authenticate')).toContain('Bearer');
  });

  it('is refused with the secret of another', async () => {
    // The right id with another secret and a checksum that fits: only the hash tells.
    const { rows } = await api.owner.query<{ key_id: string }>(
      'SELECT key_id FROM jobs.api_keys WHERE account_id = $1',
      [mine.accountId],
    );
    const forged = drawSecret('live');
    await api.owner.query('UPDATE jobs.api_keys SET key_id = $1 WHERE key_id = $2', [
      forged.id,
      rows[0]!.key_id,
    ]);
    expectProblem(await api.call('/v1/balance', { key: forged.secret }), 401, 'unauthenticated');
    await api.owner.query('UPDATE jobs.api_keys SET key_id = $1 WHERE key_id = $2', [
      rows[0]!.key_id,
      forged.id,
    ]);
    expect((await api.call('/v1/balance', { key: mine.key })).status).toBe(200);
  });

  it('does only what its scopes say', async () => {
    const reader = await api.createKey(mine.accountId, ['jobs:read']);
    expectProblem(await api.call('/v1/balance', { key: reader }), 403, 'forbidden');
    expect((await api.call('/v1/jobs', { key: reader })).status).toBe(200);
    const submit = { key: reader, body: STATIC_AD, headers: { 'Idempotency-Key': 'k' } };
    expectProblem(await api.call('/v1/jobs', submit), 403, 'forbidden');
  });
});

describe('Holdfast-Account', () => {
  const asPlatform = (account: string) =>
    api.call('/v1/balance', { key: api.platformKey, headers: { 'Holdfast-Account': account } });

  it('is what a platform key acts for', async () => {
    expect((await asPlatform(mine.accountId)).json()).toMatchObject({ account_id: mine.accountId });
  });

  it('is needed with a platform key', async () => {
    expectProblem(await api.call('/v1/balance', { key: api.platformKey }), 400, 'invalid_request');
  });

  it.each(['acct_nobody', 'nonsense', `acct_${'x'.repeat(1_000)}`])('is not found: %s', async (account) => {
    expectProblem(await asPlatform(account), 404, 'not_found');
  });

  it('may only be its own with an account key', async () => {
    const named = (accountId: string) =>
      api.call('/v1/balance', { key: mine.key, headers: { 'Holdfast-Account': accountId } });
    expectProblem(await named(theirs.accountId), 403, 'forbidden');
    expect((await named(mine.accountId)).status).toBe(200);
  });
});

describe('what is another account’s', () => {
  it('is not there, whichever way it is asked for', async () => {
    const { jobId } = await api.admitJob(theirs.accountId, 'theirs');
    const { outputId } = await deliver(api, theirs.accountId, jobId, Buffer.from('picture'));
    const paths = [
      `/v1/jobs/${jobId}`,
      `/v1/jobs/${jobId}/events`,
      `/v1/outputs/${outputId}`,
      `/v1/outputs/${outputId}/content`,
      `/v1/accounts/${theirs.accountId}`,
    ];
    for (const path of paths) {
      expectProblem(await api.call(path, { key: mine.key }), 404, 'not_found');
      expect((await api.call(path, { key: theirs.key })).status, path).toBe(200);
    }
    const cancel = await api.call(`/v1/jobs/${jobId}/cancel`, {
      method: 'POST',
      key: mine.key,
      headers: { 'Idempotency-Key': 'k' },
    });
    expectProblem(cancel, 404, 'not_found');
    expect((await api.call('/v1/jobs', { key: mine.key })).json()).toEqual({ data: [], next_cursor: null });
    expect((await api.call(`/v1/entries?job_id=${jobId}`, { key: mine.key })).json()).toMatchObject({
      data: [],
    });
  });

  it('is not a quote of mine', async () => {
    const quote = (await api.call('/v1/quotes', { key: theirs.key, body: STATIC_AD })).json<{ id: string }>();
    const answer = await api.call('/v1/jobs', {
      key: mine.key,
      body: { ...STATIC_AD, quote_id: quote.id },
      headers: { 'Idempotency-Key': 'quoted' },
    });
    expectProblem(answer, 404, 'not_found');
  });
});

describe('accounts', () => {
  const open = (body: object, key = api.platformKey) => api.call('/v1/accounts', { key, body });

  it('are opened once per reference, with the sign-up grant', async () => {
    const first = await open({ name: 'Tidewell', reference: 'crm-7' });
    expect(first.status).toBe(201);
    expect(first.json()).toEqual({
      id: expect.stringMatching(/^acct_[a-z2-7]{26}$/) as string,
      name: 'Tidewell',
      reference: 'crm-7',
      mode: 'live',
      frozen: false,
      created_at: expect.stringMatching(/Z$/) as string,
    });
    const again = await open({ name: 'Tidewell', reference: 'crm-7' });
    expect([again.status, again.headers.get('idempotent-replayed'), again.json()]).toEqual([
      201,
      'true',
      first.json(),
    ]);
    const balance = await api.call('/v1/balance', {
      key: api.platformKey,
      headers: { 'Holdfast-Account': first.json<{ id: string }>().id },
    });
    expect(balance.json()).toMatchObject({ available: 1_000, reserved: 0, buys: { statics: 28, videos: 1 } });
  });

  it('are of tests where their opening says so, and change that no more', async () => {
    const test = { name: 'Tidewell tests', reference: 'crm-7-test', mode: 'test' };
    const opened = await open(test);
    expect([opened.status, opened.json()['mode']]).toEqual([201, 'test']);
    expect((await open(test)).json()).toEqual(opened.json());
    for (const other of [
      { ...test, mode: 'live' },
      { name: test.name, reference: test.reference },
    ]) {
      expectProblem(await open(other), 422, 'idempotency_key_reused');
    }
    expectProblem(await open({ ...test, reference: 'crm-9', mode: 'other' }), 400, 'invalid_request');
  });

  it('do not change their name by being opened again', async () => {
    await open({ name: 'One', reference: 'crm-8' });
    expectProblem(await open({ name: 'Two', reference: 'crm-8' }), 422, 'idempotency_key_reused');
  });

  it('get their sign-up grant when the first opening died before it', async () => {
    await api.worker.query("SELECT ledger.open_account('acct_half', 'crm-9', 'Half')");
    expect((await open({ name: 'Half', reference: 'crm-9' })).json()).toMatchObject({ id: 'acct_half' });
    const { rows } = await api.owner.query(
      "SELECT available FROM ledger.accounts WHERE account_id = 'acct_half'",
    );
    expect(rows).toEqual([{ available: '1000' }]);
    await api.expectReconciled();
  });

  it('are opened by platform keys only, with sound names', async () => {
    const billing = await api.createKey(mine.accountId, ['billing:write']);
    expectProblem(await open({ name: 'x', reference: 'y' }, billing), 403, 'forbidden');
    const problem = expectProblem(await open({ name: 7, extra: 1 }), 400, 'invalid_request');
    expect(problem['errors']).toMatchObject([
      { pointer: '/name', code: 'wrong_type' },
      { pointer: '/reference', code: 'required' },
      { pointer: '/extra', code: 'unknown_field' },
    ]);
  });
});
