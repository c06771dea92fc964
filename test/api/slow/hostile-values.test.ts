import { Pool } from 'undici';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import type { Call } from '../../../contract/call.ts';
import { CALLS } from '../../../contract/calls.ts';
import { createApiFixture, STATIC_AD, type ApiFixture, type TestAccount } from '../api-fixture.ts';
import { deliver } from '../job-ending.ts';

/**
 * Every call × every parameter of its path, of its query and of its body × values that JavaScript takes and PostgreSQL or a library does
 * not. Nothing is expected of what is answered but that it is an answer: never a 500, and never an unreadable one. A call that is new is
 * walked by itself; one that has a body says below what a right one is.
 */
const EVERY_CALL: readonly (readonly [name: string, call: Call])[] = Object.entries(CALLS);
/** Requests at a time. */
const AT_ONCE = 12;

type Asked = {
  readonly call: Call;
  readonly path: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

let api: ApiFixture;
let connections: Pool;
let account: TestAccount;
/** By the step of a path before it. */
let ids: Readonly<Record<string, string>>;
beforeAll(async () => {
  api = await createApiFixture();
  connections = new Pool(api.url, { connections: AT_ONCE });
  account = await api.openAccount(0, 'test');
  const { jobId } = await api.admitJob(account.accountId, 'there');
  const { outputId } = await deliver(api, account.accountId, jobId, Buffer.from('picture'));
  ids = {
    ...{ accounts: account.accountId, jobs: jobId, outputs: outputId, keys: `key_${'a'.repeat(20)}` },
    ...{ reviews: `rev_${outputId.slice(4)}_1`, grants: 'grant_absent', portal_sessions: 'portal_absent' },
    ...{ webhook_endpoints: 'we_absent', deliveries: 'dlv_absent_1', problems: 'not_found' },
    ...{ provider_webhooks: 'local' },
  };
});
afterAll(async () => {
  await connections.close();
  await api.expectReconciled();
  await api.close();
});

/** The path of a call, whose parameter number `at` is `value`. */
function pathOf({ path }: Call, at = -1, value = ''): string {
  let number = -1;
  return path.replaceAll(/\/(\w+)\/:\w+|\/:\w+/g, (_, step?: string) => {
    number += 1;
    const before = step === undefined ? '' : `/${step}`;
    return `${before}/${number === at ? value : (ids[step ?? ''] ?? 'absent')}`;
  });
}

async function send({ call, path, body, headers }: Asked): Promise<string | null> {
  const {
    statusCode: status,
    headers: answered,
    body: sent,
  } = await connections.request({
    path,
    method: call.method.toUpperCase(),
    headers: {
      authorization: `Bearer ${api.platformKey}`,
      'holdfast-account': account.accountId,
      'idempotency-key': 'hostile',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
  });
  // A stream that is let in goes on.
  const isStream = String(answered['content-type']).startsWith('text/event-stream');
  if (isStream) sent.on('error', () => undefined).destroy();
  const text = isStream ? '' : await sent.text();
  const isProblem = answered['content-type'] === 'application/problem+json';
  const isAnswer = status < 400 || (isProblem && (status < 500 || text.includes('"unavailable"')));
  return isAnswer
    ? null
    : `${call.method} ${path} ${body ?? ''} ${JSON.stringify(headers ?? {})}: ${String(status)} ${text}`.slice(
        0,
        600,
      );
}

async function expectAnswers(all: readonly Asked[]): Promise<void> {
  const wrong: string[] = [];
  const left = [...all];
  const walk = async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) {
      const fault = await send(one);
      if (fault !== null) wrong.push(fault);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, walk));
  expect(wrong).toEqual([]);
}

/** As they stand in a path, and in a query after a name. */
const IN_ADDRESS = [
  ...['%00', 'a%00b', '%0A', '%20', '%2e%2e', '..%2F..%2Fetc', '%C3%28', '%ED%A0%80', '%F4%8F%BF%BF', '%'],
  ...['__proto__', 'constructor', '-1', '0', '1e999', '9223372036854775808', '99999999999999999999', 'NaN'],
  ...['0000-01', '0001-01', '9999-12', '2026-13', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z'],
  ...['0001-01-01T00:00:00%2B23:59', 'x'.repeat(4_000), '%E2%80%AE', "'%3B--", '%5B%5D', '%7B%7D', 'null'],
  ...['e30', 'bnVsbA', 'W10', '{"a":1}'.replaceAll('"', '%22')],
];

it('no call fails on any value of a parameter of its path', async () => {
  await expectAnswers(
    EVERY_CALL.flatMap(([, call]) => {
      const count = [...call.path.matchAll(/:\w+/g)].length;
      return Array.from({ length: count }, (_, at) =>
        IN_ADDRESS.map((value) => ({
          call,
          path: pathOf(call, at, value),
          ...(call.body === undefined ? {} : { body: '{}' }),
        })),
      ).flat();
    }),
  );
});

it('no call fails on any value of a parameter of its query, also given twice', async () => {
  await expectAnswers(
    EVERY_CALL.flatMap(([, call]) => {
      if (!(call.query instanceof z.ZodObject)) return [];
      return Object.keys(call.query.shape).flatMap((name) =>
        [...IN_ADDRESS, `a&${name}=b`, '', `&__proto__=1&${name}[a]=1`].map((value) => ({
          call,
          path: `${pathOf(call)}?${name}=${value}`,
        })),
      );
    }),
  );
});

/** A right body of each call that has one, but for submissions, which a worker would have to admit. */
const BODIES: Readonly<Record<string, object>> = {
  quote: {
    ...STATIC_AD,
    brief: {
      headline: 'a',
      body: 'b',
      call_to_action: 'c',
      brand_color: '#00aa77',
      reference_asset_urls: ['https://example.com/a.png'],
    },
    ...{
      variations: 1,
      max_credits: 100,
      deadline_seconds: 60,
      member: 'm',
      project: 'p',
      metadata: { k: 'v' },
    },
    ...{ force: false, test_scenario: 'ok', model: 'local/render' },
  },
  cancelJob: {},
  linkOutput: { expires_in_seconds: 60 },
  reportOutput: { category: 'broken', note: 'n' },
  decideReview: { decision: 'deny', reason: 'r', dry_run: true },
  spend: { kind: 'chat_message', quantity: 1, member: 'm', project: 'p' },
  openAccount: { name: 'n', reference: 'r', mode: 'test' },
  grantCredits: {
    source: 'goodwill',
    credits: 1,
    reference: 'r',
    reason: 'r',
    expires_at: '2050-01-01T00:00:00Z',
  },
  voidGrant: { reason: 'r' },
  setPlan: { plan: 'pro', period_start: null, reference: 'r', renewal: 'by_call' },
  advanceClock: { advance_to: '2026-01-01T00:00:00Z' },
  setPriceList: { price_list: null, reason: 'r' },
  freezeAccount: { reason: 'r' },
  unfreezeAccount: { reason: 'r' },
  refer: { inviter_id: 'acct_absent' },
  setLimits: {
    ...{
      max_concurrent_jobs: 100,
      member_credits_per_period: 5,
      project_credits_per_period: 5,
      low_balance_at: 5,
    },
    overrides: [{ member: 'm', credits_per_period: 5 }],
  },
  createKey: { name: 'n', scopes: ['jobs:read'], account_id: null, mode: 'test', reason: 'r' },
  rotateKey: { grace_seconds: 1, reason: 'r' },
  createPortalSession: { expires_in_seconds: 900, can: ['read'] },
  createConsoleSession: { actor: 'Ada', expires_in_seconds: 900 },
  createWebhookEndpoint: { url: 'https://example.com/hook', events: ['job.failed'] },
  updateWebhookEndpoint: { url: 'https://example.com/hook', events: ['job.failed'], enabled: true },
  rotateWebhookSecret: { grace_seconds: 1 },
  resendWebhookDelivery: { reason: 'r', dry_run: true, as_of: '1' },
  resendWebhooks: { since: '2026-01-01T00:00:00Z', after: 0, reason: 'r', as_of: '1' },
  releaseJob: { reason: 'r', dry_run: true },
  refundJob: { reason: 'r', credits: 1, output_id: 'out_absent', dry_run: true },
  extendJob: { reason: 'r', until: '2026-01-01T00:00:00Z', dry_run: true },
  restartJob: { reason: 'r', from_attempt: 1, dry_run: true },
  resolveJob: { reason: 'r', outcome: 'ran', attempt: 1, provider_job_id: 'p', dry_run: true },
};

const PLACE = '\u0001place\u0001';
/** JSON that may stand for any value. */
const RAW_VALUES = [
  ...[
    'null',
    'true',
    '[]',
    '{}',
    '""',
    '" "',
    '[[]]',
    '{"__proto__":{"a":1}}',
    '"__proto__"',
    '"constructor"',
  ],
  ...['-0', '-1', '0', '1.5', '1e999', '-1e999', '1e-400', '9007199254740991', '9007199254740993'],
  ...['9223372036854775807', '9223372036854775808', '1e18', '1000000000001', '"9999-12-31T23:59:59.999Z"'],
  ...['"0001-01-01T00:00:00Z"', '"0001-01-01T00:00:00+23:59"', '"\\u0000"', '"\\ud800"', '"\\u202e"'],
  JSON.stringify('x'.repeat(70_000)),
];
/** What may follow a right text. */
const AFTER = ['\\u0000', '\\ud800', '\\udc00x', '\\u0007', '\\n', '\\u2028', ' ', '/../\\u0000'];

/** A body, once with each of its values in place of another. */
function variantsOf(body: object): readonly string[] {
  const variants: string[] = [];
  const walk = (value: unknown, rebuild: (inner: unknown) => unknown): void => {
    const template = JSON.stringify(rebuild(PLACE));
    const place = JSON.stringify(PLACE);
    for (const raw of RAW_VALUES) variants.push(template.replace(place, () => raw));
    if (typeof value === 'string') {
      for (const after of AFTER) variants.push(template.replace(place, () => `"${value}${after}"`));
    }
    if (Array.isArray(value))
      value.forEach((one, at) => {
        walk(one, (inner) => rebuild(value.with(at, inner)));
      });
    else if (typeof value === 'object' && value !== null) {
      for (const [key, one] of Object.entries(value))
        walk(one, (inner) => rebuild({ ...value, [key]: inner }));
      for (const key of ['"__proto__"', '"constructor"', '"\\u0000"', '"\\ud800"', '""', '"toString"']) {
        const more = JSON.stringify(rebuild({ ...value, [PLACE]: 1 }));
        variants.push(more.replace(place, () => key));
      }
    }
  };
  walk(body, (inner) => inner);
  return variants;
}

it('no call fails on any value of a field of its body', async () => {
  const acting = EVERY_CALL.filter(([name, call]) => call.body !== undefined && name !== 'submitJob');
  expect(Object.keys(BODIES).toSorted()).toEqual(acting.map(([name]) => name).toSorted());
  let key = 0;
  await expectAnswers(
    acting.flatMap(([name, call]) =>
      variantsOf(BODIES[name] ?? {}).map((body) => ({
        call,
        path: pathOf(call),
        body,
        headers: { 'idempotency-key': `k${String((key += 1))}` },
      })),
    ),
  );
});

const HEADERS: Readonly<Record<string, readonly string[]>> = {
  authorization: [
    '',
    'Bearer',
    'Bearer  ',
    `Bearer ${'x'.repeat(6_000)}`,
    'bearer hf_live__',
    'Bearer \u00ff',
  ],
  'holdfast-account': ['', ' ', 'acct_', 'acct_absent', '__proto__', `acct_${'a'.repeat(64)}`, '\u00ff'],
  'holdfast-actor': ['', ' ', '\u00ff', '\u00e2\u0080\u008b', 'x'.repeat(6_000), '\u00ed\u00a0\u0080'],
  'idempotency-key': ['', ' ', '\u00ff', 'x'.repeat(300), "'", '__proto__'],
  prefer: ['wait', 'wait=', 'wait=-1', 'wait=1e9', 'wait=99999999999', 'wait="5', ',;,;', 'x'.repeat(6_000)],
  'last-event-id': ['-1', '1.5', 'NaN', '\u00ff', '9'.repeat(20), '9'.repeat(21), ' ', '0x1', '1e3'],
  range: ['bytes=', 'bytes=5-1', 'bytes=0-,0-,0-', `bytes=${'9'.repeat(40)}-`, 'bytes=-0', 'lines=1-2', '='],
  'if-range': ['', '*', 'W/"a"', '"', 'Sun, 06 Nov 1994 08:49:37 GMT'],
  'if-none-match': ['', ',', '"', '*', `"${'x'.repeat(6_000)}"`, '"a","a","a"', 'W/'],
  accept: ['', '*/*;q=0', 'text/event-stream;q=', 'a/b;q=2', ',', 'text/csv, application/json;q=0'],
  'x-request-id': ['', 'x'.repeat(129), '\u00ff', 'a b', '__proto__'],
  'x-forwarded-for': ['', 'garbage', '1.2.3.4, 5.6.7.8', '1.1.1.1,'.repeat(500)],
  'x-forwarded-proto': ['https', 'garbage', ''],
  'x-forwarded-host': ['evil.example', ''],
  origin: ['null', '', 'https://evil.example', 'http://[', '\u00ff'],
  cookie: [
    'holdfast_console=',
    'holdfast_console=a; holdfast_console=b',
    '__Host-holdfast_console=x',
    ';;;=',
    '\u00ff',
  ],
  'content-type': [
    '',
    ';',
    'application/json;',
    'application/json; charset=',
    'application/json;charset="utf-8',
    '__proto__',
  ],
  'content-encoding': ['gzip', 'br', 'deflate', 'identity', 'gzip, gzip', '', 'zstd', '__proto__'],
  'sec-fetch-site': ['cross-site', '', 'none'],
};

it('no call fails on any value of a header', async () => {
  const calls = [
    'readJob',
    'readJobEvents',
    'listEvents',
    'readOutputContent',
    'readStatement',
    'quote',
    'cancelJob',
    'spend',
    'releaseJob',
    'createConsoleSession',
    'readConsoleSession',
    'readCatalogue',
    'readLinkedContent',
    'receiveProviderWebhook',
    'readDocumentation',
  ];
  const named = EVERY_CALL.filter(([name]) => calls.includes(name));
  await expectAnswers(
    named.flatMap(([name, call]) =>
      Object.entries(HEADERS).flatMap(([header, values]) =>
        values.map((value) => ({
          call,
          path: pathOf(call),
          ...(call.body === undefined ? {} : { body: JSON.stringify(BODIES[name] ?? {}) }),
          headers: { [header]: value },
        })),
      ),
    ),
  );
});
