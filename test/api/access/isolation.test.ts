import { afterAll, beforeAll, expect, it } from 'vitest';
import { createApiFixture, STATIC_AD, type ApiFixture, type Call, type TestAccount } from '../api-fixture.ts';
import { deliver } from '../job-ending.ts';

let api: ApiFixture;
let mine: TestAccount;
let theirs: TestAccount;
let their: {
  readonly job: string;
  readonly output: string;
  readonly quote: string;
  readonly grant: string;
  readonly review: string;
};
beforeAll(async () => {
  api = await createApiFixture();
  mine = await api.openAccount();
  theirs = await api.openAccount();
  const { jobId } = await api.admitJob(theirs.accountId, 'theirs');
  const { outputId } = await deliver(api, theirs.accountId, jobId, Buffer.from('picture'));
  const quote = await api.call('/v1/quotes', { key: theirs.key, body: STATIC_AD });
  const grant = await api.call(`/v1/accounts/${theirs.accountId}/grants`, {
    key: api.platformKey,
    body: { source: 'top_up', credits: 50, reference: 'their-payment' },
  });
  await api.call('/v1/usage', {
    key: theirs.key,
    body: { kind: 'chat_message', quantity: 3 },
    headers: { 'Idempotency-Key': 'u' },
  });
  const review = await api.call(`/v1/outputs/${outputId}/reports`, {
    key: theirs.key,
    body: { category: 'broken', note: 'theirs' },
  });
  their = {
    review: review.json<{ id: string }>().id,
    job: jobId,
    output: outputId,
    quote: quote.json<{ id: string }>().id,
    grant: grant.json<{ id: string }>().id,
  };
});
afterAll(async () => {
  await api.expectReconciled();
  await api.close();
});

/** Ids of what is theirs, and of the same kinds of things that do not exist. */
type Ids = { readonly account: string } & typeof their;
const nobodys = (): Ids => ({
  account: 'acct_nobody',
  job: `job_${'a'.repeat(26)}`,
  output: `out_${'a'.repeat(26)}_0`,
  quote: 'quote_nobodys',
  grant: 'grant_nobodys',
  review: `rev_${'a'.repeat(26)}_0_1`,
});

/** Every read and write that names an id, with a body that would be right were the id one's own. */
const CALLS: Readonly<Record<string, (ids: Ids) => readonly [path: string, call: Call]>> = {
  'read an account': ({ account }) => [`/v1/accounts/${account}`, {}],
  'read a job': ({ job }) => [`/v1/jobs/${job}`, {}],
  'read events': ({ job }) => [`/v1/jobs/${job}/events`, {}],
  'cancel a job': ({ job }) => [`/v1/jobs/${job}/cancel`, { method: 'POST' }],
  'inspect a job': ({ job }) => [`/v1/jobs/${job}/inspect`, {}],
  'release a job': ({ job }) => [`/v1/jobs/${job}/release`, { body: { reason: 'r' } }],
  'refund a job': ({ job }) => [`/v1/jobs/${job}/refund`, { body: { reason: 'r' } }],
  'extend a job': ({ job }) => [
    `/v1/jobs/${job}/extend`,
    { body: { reason: 'r', until: '2099-01-01T00:00:00Z' } },
  ],
  'restart a job': ({ job }) => [`/v1/jobs/${job}/restart`, { body: { reason: 'r', from_attempt: 1 } }],
  'resolve a job': ({ job }) => [`/v1/jobs/${job}/resolve`, { body: { reason: 'r', outcome: 'ran' } }],
  'read an output': ({ output }) => [`/v1/outputs/${output}`, {}],
  'read content': ({ output }) => [`/v1/outputs/${output}/content`, {}],
  'list references': ({ output }) => [`/v1/outputs/${output}/references`, {}],
  'read a reference': ({ output }) => [`/v1/outputs/${output}/references/1/content`, {}],
  'report an output': ({ output }) => [`/v1/outputs/${output}/reports`, { body: { category: 'broken' } }],
  'read a review': ({ review }) => [`/v1/reviews/${review}`, {}],
  'decide a review': ({ review }) => [
    `/v1/reviews/${review}/decision`,
    { body: { decision: 'refund', reason: 'r' } },
  ],
  'filter entries': ({ job }) => [`/v1/entries?job_id=${job}`, {}],
  'cite a quote': ({ quote }) => ['/v1/jobs', { body: { ...STATIC_AD, quote_id: quote } }],
  'give a grant': ({ account }) => [
    `/v1/accounts/${account}/grants`,
    { body: { source: 'goodwill', credits: 1, reason: 'r', reference: 'r' } },
  ],
  'void a grant': ({ grant }) => [`/v1/grants/${grant}/void`, { body: { reason: 'r' } }],
  'set a plan': ({ account }) => [
    `/v1/accounts/${account}/plan`,
    { method: 'PUT', body: { plan: 'pro', reference: 'r' } },
  ],
  'read a plan': ({ account }) => [`/v1/accounts/${account}/plan`, {}],
  'name an inviter': ({ account }) => [
    `/v1/accounts/${account}/referrals`,
    { body: { inviter_id: account } },
  ],
  'set limits': ({ account }) => [`/v1/accounts/${account}/limits`, { method: 'PUT', body: { reason: 'r' } }],
  'read limits': ({ account }) => [`/v1/accounts/${account}/limits`, {}],
  'list members and projects': ({ account }) => [`/v1/accounts/${account}/spenders`, {}],
};

/** Calls that act for the account of the key, or the one that Holdfast-Account names. */
const OWN_CALLS: Readonly<Record<string, Call>> = {
  '/v1/balance': {},
  '/v1/entries': {},
  '/v1/statement': {},
  '/v1/statement?': { headers: { Accept: 'text/csv' } },
  '/v1/estimate': {},
  '/v1/jobs': {},
  '/v1/reviews': {},
  '/v1/usage': { body: { kind: 'chat_message', quantity: 1 } },
  '/v1/quotes': { body: STATIC_AD },
};

/** All that is on record of an account, whatever table it stands in. */
async function everythingOf(accountId: string): Promise<unknown> {
  const { rows: tables } = await api.owner.query<{ name: string }>(
    `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.columns
     WHERE table_schema IN ('ledger', 'jobs') AND column_name = 'account_id' ORDER BY 1`,
  );
  const contents: unknown[] = [];
  for (const { name } of tables) {
    const { rows } = await api.owner.query(
      `SELECT to_jsonb(t) AS row FROM ${name} t WHERE account_id = $1 ORDER BY to_jsonb(t)::text`,
      [accountId],
    );
    contents.push({ name, rows });
  }
  expect(tables.length).toBeGreaterThan(15);
  return contents;
}

/** An answer without what differs from call to call, and without the id that was asked for. */
function seen(answer: Awaited<ReturnType<ApiFixture['call']>>, ids: Ids) {
  let text = answer.text.replace(/"request_id":"[^"]*"/, '');
  for (const id of Object.values(ids)) text = text.replaceAll(id, '<id>');
  const varying = ['date', 'request-id', 'x-request-id', 'content-length'];
  const headers = Object.fromEntries([...answer.headers].filter(([name]) => !varying.includes(name)));
  return { status: answer.status, headers, text };
}

it('an account key gets the same response for ids of another account as for unknown ids, and changes nothing', async () => {
  const all = await api.createKey(mine.accountId, ['admin']);
  const before = await everythingOf(theirs.accountId);
  const ids = { account: theirs.accountId, ...their };
  for (const [name, callOf] of Object.entries(CALLS)) {
    const answers = [];
    for (const one of [ids, nobodys()]) {
      const [path, call] = callOf(one);
      const headers = { 'Idempotency-Key': `${name} ${one.job}` };
      answers.push(seen(await api.call(path, { ...call, key: all, headers }), one));
    }
    expect(answers[0], name).toEqual(answers[1]);
    // A filter that matches nothing is no error; all else is refused.
    expect(name === 'filter entries' ? [200] : [403, 404], name).toContain(answers[0]?.status);
  }
  expect(await everythingOf(theirs.accountId)).toEqual(before);
});

it('an account key that names another account is refused, whether that account exists or not, and changes nothing', async () => {
  const all = await api.createKey(mine.accountId, ['admin']);
  const before = await everythingOf(theirs.accountId);
  for (const [path, call] of Object.entries(OWN_CALLS)) {
    const as = async (account: string) => {
      const headers = { 'Idempotency-Key': path, 'Holdfast-Account': account, ...call.headers };
      return seen(await api.call(path, { ...call, key: all, headers }), { ...nobodys(), account });
    };
    const answer = await as(theirs.accountId);
    expect(answer.status, path).toBe(403);
    expect(answer, path).toEqual(await as('acct_nobody'));
  }
  expect(await everythingOf(theirs.accountId)).toEqual(before);
});

it('an account key that names another account is refused although the path names its own', async () => {
  for (const what of ['', '/plan', '/limits']) {
    const answer = await api.call(`/v1/accounts/${mine.accountId}${what}`, {
      key: mine.key,
      headers: { 'Holdfast-Account': theirs.accountId },
    });
    expect([what, answer.status]).toEqual([what, 403]);
  }
});

it('a platform key that acts for one account finds nothing under ids of another, and changes nothing', async () => {
  const before = await everythingOf(theirs.accountId);
  const ids = { account: theirs.accountId, ...their };
  // (It gave credits to the account of the path, whatever Holdfast-Account said.)
  for (const [name, callOf] of Object.entries(CALLS)) {
    const answers = [];
    for (const one of [ids, nobodys()]) {
      const [path, call] = callOf(one);
      const headers = { 'Idempotency-Key': `p ${name} ${one.job}`, 'Holdfast-Account': mine.accountId };
      answers.push(seen(await api.call(path, { ...call, key: api.platformKey, headers }), one));
    }
    expect(answers[0], name).toEqual(answers[1]);
    expect(answers[0]?.status, name).toBe(name === 'filter entries' ? 200 : 404);
  }
  expect(await everythingOf(theirs.accountId)).toEqual(before);
});
