import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BEHIND_MS, NOON, noonClock } from '../../harness/noon.ts';
import {
  createApiFixture,
  expectProblem,
  STATIC_AD,
  type ApiFixture,
  type TestAccount,
} from '../api-fixture.ts';
import { createAdmit } from '../../../activities/admission/admit.ts';
import { createBeginOutput } from '../../../activities/admission/plan-begun-output.ts';
import { fingerprintJson, jobIdOf } from '../../../contract/derived-ids.ts';
import { outputIdOf } from '../../../domain/ids.ts';
import { createAdmitJob } from '../../../jobs/admission/admit-job.ts';
import { readReport } from '../../../ledger/reads/read-report.ts';
import { untilCounted } from '../../harness/until-counted.ts';
import { deliver } from '../job-ending.ts';
import { SUPERSCALE, SUPERSCALE_RULES } from '../../harness/superscale.ts';

/** As shipped, with a second model that is no sandbox: it is taken before the sandbox, and takes over from it. */
const [render] = SUPERSCALE.models.filter(({ isSandbox }) => isSandbox);
const REAL = { ...render!, name: 'local/real', isSandbox: false };
const SANDBOX = { ...render!, fallbacks: [REAL.name] };
const CATALOGUE = { ...SUPERSCALE, models: [REAL, SANDBOX] };

let api: ApiFixture;
let live: TestAccount;
let tests: TestAccount;
let testPlatform: string;
beforeAll(async () => {
  api = await createApiFixture({ catalogue: CATALOGUE, now: noonClock });
  await api.database.setClockBack(BEHIND_MS);
  live = await api.openAccount();
  tests = await api.openAccount(0, 'test');
  testPlatform = await api.createKey(null, ['admin'], 'test');
});
afterAll(async () => {
  await api.expectReconciled();
  await api.close();
});

const quote = (as: TestAccount, body: object) => api.call('/v1/quotes', { key: as.key, body });

describe('a test account', () => {
  it('is refused every model but the sandbox, where a live account has all of them', async () => {
    expect(tests.key).toMatch(/^hf_test_/);
    expect((await quote(tests, STATIC_AD)).status).toBe(200);
    expect((await quote(live, { ...STATIC_AD, model: REAL.name })).status).toBe(200);
    for (const path of ['/v1/quotes', '/v1/jobs']) {
      const answer = await api.call(path, {
        key: tests.key,
        body: { ...STATIC_AD, model: REAL.name },
        headers: { 'Idempotency-Key': 'real' },
      });
      expect(expectProblem(answer, 400, 'invalid_request')['errors']).toEqual([
        { pointer: '/model', code: 'sandbox_only', detail: expect.stringContaining(render!.name) as string },
      ]);
    }
  });

  it('sees the sandbox as its only model and default in the catalogue, where a live account has the other', async () => {
    type Shown = {
      readonly kinds: readonly { readonly default_model: string }[];
      readonly models: readonly {
        readonly name: string;
        readonly is_offered: boolean;
        readonly is_default: boolean;
        readonly kinds: readonly { readonly is_offered: boolean; readonly fallbacks: readonly string[] }[];
      }[];
    };
    const shown = async (key: string) => {
      const { kinds, models } = (await api.call('/v1/catalogue', { key })).json<Shown>();
      expect(models.every((model) => model.kinds.every((kind) => kind.is_offered === model.is_offered))).toBe(
        true,
      );
      return {
        default: kinds[0]?.default_model,
        models: models.map(({ name, is_offered, is_default }) => [name, is_offered, is_default]),
        takeOver: models.flatMap(({ kinds: made }) => made[0]?.fallbacks ?? []),
      };
    };
    expect(await shown(live.key)).toEqual({
      default: REAL.name,
      models: [
        [REAL.name, true, true],
        [SANDBOX.name, true, false],
      ],
      takeOver: [REAL.name],
    });
    const ofTests = {
      default: SANDBOX.name,
      models: [
        [REAL.name, false, false],
        [SANDBOX.name, true, true],
      ],
      takeOver: [],
    };
    expect(await shown(tests.key)).toEqual(ofTests);
    expect(await shown(testPlatform)).toEqual(ofTests);
  });

  it('may ask for a test scenario, which the default model of a live account refuses', async () => {
    const body = { ...STATIC_AD, test_scenario: 'fails_after_start' };
    expect((await quote(tests, body)).status).toBe(200);
    expectProblem(await quote(live, body), 400, 'invalid_request');
  });

  it('is held to the sandbox by the worker too, whatever the start says', async () => {
    const refused = await api.admitJob(tests.accountId, 'real', { ...STATIC_AD, model: REAL.name });
    expect(refused.admission).toMatchObject({
      outcome: 'refused',
      code: 'invalid_request',
      errors: [{ pointer: '/model', code: 'sandbox_only' }],
    });
    const { jobId, admission } = await api.admitJob(tests.accountId, 'default');
    expect(admission).toMatchObject({ outcome: 'reserved' });
    const { rows } = await api.owner.query('SELECT model FROM jobs.jobs WHERE job_id = $1', [jobId]);
    expect(rows).toEqual([{ model: render!.name }]);
  });

  it('has no other model take over from the sandbox, in a job of one output and of several, where a live account has one', async () => {
    const settings = { rules: { ...SUPERSCALE_RULES, catalogue: CATALOGUE }, heartbeatTimeoutSeconds: 5 };
    const admit = createAdmit(createAdmitJob(api.worker), api.worker, settings);
    const begin = createBeginOutput(api.worker, settings);
    /** The names of the models that may take over, of a single job and of the first output of a job of two. */
    const fallbacksFor = async ({ accountId }: TestAccount) => {
      const start = (variations: number) => {
        const request = { ...STATIC_AD, model: SANDBOX.name, variations };
        return {
          ...{ accountId, request, fingerprint: fingerprintJson(request), outputCount: variations },
          ...{ jobId: jobIdOf(accountId, `fallbacks ${String(variations)}`) },
          admitBy: new Date(Date.now() + 60_000).toISOString(),
        };
      };
      const { plan } = await admit(start(1));
      const { batch } = await admit(start(2));
      const jobId = batch?.jobId ?? '';
      const begun = await begin({ accountId, outputId: outputIdOf(jobId, 0) });
      expect(begun.next).toBe('run');
      return [plan, begun.next === 'run' ? begun.plan : null].map((of) =>
        of?.fallbacks?.map(({ name }) => name),
      );
    };
    expect(await fallbacksFor(live)).toEqual([[REAL.name], [REAL.name]]);
    expect(await fallbacksFor(tests)).toEqual([undefined, undefined]);
  });

  it('is counted neither in the ledger report nor in the costs of models', async () => {
    const month = NOON.toISOString().slice(0, 7);
    const report = async () => {
      await untilCounted(api.worker);
      const { data: rows } = await readReport(api.worker, month);
      const costs = await api.call(`/v1/costs?month=${month}`, { key: api.platformKey });
      return { rows, costs: costs.json() };
    };
    const before = await report();
    const { jobId } = await api.admitJob(tests.accountId, 'counted');
    await deliver(api, tests.accountId, jobId, Buffer.from('picture'));
    expect(await report()).toEqual(before);
    const { jobId: liveJob } = await api.admitJob(live.accountId, 'counted');
    await deliver(api, live.accountId, liveJob, Buffer.from('picture'));
    const after = await report();
    expect(after.rows).not.toEqual(before.rows);
    expect(after.costs).not.toEqual(before.costs);
  });

  it('is not referred by a live account, and refers none', async () => {
    for (const [one, other] of [
      [live, tests],
      [tests, live],
    ] as const) {
      const answer = await api.call(`/v1/accounts/${one.accountId}/referrals`, {
        key: api.platformKey,
        body: { inviter_id: other.accountId },
      });
      expectProblem(answer, 400, 'invalid_request');
    }
  });
});

describe('a platform key of test mode', () => {
  const as = (accountId: string) => ({ key: testPlatform, headers: { 'Holdfast-Account': accountId } });

  it('acts on test accounts, and finds no live one', async () => {
    expect((await api.call('/v1/balance', as(tests.accountId))).status).toBe(200);
    expectProblem(await api.call('/v1/balance', as(live.accountId)), 404, 'not_found');
    for (const [id, status] of [
      [tests.accountId, 200],
      [live.accountId, 404],
    ] as const) {
      expect((await api.call(`/v1/accounts/${id}`, { key: testPlatform })).status).toBe(status);
      const frozen = await api.call(`/v1/accounts/${id}/freeze`, {
        key: testPlatform,
        body: { reason: 'r' },
      });
      expect(frozen.status).toBe(status);
    }
    await api.call(`/v1/accounts/${tests.accountId}/unfreeze`, { key: testPlatform, body: { reason: 'r' } });
  });

  it('opens test accounts and makes keys of test mode, and is refused live ones', async () => {
    const open = (body: object) => api.call('/v1/accounts', { key: testPlatform, body });
    const opened = await open({ name: 'T', reference: 'of-test-key' });
    expect(opened.json()).toMatchObject({ mode: 'test' });
    expectProblem(await open({ name: 'T', reference: 'live-by-test-key', mode: 'live' }), 403, 'forbidden');
    const made = await api.call('/v1/keys', {
      key: testPlatform,
      body: { name: 'k', scopes: ['jobs:read'], account_id: opened.json()['id'] },
    });
    expect(made.json()).toMatchObject({ mode: 'test', secret: expect.stringMatching(/^hf_test_/) as string });
    const keyOf = (body: object) =>
      api.call('/v1/keys', { key: testPlatform, body: { name: 'k', scopes: ['support'], ...body } });
    expect((await keyOf({})).json()).toMatchObject({ account_id: null, mode: 'test' });
    expectProblem(await keyOf({ mode: 'live' }), 403, 'forbidden');
    expectProblem(await keyOf({ account_id: live.accountId }), 404, 'not_found');
    const page = await api.call('/v1/keys', { key: testPlatform });
    expect(page.json<{ data: { mode: string }[] }>().data.every(({ mode }) => mode === 'test')).toBe(true);
  });

  it.each([
    ...['/v1/costs', '/v1/costs/unknown_bills', '/v1/repairs', '/v1/reviews'],
    ...['/v1/ledger/report', '/v1/ledger/checks'],
  ])('is refused what reads over all accounts: %s', async (path) => {
    expectProblem(await api.call(path, { key: testPlatform }), 403, 'forbidden');
    expect((await api.call(path, { key: api.platformKey })).status).toBe(200);
  });
});

it('a key whose mode is not that of its account is refused', async () => {
  const key = await api.createKey(live.accountId, ['admin'], 'test');
  expectProblem(await api.call('/v1/balance', { key }), 401, 'unauthenticated');
});

it('a frozen account is shown as frozen, gets quotes, and is refused jobs and metered use', async () => {
  const { accountId, key } = await api.openAccount();
  const call = (what: string, of = accountId) =>
    api.call(`/v1/accounts/${of}/${what}`, { key: api.platformKey, body: { reason: 'charge-back' } });
  expect((await call('freeze')).json()).toMatchObject({ id: accountId, frozen: true });
  expect((await call('freeze')).status).toBe(200);
  const shown = [
    await api.call('/v1/balance', { key }),
    await api.call(`/v1/accounts/${accountId}`, { key }),
  ];
  expect(shown.map((one) => one.json()['frozen'])).toEqual([true, true]);
  expect((await api.call('/v1/quotes', { key, body: STATIC_AD })).json()).toMatchObject({ affordable: true });
  const usage = await api.call('/v1/usage', {
    key,
    body: { kind: 'chat_message', quantity: 1 },
    headers: { 'Idempotency-Key': 'frozen' },
  });
  expect(expectProblem(usage, 403, 'account_frozen')).toMatchObject({ billed: 'no', retryable: false });
  expect((await api.admitJob(accountId, 'frozen')).admission).toMatchObject({ code: 'account_frozen' });
  const submitted = await api.call('/v1/jobs', {
    key,
    body: STATIC_AD,
    headers: { 'Idempotency-Key': 'frozen' },
  });
  expectProblem(submitted, 403, 'account_frozen');
  expectProblem(
    await api.call(`/v1/accounts/${accountId}/freeze`, { key, body: { reason: 'r' } }),
    403,
    'forbidden',
  );
  expect((await call('unfreeze')).json()).toMatchObject({ frozen: false });
  expectProblem(await call('unfreeze', 'acct_aaaaaaaaaaaaaaaaaaaaaaaaaa'), 404, 'not_found');
});
