import { Pool } from 'undici';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Call } from '../../../contract/call.ts';
import { API_KEY_SCOPES, type ApiKeyScope } from '../../../contract/api-key-scopes.ts';
import { CALLS } from '../../../contract/calls.ts';
import type { PortalSession } from '../../../contract/shapes/access-shapes.ts';
import type { AccountMode } from '../../../domain/account-mode.ts';
import { PORTAL_RIGHTS, type PortalRight } from '../../../domain/portal-rights.ts';
import { drawSecret } from '../../../jobs/keys/secret-text.ts';
import { createApiFixture, STATIC_AD, type ApiFixture, type TestAccount } from '../api-fixture.ts';
import { deliver } from '../job-ending.ts';

/**
 * Every call × every kind of credential. What a request must be told follows from the call's declaration, so that a new call is walked by
 * itself. Requests name what is not there and have no body: one that is admitted changes nothing.
 */
const EVERY_CALL: readonly (readonly [name: string, call: Call])[] = Object.entries(CALLS);
const KEYED = EVERY_CALL.filter(([, call]) => call.access !== 'public');
const ABSENT_ACCOUNT = 'acct_aaaaaaaaaaaaaaaaaaaaaaaaaa';
/** Requests at a time. */
const AT_ONCE = 16;

type Told = 'unauthenticated' | 'forbidden' | 'admitted';
type Credential = {
  readonly name: string;
  /** The whole header; undefined: none. */
  readonly authorization?: string;
  /** The account it acts for, which paths and Holdfast-Account name. */
  readonly actsFor?: TestAccount;
  /** Null: it is worth nothing. */
  readonly holds: {
    readonly isPlatform: boolean;
    readonly mode: AccountMode;
    readonly scopes: readonly ApiKeyScope[];
    readonly can: readonly PortalRight[] | null;
  } | null;
};

let api: ApiFixture;
let connections: Pool;
let live: TestAccount;
let other: TestAccount;
let tests: TestAccount;
let now = Date.now();
beforeAll(async () => {
  api = await createApiFixture({ now: () => now });
  connections = new Pool(api.url, { connections: AT_ONCE });
  live = await api.openAccount();
  other = await api.openAccount();
  tests = await api.openAccount(0, 'test');
});
afterAll(async () => {
  await connections.close();
  await api.expectReconciled();
  await api.close();
});

function toldBy(call: Call, { holds }: Credential): Told {
  if (call.access === 'public') return 'admitted';
  if (holds === null) return 'unauthenticated';
  if (holds.can !== null) {
    return call.portal !== undefined && holds.can.includes(call.portal) ? 'admitted' : 'forbidden';
  }
  const isInScope = holds.scopes.includes('admin') || call.scopes.some((one) => holds.scopes.includes(one));
  const isIts = holds.isPlatform || call.onlyPlatform !== true;
  if (call.console === 'needs') return 'forbidden';
  const isOfMode = holds.mode === 'live' || call.onlyLive !== true;
  return isInScope && isIts && isOfMode ? 'admitted' : 'forbidden';
}

/** The path of a call in an account. `ids`: of other things than accounts, by the step of the path before them. */
function pathOf({ path }: Call, accountId: string, ids: Readonly<Record<string, string>> = {}): string {
  const filled = path.replaceAll(/\/(\w+)\/:\w+/g, (_, step: string) => {
    return `/${step}/${step === 'accounts' ? accountId : (ids[step] ?? 'absent')}`;
  });
  return filled.replaceAll(/:\w+/g, 'absent');
}

type Answer = { readonly status: number; readonly text: string };

/** Over a few connections and without what `api.call` does with an answer: there are thousands. */
async function send(
  call: Call,
  { authorization, accountId, named }: { authorization?: string; accountId: string; named?: string },
): Promise<Answer> {
  const { statusCode: status, body } = await connections.request({
    path: pathOf(call, accountId),
    method: call.method.toUpperCase(),
    headers: {
      ...(authorization === undefined ? {} : { authorization }),
      ...(named === undefined ? {} : { 'holdfast-account': named }),
      ...(call.idempotencyKey === undefined ? {} : { 'idempotency-key': 'matrix' }),
      ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(call.body === undefined ? {} : { body: '{}' }),
  });
  return { status, text: await body.text() };
}

function toldIn({ text }: Answer): Told {
  const code = /"code":"(unauthenticated|forbidden)"/.exec(text)?.[1];
  return code === undefined ? 'admitted' : (code as Told);
}

/** An answer without what differs from one request to the next, and without the ids that were asked for. */
function seen({ status, text }: Answer, ids: readonly string[]) {
  const same = ids.reduce((all, id) => all.replaceAll(id, '<id>'), text);
  return `${String(status)} ${same.replaceAll(/"(request_id|to)":"[^"]*"/g, '')}`;
}

/** Runs a check of each of many; returns what they found wrong. */
async function findings<One>(
  all: readonly One[],
  check: (one: One) => Promise<string | null>,
): Promise<string[]> {
  const found: string[] = [];
  const left = [...all];
  const walk = async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) {
      const fault = await check(one);
      if (fault !== null) found.push(fault);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, walk));
  return found;
}

async function expectTold(
  credentials: readonly Credential[],
  calls: typeof EVERY_CALL = KEYED,
): Promise<void> {
  const pairs = calls.flatMap(([name, call]) =>
    credentials.map((credential) => ({ name, call, credential })),
  );
  const wrong = await findings(pairs, async ({ name, call, credential }) => {
    const { authorization, actsFor = live, holds } = credential;
    const answer = await send(call, {
      ...(authorization === undefined ? {} : { authorization }),
      accountId: actsFor.accountId,
      ...(holds?.isPlatform === true ? { named: actsFor.accountId } : {}),
    });
    const [expected, told] = [toldBy(call, credential), toldIn(answer)];
    return expected === told && answer.status !== 500
      ? null
      : `${name} with ${credential.name}: ${expected} expected, told ${told} (${String(answer.status)})`;
  });
  expect(wrong).toEqual([]);
}

const bearer = (secret: string): string => `Bearer ${secret}`;

it('every call that needs a key refuses each credential that is no live key, and no public call asks for one', async () => {
  const ended = async (change: string): Promise<string> => {
    const key = await api.createKey(live.accountId, ['admin']);
    await api.owner.query(`UPDATE jobs.api_keys SET ${change} WHERE key_id = $1`, [
      `key_${key.split('_')[2] ?? ''}`,
    ]);
    return bearer(key);
  };
  const { token } = await openSession(live.key, ['read']);
  await api.owner.query('UPDATE jobs.portal_sessions SET expires_at = clock_timestamp()');
  now += 1_000;
  // A right id and a right checksum: only the hash tells.
  const forged = drawSecret('live');
  await ended(`key_id = '${forged.id}'`);
  const whole = await api.createKey(live.accountId, ['admin']);
  const worthless: Readonly<Record<string, string | undefined>> = {
    'no header': undefined,
    'an empty header': '',
    'another scheme': `Basic ${Buffer.from(`${whole}:`).toString('base64')}`,
    'no key': bearer('nope'),
    'a key that was never made': bearer(drawSecret('live').secret),
    'a key without its end': bearer(whole.slice(0, -1)),
    'the key twice': `${bearer(whole)}, ${bearer(whole)}`,
    'another key’s id': bearer(forged.secret),
    'a revoked key': await ended('revoked_at = clock_timestamp()'),
    'an expired key': await ended("expires_at = clock_timestamp() - interval '1 second'"),
    'a key of another mode than its account': bearer(await api.createKey(live.accountId, ['admin'], 'test')),
    'a portal session that is over': bearer(token),
  };
  const credentials = Object.entries(worthless).map(([name, authorization]) => ({
    name,
    holds: null,
    ...(authorization === undefined ? {} : { authorization }),
  }));
  await expectTold(credentials);
  const publicCalls = EVERY_CALL.filter(([, call]) => call.access === 'public');
  await expectTold(credentials.slice(0, 3), publicCalls);
});

it('a key is admitted to a call only when the call allows its scope, its owner and its mode', async () => {
  const credentials: Credential[] = [];
  const add = async (isPlatform: boolean, scopes: readonly ApiKeyScope[], mode: AccountMode = 'live') => {
    const actsFor = mode === 'live' ? live : tests;
    const key = await api.createKey(isPlatform ? null : actsFor.accountId, scopes, mode);
    const name = `a ${mode} ${isPlatform ? 'platform’s' : 'account’s'} key of [${scopes.join()}]`;
    credentials.push({
      name,
      authorization: bearer(key),
      actsFor,
      holds: { isPlatform, mode, scopes, can: null },
    });
    return key;
  };
  for (const scopes of [[], ...API_KEY_SCOPES.map((scope) => [scope])]) {
    await add(false, scopes);
    await add(true, scopes);
  }
  await add(false, ['admin'], 'test');
  await add(true, ['admin'], 'test');
  const platform = await add(true, ['admin']);
  const holds = { isPlatform: true, mode: 'live', scopes: ['admin'], can: null } as const;
  const onTest = { name: 'a live platform’s key on a test account', actsFor: tests, holds };
  await expectTold([...credentials, { ...onTest, authorization: bearer(platform) }]);
});

it('a portal session is admitted to the calls of its rights, and to no other', async () => {
  const credentials: Credential[] = [];
  for (const right of PORTAL_RIGHTS) {
    const { token } = await openSession(live.key, [right]);
    const holds = { isPlatform: false, mode: 'live', scopes: [], can: [right] } as const;
    credentials.push({ name: `a portal session of [${right}]`, authorization: bearer(token), holds });
  }
  await expectTold(credentials);
});

it('a key gets the same response for an account that it does not reach as for one that does not exist', async () => {
  const { token } = await openSession(live.key, PORTAL_RIGHTS);
  const unreached = [
    ['another account’s key', await api.createKey(live.accountId, ['admin']), other],
    ['a portal session', token, other],
    ['a live account’s key on a test account', await api.createKey(live.accountId, ['admin']), tests],
    ['a test account’s key on a live account', await api.createKey(tests.accountId, ['admin'], 'test'), live],
    ['a test platform’s key on a live account', await api.createKey(null, ['admin'], 'test'), live],
  ] as const;
  // What counts requests differs with every request.
  const cases = KEYED.filter(([name]) => name !== 'readMetrics').flatMap(([name, call]) =>
    unreached.flatMap(([who, key, { accountId }], index) =>
      (call.path.includes('/accounts/:') ? [true, false] : [true]).map((isNamed) => {
        return { name, call, who, key, accountId, isNamed, isPlatform: index === unreached.length - 1 };
      }),
    ),
  );
  const wrong = await findings(cases, async ({ name, call, who, key, accountId, isNamed, isPlatform }) => {
    const ask = async (account: string) => {
      const named = isNamed ? { named: account } : {};
      return send(call, { authorization: bearer(key), accountId: account, ...named });
    };
    const answer = await ask(accountId);
    const shown = seen(answer, [accountId]);
    const absent = seen(await ask(ABSENT_ACCOUNT), [ABSENT_ACCOUNT]);
    // An account's key that names another is refused by every call; a path alone is seen where the call has it in its path.
    const isAboutIt =
      (isNamed && (!isPlatform || call.access === 'account')) || call.path.includes('/accounts/:');
    const isRefused = answer.status === 403 || answer.status === 404;
    if (shown === absent && (isRefused || !isAboutIt)) return null;
    return `${name} with ${who}${isNamed ? ', named' : ''}: ${shown.slice(0, 300)}; of none: ${absent.slice(0, 300)}`;
  });
  expect(wrong).toEqual([]);
});

/** What says that a call was let in, where that is not its success. */
const LET_IN: Readonly<Record<string, readonly number[]>> = {
  // The job has ended.
  cancelJob: [202, 409],
  // Its brief refers to no picture.
  readReferenceContent: [404],
};

/** Bodies with which a portal session's calls are right. */
const PORTAL_BODIES: Readonly<Record<string, object>> = {
  quote: STATIC_AD,
  submitJob: STATIC_AD,
  reportOutput: { category: 'broken' },
};

it('a portal session succeeds with every call of its rights in its own account, and finds nothing under ids of another account', async () => {
  const own = await idsOf(live, 'own');
  const theirs = await idsOf(other, 'theirs');
  const none = {
    jobs: `job_${'a'.repeat(26)}`,
    outputs: `out_${'a'.repeat(26)}_0`,
    reviews: `rev_${'a'.repeat(26)}_0_1`,
  };
  const { token } = await openSession(live.key, PORTAL_RIGHTS);
  const ask = (name: string, call: Call, ids: Readonly<Record<string, string>>, accountId: string) => {
    const body = PORTAL_BODIES[name] ?? {};
    return api.call(pathOf(call, accountId, ids), {
      method: call.method.toUpperCase(),
      key: token,
      headers: { 'Idempotency-Key': 'own' },
      ...(call.body === undefined ? {} : { body }),
    });
  };
  const before = await api.owner.query(
    'SELECT seq FROM ledger.accounts JOIN jobs.events USING (account_id) WHERE account_id = $1',
    [other.accountId],
  );
  for (const [name, call] of KEYED) {
    if (call.access === 'public' || call.portal === undefined) continue;
    const answer = await ask(name, call, own, live.accountId);
    expect(LET_IN[name] ?? [200, 201, 202, 204], `${name}: ${answer.text.slice(0, 300)}`).toContain(
      answer.status,
    );
    if (!call.path.includes(':')) continue;
    const [of, absent] = [
      await ask(name, call, theirs, other.accountId),
      await ask(name, call, none, ABSENT_ACCOUNT),
    ];
    expect(of.status, name).toBe(404);
    expect(seen(of, [...Object.values(theirs), other.accountId]), name).toBe(
      seen(absent, [...Object.values(none), ABSENT_ACCOUNT]),
    );
  }
  const after = await api.owner.query(
    'SELECT seq FROM ledger.accounts JOIN jobs.events USING (account_id) WHERE account_id = $1',
    [other.accountId],
  );
  expect(after.rows).toEqual(before.rows);
});

/** A delivered job of an account, its output and a review of it, by the step of a path before their ids. */
async function idsOf(account: TestAccount, key: string): Promise<Readonly<Record<string, string>>> {
  const { jobId } = await api.admitJob(account.accountId, key);
  const { outputId } = await deliver(api, account.accountId, jobId, Buffer.from('picture'));
  const review = await api.call(`/v1/outputs/${outputId}/reports`, {
    key: account.key,
    body: { category: 'broken' },
  });
  return { jobs: jobId, outputs: outputId, reviews: review.json<{ id: string }>().id };
}

async function openSession(key: string, can: readonly PortalRight[]): Promise<PortalSession> {
  return (await api.call('/v1/portal_sessions', { key, body: { can } })).json<PortalSession>();
}
