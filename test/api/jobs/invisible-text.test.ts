import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiKey } from '../../../jobs/keys/create-api-key.ts';
import { INVISIBLE_TEXTS } from '../../harness/invisible-texts.ts';
import {
  createApiFixture,
  expectProblem,
  STATIC_AD,
  type ApiFixture,
  type TestAccount,
} from '../api-fixture.ts';

let api: ApiFixture;
let account: TestAccount;
let keys = 0;
beforeAll(async () => {
  api = await createApiFixture();
  account = await api.openAccount();
});
afterAll(() => api.close());

const post = (
  path: string,
  body: unknown,
  { key, method = 'POST', headers = {} }: { key: string; method?: string; headers?: Record<string, string> },
) =>
  api.call(path, {
    key,
    method,
    body,
    headers: { 'Idempotency-Key': `invisible-${String(++keys)}`, ...headers },
  });

/** Controls among them are refused by their own name. */
const isTold = (problem: Record<string, unknown>, pointer: string) => {
  expect(problem).toMatchObject({ errors: [{ pointer, code: 'too_short' }] });
};

describe('a headline without a visible character is refused by quotes and submissions', () => {
  it.each(INVISIBLE_TEXTS)('%s', async (_name, headline) => {
    const body = { ...STATIC_AD, brief: { headline } };
    for (const path of ['/v1/quotes', '/v1/jobs'])
      isTold(
        expectProblem(await post(path, body, { key: account.key }), 400, 'invalid_request'),
        '/brief/headline',
      );
  });
});

const BLANK = '\u3164\u200B';
const with_ = (fields: object) => ({ ...STATIC_AD, ...fields });
const edit = { kind: 'edit', source_output_id: `out_${'a'.repeat(26)}_0` };

/** Every text that must not be empty, at its door. */
const OF_ACCOUNT: readonly (readonly [path: string, body: object, pointer: string])[] = [
  ['/v1/jobs', with_({ brief: { headline: 'A', body: BLANK } }), '/brief/body'],
  ['/v1/jobs', with_({ brief: { headline: 'A', call_to_action: BLANK } }), '/brief/call_to_action'],
  [
    '/v1/jobs',
    with_({ brief: { headline: 'A', reference_asset_urls: [BLANK] } }),
    '/brief/reference_asset_urls/0',
  ],
  ['/v1/jobs', with_({ model: BLANK }), '/model'],
  ['/v1/jobs', with_({ member: BLANK }), '/member'],
  ['/v1/jobs', with_({ project: BLANK }), '/project'],
  ['/v1/jobs', with_({ metadata: { [BLANK]: 'v' } }), `/metadata/${BLANK}`],
  ['/v1/jobs', { ...edit, instruction: BLANK }, '/instruction'],
  [
    '/v1/jobs',
    { kind: 'batch', items: [{ kind: 'static_ad', brief: { headline: BLANK } }] },
    '/items/0/brief/headline',
  ],
  ['/v1/usage', { kind: 'chat_message', quantity: 1, member: BLANK }, '/member'],
  ['/v1/usage', { kind: 'chat_message', quantity: 1, project: BLANK }, '/project'],
];
const OF_OPERATOR: readonly (readonly [method: string, path: string, body: object, pointer: string])[] = [
  ['POST', '/v1/accounts', { name: BLANK, reference: 'r' }, '/name'],
  ['POST', '/v1/accounts', { name: 'n', reference: BLANK }, '/reference'],
  ['POST', '/v1/accounts/:id/grants', { source: 'trial', reference: BLANK }, '/reference'],
  [
    'POST',
    '/v1/accounts/:id/grants',
    { source: 'goodwill', credits: 1, reference: 'r', reason: BLANK },
    '/reason',
  ],
  ['PUT', '/v1/accounts/:id/plan', { plan: 'pro', reference: BLANK }, '/reference'],
  [
    'PUT',
    '/v1/accounts/:id/limits',
    { reason: 'r', overrides: [{ member: BLANK, credits_per_period: 1 }] },
    '/overrides/0/member',
  ],
  [
    'PUT',
    '/v1/accounts/:id/limits',
    { reason: 'r', overrides: [{ project: BLANK, credits_per_period: 1 }] },
    '/overrides/0/project',
  ],
  ['PUT', '/v1/accounts/:id/limits', { reason: BLANK }, '/reason'],
  ['POST', '/v1/grants/:grant/void', { reason: BLANK }, '/reason'],
  ['POST', '/v1/jobs/:job/release', { reason: BLANK }, '/reason'],
  ['POST', '/v1/jobs/:job/refund', { reason: BLANK }, '/reason'],
  ['POST', '/v1/jobs/:job/extend', { reason: BLANK, until: '2099-01-01T00:00:00Z' }, '/reason'],
  ['POST', '/v1/jobs/:job/restart', { reason: BLANK, from_attempt: 1 }, '/reason'],
  ['POST', '/v1/jobs/:job/resolve', { reason: BLANK, outcome: 'ran' }, '/reason'],
  [
    'POST',
    '/v1/jobs/:job/resolve',
    { reason: 'r', outcome: 'ran', provider_job_id: BLANK },
    '/provider_job_id',
  ],
];

describe('every other text that must not be empty is refused without a visible character', () => {
  it.each(OF_ACCOUNT)('%s %j', async (path, body, pointer) => {
    isTold(expectProblem(await post(path, body, { key: account.key }), 400, 'invalid_request'), pointer);
  });

  it.each(OF_OPERATOR)('%s %s %j', async (method, path, body, pointer) => {
    const { jobId } = await api.admitJob(account.accountId, `invisible-job-${String(++keys)}`);
    const headers: Record<string, string> = path.startsWith('/v1/jobs/')
      ? { 'Holdfast-Account': account.accountId }
      : {};
    const named = path
      .replace(':id', account.accountId)
      .replace(':job', jobId)
      .replace(':grant', 'grant_unknown');
    const answer = await post(named, body, { key: api.platformKey, method, headers });
    const problem = expectProblem(answer, 400, 'invalid_request');
    // The other faults of the body are named too: the time is too far, …
    expect(problem['errors']).toContainEqual(expect.objectContaining({ pointer, code: 'too_short' }));
  });

  it('the note of a report', async () => {
    const { jobId } = await api.admitJob(account.accountId, 'invisible-report');
    const path = `/v1/outputs/${jobId.replace('job_', 'out_')}_0/reports`;
    const answer = await post(path, { category: 'broken', note: BLANK }, { key: account.key });
    isTold(expectProblem(answer, 400, 'invalid_request'), '/note');
  });

  it('the reason of a decision', async () => {
    const path = `/v1/reviews/rev_${'a'.repeat(26)}_0_1/decision`;
    const answer = await post(path, { decision: 'deny', reason: BLANK }, { key: api.platformKey });
    isTold(expectProblem(answer, 400, 'invalid_request'), '/reason');
  });

  it('the person in Holdfast-Actor', async () => {
    const answer = await api.call('/v1/grants/grant_unknown/void', {
      key: api.platformKey,
      body: { reason: 'r' },
      headers: {
        'Holdfast-Actor': Buffer.from(BLANK).toString('latin1'),
        'Idempotency-Key': 'invisible-actor',
      },
    });
    expectProblem(answer, 400, 'invalid_request');
  });

  it('the name of a key', async () => {
    const make = (name: string) =>
      createApiKey(api.worker, { name, scopes: ['admin'], accountId: null, mode: 'live' });
    await expect(make(BLANK)).rejects.toThrow(RangeError);
    await expect(make('x'.repeat(201))).rejects.toThrow(RangeError);
    expect((await make('An operator')).id).toMatch(/^key_/);
  });
});

it('a text with one visible character among invisible ones is accepted', async () => {
  const body = { ...STATIC_AD, brief: { headline: `\u202B${BLANK}خ\u202C` } };
  expect((await post('/v1/quotes', body, { key: account.key })).status).toBe(200);
});
