import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CALLS } from '../../../contract/calls.ts';
import type { Call } from '../../../contract/call.ts';
import { createLogger } from '../../../runtime/logger.ts';
import {
  createApiFixture,
  STATIC_AD,
  type Answer,
  type ApiFixture,
  type TestAccount,
} from '../api-fixture.ts';
import { deliver } from '../job-ending.ts';

/**
 * Every call with every kind of wrong input and every way to fail, then what was written down and what was answered is read from end to
 * end. What customers and operators wrote is marked, so that it is found wherever it went.
 */
const PROMPT = 'a prompt for its customer alone';
const EVERY_CALL = Object.entries(CALLS) as readonly (readonly [name: keyof typeof CALLS, call: Call])[];

/** A body that is right, by call; of the others an empty one is. */
const BODIES: Partial<Record<keyof typeof CALLS, object>> = {
  ...{ quote: { ...STATIC_AD, brief: { headline: PROMPT } } },
  ...{ submitJob: { ...STATIC_AD, brief: { headline: PROMPT }, metadata: { note: PROMPT } } },
  ...{ reportOutput: { category: 'broken', note: PROMPT } },
  ...{ decideReview: { decision: 'deny', reason: PROMPT } },
  ...{ spend: { kind: 'chat_message', quantity: 1, member: PROMPT } },
  ...{ openAccount: { name: PROMPT, reference: PROMPT } },
  ...{ grantCredits: { source: 'goodwill', credits: 1, reason: PROMPT, reference: PROMPT } },
  ...{ voidGrant: { reason: PROMPT }, setPlan: { plan: 'pro', reference: PROMPT } },
  ...{ advanceClock: { advance_to: '2099-01-01T00:00:00Z' } },
  ...{ setPriceList: { price_list: null, reason: PROMPT } },
  ...{ freezeAccount: { reason: PROMPT }, unfreezeAccount: { reason: PROMPT } },
  ...{ refer: { inviter_id: 'acct_absent' }, createKey: { name: PROMPT, scopes: ['jobs:read'] } },
  ...{ createConsoleSession: { actor: PROMPT } },
  ...{
    createWebhookEndpoint: {
      url: `https://example.com/${encodeURIComponent(PROMPT)}`,
      events: ['job.failed'],
    },
  },
  ...{ updateWebhookEndpoint: { enabled: false } },
  ...{ resendWebhooks: { since: '2026-01-01T00:00:00Z' } },
  ...{ releaseJob: { reason: PROMPT }, refundJob: { reason: PROMPT } },
  ...{ extendJob: { reason: PROMPT, until: '2099-01-01T00:00:00Z' } },
  ...{ restartJob: { reason: PROMPT, from_attempt: 1 }, resolveJob: { reason: PROMPT, outcome: 'ran' } },
};

/** What is not to be found anywhere: what a caller has sent as its secret, or was given. */
const secrets = new Set<string>();
const lines: string[] = [];
const problems: Answer[] = [];
let api: ApiFixture;
let account: TestAccount;
let ids: Readonly<Record<string, string>>;

beforeAll(async () => {
  const log = createLogger({ name: 'test', level: 'debug', to: { write: (line) => lines.push(line) } });
  api = await createApiFixture({ log });
  account = await api.openAccount();
  const { jobId } = await api.admitJob(account.accountId, 'logged');
  const { outputId } = await deliver(api, account.accountId, jobId, Buffer.from('picture'));
  ids = { jobs: jobId, outputs: outputId, accounts: account.accountId };
  for (const key of [api.platformKey, account.key]) secrets.add(key);
});
afterAll(() => api.close());

type Sent = {
  readonly key?: string;
  readonly body?: unknown;
  readonly headers?: object;
  readonly query?: string;
};

async function send([name, call]: (typeof EVERY_CALL)[number], sent: Sent = {}): Promise<Answer> {
  const path = call.path
    .replaceAll(/\/(\w+)\/:\w+/g, (_, step: string) => `/${step}/${ids[step] ?? 'absent'}`)
    .replaceAll(/:\w+/g, 'absent');
  const acts = call.method !== 'get';
  const { key = api.platformKey, query = '', body = BODIES[name] ?? {}, headers = {} } = sent;
  const answer = await api.call(`${path}${query}`, {
    method: call.method.toUpperCase(),
    key,
    headers: {
      ...(key === api.platformKey && call.access !== 'public'
        ? { 'Holdfast-Account': account.accountId }
        : {}),
      ...(acts ? { 'Idempotency-Key': `logged ${PROMPT}`, 'Holdfast-Actor': 'Ada' } : {}),
      ...headers,
    },
    ...(acts ? { body } : {}),
  });
  if (answer.status >= 400) problems.push(answer);
  noteSecretsOf(answer.text);
  return answer;
}

/** What a response shows once: a key, a token, the secret of an endpoint, the signature of a link. */
function noteSecretsOf(text: string): void {
  const shown = text.matchAll(/"(?:secret|token|csrf_token)":"([^"]+)"|[?&](?:token|signature)=([\w.%-]+)/g);
  for (const [, secret, signature] of shown) secrets.add(secret ?? signature ?? '');
}

/** Whatever is left of a call once its key has been looked up. */
async function breakFunctions(): Promise<void> {
  const all = 'ALL FUNCTIONS IN SCHEMA ledger, jobs';
  await api.owner.query(`REVOKE EXECUTE ON ${all} FROM holdfast_api`);
  await api.owner.query(
    `DO $$ DECLARE f regprocedure; BEGIN
       FOR f IN SELECT oid FROM pg_proc WHERE pronamespace = 'jobs'::regnamespace
                AND proname IN ('read_api_key', 'take_requests') LOOP
         EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO holdfast_api', f);
       END LOOP; END $$`,
  );
}

const AT_ONCE = 6;
async function forEachCall(walk: (call: (typeof EVERY_CALL)[number]) => Promise<unknown>): Promise<void> {
  const left = [...EVERY_CALL];
  const walkOn = async () => {
    for (let call = left.shift(); call !== undefined; call = left.shift()) await walk(call);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, walkOn));
}

const isLong = ([, call]: (typeof EVERY_CALL)[number]) => call.headers?.includes('Last-Event-ID') === true;

describe('the log of requests', () => {
  it('is written by every call, with success and with every kind of refusal', async () => {
    const wrongKey = `${account.key.slice(0, -4)}aaaa`;
    secrets.add(wrongKey);
    await forEachCall(async (call) => {
      if (call[1].method === 'delete') return;
      await send(call);
      if (isLong(call)) return;
      await send(call, { key: wrongKey });
      // No worker listens: each submission that is right waits for one.
      if (call[0] !== 'submitJob') await send(call, { key: account.key });
      await send(call, { query: `?surplus=${encodeURIComponent(account.key)}` });
      if (call[1].body === undefined) return;
      await send(call, { body: `{"brief": "${PROMPT}` });
      await send(call, { body: [PROMPT] });
      await send(call, { body: { ...BODIES[call[0]], surplus: PROMPT, kind: PROMPT, reason: 7 } });
    });
    // A key where a path has an id.
    for (const path of ['/v1/keys/', '/v1/jobs/', '/nowhere/'])
      expect((await api.call(`${path}${account.key}`, { key: api.platformKey })).status).toBeGreaterThan(399);
    await breakFunctions();
    const failed: number[] = [];
    await forEachCall(async (call) => failed.push((await send(call)).status));
    expect(failed.filter((status) => status === 500).length).toBeGreaterThan(40);
  }, 120_000);

  it('holds no key, no token, no signature and no text that a person wrote', () => {
    expect(lines.length).toBeGreaterThan(400);
    const text = lines.join('');
    expect(secrets.size).toBeGreaterThan(6);
    expect([...secrets].filter((secret) => text.includes(secret))).toEqual([]);
    for (const marked of [PROMPT, encodeURIComponent(PROMPT), 'Bearer'])
      expect(lines.filter((line) => line.includes(marked))).toEqual([]);
  });

  it('names the place of an error in our code, and holds no stack trace', () => {
    const errors = lines.filter((line) => line.includes('"err":'));
    expect(errors.length).toBeGreaterThan(40);
    expect(errors.filter((line) => /"stack"|\\n\s+at |node_modules/.test(line))).toEqual([]);
    expect(errors.filter((line) => !/"at":"[\w./-]+\.ts:\d+:\d+"/.test(line))).toEqual([]);
  });

  it('names the request, its key, its account and its job', () => {
    type Line = Record<'request_id' | 'key_id' | 'account_id' | 'job_id' | 'path' | 'msg', string | null>;
    const all = lines.map((line) => JSON.parse(line) as Line);
    expect(all.filter(({ request_id }) => !/^req_\w{32}$/.test(request_id ?? ''))).toEqual([]);
    const ofJob = all.filter(({ path }) => path?.includes(ids['jobs'] ?? '-') ?? false);
    expect(ofJob.length).toBeGreaterThan(10);
    expect(ofJob.filter(({ job_id }) => job_id !== ids['jobs'])).toEqual([]);
    const ofOutput = all.filter(({ path }) => path?.includes(ids['outputs'] ?? '-') ?? false);
    expect(ofOutput.filter(({ job_id }) => job_id !== ids['jobs'])).toEqual([]);
    const submitted = all.filter(({ path, job_id }) => path === '/v1/jobs' && job_id !== null);
    expect(submitted.length).toBeGreaterThan(1);
    const failed = all.filter(({ msg }) => msg?.includes('500') ?? false);
    expect(failed.filter(({ key_id }) => key_id === null)).toEqual([]);
    expect(failed.filter(({ account_id }) => account_id === account.accountId).length).toBeGreaterThan(20);
  });
});

it('a problem holds no key, no text that a person wrote, and nothing of our code', () => {
  expect(problems.length).toBeGreaterThan(300);
  const text = problems.map((answer) => answer.text).join('\n');
  expect([...secrets].filter((secret) => text.includes(secret))).toEqual([]);
  expect(problems.filter((answer) => /stack|\.ts:\d|postgres:|permission denied/i.test(answer.text))).toEqual(
    [],
  );
  const quoting = problems.filter((answer) => answer.text.includes(PROMPT));
  expect(quoting.map((answer) => answer.text)).toEqual([]);
});
