import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
  it('with the scope jobs:read lists jobs, and is refused the balance and a submission', async () => {
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

  it('names the account that a platform key acts for', async () => {
    expect((await asPlatform(mine.accountId)).json()).toMatchObject({ account_id: mine.accountId });
  });

  it('missing from a call with a platform key is a 400', async () => {
    expectProblem(await api.call('/v1/balance', { key: api.platformKey }), 400, 'invalid_request');
  });

  it.each(['acct_nobody', 'nonsense', `acct_${'x'.repeat(1_000)}`])(
    'with an unknown account is a 404: %s',
    async (account) => {
      expectProblem(await asPlatform(account), 404, 'not_found');
    },
  );

  it('with an account key may name its own account, and any other is a 403', async () => {
    const named = (accountId: string) =>
      api.call('/v1/balance', { key: mine.key, headers: { 'Holdfast-Account': accountId } });
    expectProblem(await named(theirs.accountId), 403, 'forbidden');
    expect((await named(mine.accountId)).status).toBe(200);
  });
});

describe('a job and an output of another account', () => {
  it('are not found by id, are in no list, and cannot be canceled', async () => {
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
});

describe('accounts', () => {
  const open = (body: object, key = api.platformKey) => api.call('/v1/accounts', { key, body });

  it('opened twice under one reference are one account with one sign-up grant', async () => {
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

  it('opened in test mode stay in it, and the same reference in live mode is refused', async () => {
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

  it('opened again under another name are refused', async () => {
    await open({ name: 'One', reference: 'crm-8' });
    expectProblem(await open({ name: 'Two', reference: 'crm-8' }), 422, 'idempotency_key_reused');
  });

  it('whose first opening was cut off before the sign-up grant get it when they are opened again', async () => {
    await api.worker.query("SELECT ledger.open_account('acct_half', 'crm-9', 'Half')");
    expect((await open({ name: 'Half', reference: 'crm-9' })).json()).toMatchObject({ id: 'acct_half' });
    const { rows } = await api.owner.query(
      "SELECT available FROM ledger.accounts WHERE account_id = 'acct_half'",
    );
    expect(rows).toEqual([{ available: '1000' }]);
    await api.expectReconciled();
  });

  it('are opened by platform keys alone, and an invalid body is refused with a pointer per field', async () => {
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
