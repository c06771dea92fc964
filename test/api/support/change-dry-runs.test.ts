import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AccountAction, Preview } from '../../../contract/shapes/support-shapes.ts';
import { SUPERSCALE } from '../../harness/superscale.ts';
import { digestOfDatabase } from '../../harness/database-digest.ts';
import { createApiFixture, expectProblem, type Answer, type ApiFixture } from '../api-fixture.ts';
import { deliver } from '../job-ending.ts';

/**
 * What support can do to an account, each: said first, which writes nothing; then done, as it was said; said of again; refused of a second
 * person who was shown what was true before; and on record.
 */

const [standard] = SUPERSCALE.priceLists;
if (standard === undefined) throw new Error('the shipped catalogue has a price list');
const partners = { ...standard, name: 'partners', version: 2 };

let api: ApiFixture;
let accountId: string;
let own: string;
let signUp: string;
let endpoint: string;
beforeAll(async () => {
  api = await createApiFixture({
    catalogue: { ...SUPERSCALE, priceLists: [...SUPERSCALE.priceLists, partners] },
  });
  ({ accountId, key: own } = await api.openAccount());
  const balance = await api.call('/v1/balance', { key: own });
  signUp = balance.json<{ grants: { id: string }[] }>().grants[0]?.id ?? '';
  const hook = { url: 'https://hooks.example.com/a', events: ['job.queued', 'job.succeeded'] };
  const made = await api.call('/v1/webhook_endpoints', { key: own, body: hook });
  endpoint = made.json<{ id: string }>().id;
  await api.admitJob(accountId, 'open');
  const { jobId } = await api.admitJob(accountId, 'delivered');
  await deliver(api, accountId, jobId, Buffer.from('picture'));
});
afterAll(async () => {
  await api.expectReconciled();
  await api.close();
});

type Asked = { readonly method?: 'PUT'; readonly path: string; readonly body?: object };
/** As a person of support, by the platform's key. */
const ask = (person: string, { path, method, body = {} }: Asked, more: object = {}): Promise<Answer> =>
  api.call(path, {
    method: method ?? 'POST',
    key: api.platformKey,
    headers: { 'Holdfast-Account': accountId, 'Holdfast-Actor': person },
    body: { ...body, ...more },
  });
const dryRun = async (asked: Asked): Promise<Preview> => {
  const answer = await ask('Ada', asked, { reason: 'r', dry_run: true });
  expect(answer.status, answer.text).toBe(200);
  return answer.json<Preview>();
};
const of = (what: string) => `/v1/accounts/${accountId}/${what}`;

const NO_LIMITS = {
  ...{ max_concurrent_jobs: null, member_credits_per_period: null, project_credits_per_period: null },
  ...{ low_balance_at: null, overrides: [] },
};

type Case = {
  readonly of: () => Asked;
  readonly would: readonly (string | RegExp)[];
  readonly status: number;
  readonly did?: object;
  /** What is said of it afterwards. */
  readonly again?: readonly (string | RegExp)[];
  readonly action: string;
  /** What the second person sends, where that is not the same. */
  readonly second?: object;
};

const CASES: Readonly<Record<string, Case>> = {
  'a grant of goodwill': {
    of: () => ({ path: of('grants'), body: { source: 'goodwill', credits: 50, reference: 'one' } }),
    would: [
      /^adds 50 credits as a goodwill grant, which ends \d+ \w{3} 20\d\d$/,
      'leaves 980 credits to spend',
    ],
    status: 201,
    did: { amount: 50, source: 'goodwill' },
    action: 'grant',
    second: { reference: 'two' },
  },
  'new limits': {
    of: () => ({
      path: of('limits'),
      method: 'PUT',
      body: {
        ...NO_LIMITS,
        max_concurrent_jobs: 1,
        low_balance_at: 1_500,
        overrides: [{ member: 'ann', credits_per_period: 5 }],
      },
    }),
    would: [
      'sets jobs at once: none → 1',
      'sets notice of a low balance at: none → 1,500',
      'sets the cap of member ann: none of its own → 5',
      'lets 1 running job go on, and refuses a new one until fewer than 1 run',
    ],
    status: 200,
    did: { max_concurrent_jobs: 1 },
    again: ['changes nothing: these are its limits'],
    action: 'set_limits',
  },
  'a price list': {
    of: () => ({ path: of('price_list'), method: 'PUT', body: { price_list: 'partners' } }),
    would: [
      'prices new quotes and jobs by partners, version 2, instead of standard, version 1',
      'leaves quotes that were given, and jobs that run, at their own prices',
    ],
    status: 200,
    did: { price_list: 'partners', applies: { name: 'partners', version: 2 } },
    again: ['changes nothing: it is priced by partners, version 2, already'],
    action: 'set_price_list',
  },
  'a freeze': {
    of: () => ({ path: of('freeze') }),
    would: [
      'refuses new spending from now on; returns and refunds work',
      'lets 1 running job end as they are, with 35 credits reserved',
    ],
    status: 200,
    did: { frozen: true },
    again: [/^changes nothing: the account is frozen since \d+ \w{3} 20\d\d, \d\d:\d\d UTC$/],
    action: 'freeze',
  },
  'the end of a freeze': {
    of: () => ({ path: of('unfreeze') }),
    would: ['allows new spending again: 980 credits can be spent'],
    status: 200,
    did: { frozen: false },
    again: ['changes nothing: the account is not frozen'],
    action: 'unfreeze',
  },
  'one delivery again': {
    of: () => ({ path: `/v1/webhook_endpoints/${endpoint}/deliveries/dlv_${endpoint.slice(3)}_1/resend` }),
    would: ['sends job.queued (event 1) again to https://hooks.example.com/a'],
    status: 202,
    did: { state: 'pending' },
    action: 'resend_webhooks',
  },
  'all events again': {
    of: () => ({
      path: `/v1/webhook_endpoints/${endpoint}/resend`,
      body: { since: '2026-01-01T00:00:00Z' },
    }),
    would: ['sends 3 events again to https://hooks.example.com/a'],
    status: 202,
    did: { resent: 3 },
    action: 'resend_webhooks',
  },
  'a void': {
    of: () => ({ path: `/v1/grants/${signUp}/void` }),
    would: [
      'takes back 930 unspent credits of the sign-up grant',
      'lets 35 credits in open reservations end as they are; what returns is voided too',
      'does not recover 35 credits that were spent',
      'leaves 50 credits to spend',
    ],
    status: 200,
    did: { voided: 930, not_recovered: 70 },
    again: [/^changes nothing: it was voided .*, and 930 credits taken back then$/],
    action: 'void_grant',
  },
};

it.each(Object.entries(CASES))(
  '%s: the dry run says what the call then does, the second of two people is refused, and the action is recorded',
  async (_, { of: askedOf, would, status, did = {}, again, action, second = {} }) => {
    const asked = askedOf();
    // The first request of a key and an account makes the row that counts its requests.
    await dryRun(asked);
    const before = await digestOfDatabase(api.owner, ['jobs.request_rates']);
    const said = await dryRun(asked);
    expect(await digestOfDatabase(api.owner, ['jobs.request_rates'])).toEqual(before);
    expect(said).toMatchObject({ possible: true, reason: null, detail: null });
    expect(said.would).toEqual(
      would.map((one) => (typeof one === 'string' ? one : expect.stringMatching(one))),
    );
    const reason = `Ticket of ${action}`;
    const done = await ask('Ada', asked, { reason, as_of: said.as_of });
    expect([done.status, done.json()], done.text).toMatchObject([status, did]);

    const late = await ask('Grace', asked, { reason: 'Mine', as_of: said.as_of, ...second });
    expectProblem(late, 409, 'state_conflict');
    expect(late.json()).toMatchObject({ reason: 'acted_since', billed: 'no' });
    expect(late.json<{ detail: string }>().detail).toContain(`(Ada) did “${action.replaceAll('_', ' ')}” (`);
    expect(late.json<{ detail: string }>().detail).toContain(`“${reason}”`);
    // Who asks again after an answer that was lost is no second person.
    expect((await ask('Ada', asked, { reason, as_of: said.as_of })).status).toBe(done.status);

    if (again !== undefined) {
      expect((await dryRun(asked)).would).toEqual(
        again.map((one) => (typeof one === 'string' ? one : expect.stringMatching(one))),
      );
    }
    const { data } = (await api.call(of('actions'), { key: api.platformKey })).json<{
      data: AccountAction[];
    }>();
    expect(data.find((one) => one.reason === reason)).toMatchObject({
      action,
      actor: expect.stringMatching(/^key:key_\w+ \(Ada\)$/),
    });
    expect(data.filter((one) => one.reason === 'Mine')).toEqual([]);
  },
);

it('a key: the dry runs of its revocation and its rotation say what each would do, and do nothing', async () => {
  const { data: keys } = (
    await api.call('/v1/keys', { key: api.platformKey, headers: { 'Holdfast-Account': accountId } })
  ).json<{ data: { id: string; name: string }[] }>();
  const [shop] = keys;
  await api.call('/v1/portal_sessions', { key: own, body: { can: ['read'] } });
  const path = `/v1/keys/${shop?.id ?? ''}`;
  const revoke = (query: string, person = 'Ada') =>
    api.call(`${path}?${query}`, {
      method: 'DELETE',
      key: api.platformKey,
      headers: { 'Holdfast-Actor': person },
    });
  const rotate = (body: object) => api.call(`${path}/rotate`, { key: api.platformKey, body });

  await revoke('dry_run=true');
  const before = await digestOfDatabase(api.owner, ['jobs.request_rates']);
  const said = (await revoke('dry_run=true')).json<Preview>();
  const rotation = (await rotate({ dry_run: true, grace_seconds: 0 })).json<Preview>();
  expect(await digestOfDatabase(api.owner, ['jobs.request_rates'])).toEqual(before);
  const name = `${shop?.id ?? ''} (“${shop?.name ?? ''}”)`;
  expect(said.would).toEqual([
    `refuses every call with ${name} within one second`,
    'ends 1 portal session that was opened with it',
  ]);
  expect(rotation.would).toEqual([
    `makes a key in place of ${name}, with the same scopes, and shows its secret once`,
    'refuses the old one within one second',
  ]);

  const made = (await rotate({ grace_seconds: 3_600, reason: 'Yearly' })).json<{ id: string }>();
  expect((await rotate({ dry_run: true })).json()).toMatchObject({
    possible: false,
    would: [],
    reason: 'replaced',
    detail: `This key was replaced by ${made.id} already.`,
  });
  const next = await api.call(`/v1/keys/${made.id}/rotate`, {
    key: api.platformKey,
    body: { dry_run: true },
  });
  expect(next.json<Preview>().would).toEqual([
    expect.stringContaining('makes a key in place of'),
    expect.stringMatching(/^lets the old one work until \d+ \w{3} 20\d\d, \d\d:\d\d UTC$/),
    `ends ${shop?.id ?? ''}, which the old one had replaced`,
  ]);

  expect((await revoke(`reason=Leaked&as_of=${said.as_of ?? ''}`)).status).toBe(204);
  const late = await revoke(`reason=Mine&as_of=${said.as_of ?? ''}`, 'Grace');
  expectProblem(late, 409, 'state_conflict');
  expect(late.json<{ detail: string }>().detail).toMatch(/\(Ada\) did “revoke key” \(.*“Leaked”\)/);
  expect((await revoke('dry_run=true')).json<Preview>().would).toEqual([
    expect.stringMatching(/^changes nothing: it was revoked /),
  ]);
  expect((await rotate({ dry_run: true })).json()).toMatchObject({ possible: false, reason: 'replaced' });
});

it('a dry run refuses what the call itself refuses', async () => {
  const grant = { source: 'goodwill', credits: 9, reference: 'one' };
  expect(await dryRun({ path: of('grants'), body: grant })).toMatchObject({
    possible: false,
    reason: 'idempotency_key_reused',
    detail: 'This reference was used for another grant of the account. Use a new reference.',
  });
  const past = {
    ...grant,
    reference: 'three',
    expires_at: '2020-01-01T00:00:00Z',
    reason: 'r',
    dry_run: true,
  };
  expectProblem(await ask('Ada', { path: of('grants'), body: past }), 400, 'invalid_request');
  const unknown = {
    path: of('price_list'),
    method: 'PUT',
    body: { price_list: 'absent', reason: 'r' },
  } as const;
  expectProblem(await ask('Ada', unknown, { dry_run: true }), 400, 'invalid_request');
  for (const path of ['/v1/grants/grant_absent/void', '/v1/accounts/acct_absent/freeze']) {
    expectProblem(await ask('Ada', { path }, { reason: 'r', dry_run: true }), 404, 'not_found');
  }
  const absent = await api.call(`/v1/keys/key_${'0'.repeat(20)}?dry_run=true`, {
    method: 'DELETE',
    key: api.platformKey,
  });
  expectProblem(absent, 404, 'not_found');
  expectProblem(
    await ask('Ada', { path: of('freeze') }, { reason: 'r', as_of: 'yesterday' }),
    400,
    'invalid_request',
  );
  await api.call(`/v1/webhook_endpoints/${endpoint}`, {
    method: 'PATCH',
    key: api.platformKey,
    headers: { 'Holdfast-Account': accountId },
    body: { enabled: false },
  });
  for (const path of [`deliveries/dlv_${endpoint.slice(3)}_1/resend`, 'resend']) {
    const body = path === 'resend' ? { since: '2026-01-01T00:00:00Z' } : {};
    expect(await dryRun({ path: `/v1/webhook_endpoints/${endpoint}/${path}`, body })).toMatchObject({
      possible: false,
      reason: 'endpoint_disabled',
      detail: 'The endpoint is disabled. Enable it first.',
    });
  }
});

it('the actions on an account are listed page by page, newest first, without portal sessions', async () => {
  const read = async (query: string) =>
    (await api.call(`${of('actions')}?${query}`, { key: api.platformKey })).json<{
      data: AccountAction[];
      next_cursor: string | null;
    }>();
  const whole = await read('limit=100');
  expect(whole.data.length).toBeGreaterThan(8);
  expect(whole.next_cursor).toBeNull();
  const names = whole.data.map(({ action }) => action);
  expect(names).toContain('revoke_key');
  expect(names).not.toContain('create_portal_session');
  const first = await read('limit=3');
  const second = await read(`limit=3&cursor=${first.next_cursor ?? ''}`);
  expect([...first.data, ...second.data]).toEqual(whole.data.slice(0, 6));
  const key = await api.createKey(accountId, ['admin']);
  expectProblem(await api.call(of('actions'), { key }), 403, 'forbidden');
});

it('a command of a job is refused where another person has acted on the job since its dry run', async () => {
  const { accountId: theirs } = await api.openAccount();
  const { jobId } = await api.admitJob(theirs, 'twice');
  await deliver(api, theirs, jobId, Buffer.from('another'));
  const refund = (person: string, key: string, more: object) =>
    api.call(`/v1/jobs/${jobId}/refund`, {
      key: api.platformKey,
      headers: { 'Idempotency-Key': key, 'Holdfast-Actor': person },
      body: { credits: 10, reason: `Of ${person}`, ...more },
    });
  const said = (await refund('Ada', 'unused', { dry_run: true })).json<Preview>();
  expect(said.would).toEqual([expect.stringContaining('returns 10 credits')]);
  expect((await refund('Ada', 'of-ada', { as_of: said.as_of })).status).toBe(202);
  const late = await refund('Grace', 'of-grace', { as_of: said.as_of });
  expectProblem(late, 409, 'state_conflict');
  expect(late.json<{ detail: string }>().detail).toContain('(Ada) did “refund job”');
  expect((await refund('Ada', 'of-ada', { as_of: said.as_of })).headers.get('idempotent-replayed')).toBe(
    'true',
  );
  expect((await refund('Grace', 'again', {})).status).toBe(202);
});
