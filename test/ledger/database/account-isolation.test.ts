import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  attemptOf,
  commitOf,
  createJobsFixture,
  jobItem,
  outputOf,
  reviewOf,
  type JobsFixture,
} from '../../jobs/jobs-fixture.ts';
import {
  ABSENT,
  DRAWS_ITS_ID,
  NAMES_ANOTHER,
  OF_NO_ONE_ACCOUNT,
  OWN_ARGUMENTS,
  PLAIN,
  THEIRS,
  THEIRS_OF,
  type Ids,
} from './isolation-arguments.ts';

/**
 * Every function that a process may execute, found in the catalogue. One that takes an account first is called for `mine` with ids of
 * `theirs`, and with ids of nothing: both must be answered alike, and nothing of theirs may change. Arguments are made by the names of
 * parameters, so that a new function is called by itself; one with a new parameter has it named in `isolation-arguments.ts`.
 */
type Callable = {
  readonly name: string;
  readonly names: readonly string[];
  readonly types: readonly string[];
};

let jobs: JobsFixture;
let functions: readonly Callable[];
beforeAll(async () => {
  jobs = await createJobsFixture();
  await jobs.openAccount('mine', 1_000);
  await jobs.openAccount('theirs', 1_000);
  await fill();
  const { rows } = await jobs.owner.query<Callable>(
    `SELECT p.pronamespace::regnamespace || '.' || p.proname AS name,
       coalesce(p.proargnames[1:p.pronargs], '{}') AS names,
       ARRAY(SELECT format_type(t, NULL) FROM unnest(p.proargtypes) t) AS types
     FROM pg_proc p WHERE p.pronamespace IN ('ledger'::regnamespace, 'jobs'::regnamespace)
       AND (has_function_privilege('holdfast_worker', p.oid, 'EXECUTE') OR has_function_privilege('holdfast_api', p.oid, 'EXECUTE'))
     ORDER BY 1`,
  );
  functions = rows;
});
afterAll(async () => {
  await jobs.expectReconciled();
  await jobs.close();
});

/** What `theirs` has: one of everything. */
async function fill(): Promise<void> {
  await jobs.grant([
    {
      account_id: 'theirs',
      grant_id: 'grant_theirs',
      source: 'top_up',
      priority: 3,
      amount: 50,
      reason: 't',
    },
  ]);
  await jobs.call(
    'create_webhook_endpoint',
    'theirs',
    'we_theirs',
    'https://theirs.example/',
    ['job.queued'],
    'whsec_theirs',
    10,
  );
  for (const jobId of ['d', 'f', 'r']) {
    await jobs.admit([withReference(jobId)]);
    await jobs.bringToAsset('theirs', jobId);
  }
  await jobs.settleOutputs([commitOf('theirs', 'd'), commitOf('theirs', 'f')]);
  await jobs.call('claim_references', 'theirs', 'r', outputOf('r'), 60);
  await jobs.owner.query(
    `UPDATE jobs.attempts SET stopping_since = now(), stop_due_at = now() + interval '1 day' WHERE job_id = 'r'`,
  );
  for (const jobId of ['d', 'f'])
    await jobs.call('open_review', 'theirs', outputOf(jobId), 'broken', 'theirs', PLAIN['p_limits']);
  const decision = ['free_retry', 'r', 'test', 'free', 60];
  await jobs.call('decide_review', 'theirs', reviewOf('f'), 'decision of theirs', 'print', ...decision);
  await jobs.call('claim_webhooks', PLAIN['p_claim'], 1, 1, 3_600);
  await jobs.call('store_quote', 'theirs', 'quote_theirs', 'print', '{"total": 35}', 900);
  await jobs.call(
    'create_portal_session',
    'theirs',
    'portal_theirs',
    'key_theirs',
    Buffer.from('00', 'hex'),
    ['read'],
    60,
    'test',
  );
  const key = {
    key_id: 'key_theirs',
    secret_hash: '\\x00',
    name: 'theirs',
    scopes: ['jobs:read'],
    account_id: 'theirs',
    mode: 'live',
    fingerprint: 'print',
  };
  await jobs.call('create_api_key', key, 'theirs create key', 'test', null);
  await jobs.owner.query(`INSERT INTO jobs.answers VALUES ('theirs', $1, '{"link": "theirs"}', now())`, [
    attemptOf('r'),
  ]);
  await jobs.call('keep_cancel_key', 'theirs', 'd', 'key of theirs', true);
}

/** A job whose brief refers to a picture that is yet to be fetched. */
function withReference(jobId: string): object {
  const item = jobItem('theirs', jobId) as { readonly outputs: readonly object[] };
  const work = { kind: 'static_ad', brief: { reference_asset_urls: [PLAIN['p_url']] } };
  return { ...item, outputs: item.outputs.map((output) => ({ ...output, work })) };
}

/** The arguments of a call for an account, with ids of one or of nothing. Throws for a parameter that is not known here. */
function argumentsOf({ name, names, types }: Callable, accountId: string, ids: Ids): readonly unknown[] {
  const own = ids === ABSENT ? {} : THEIRS_OF[name];
  const known: Ids = { ...PLAIN, ...ids, ...own, ...OWN_ARGUMENTS[name], p_account_id: accountId };
  return names.map((parameter, index) => {
    if (!(parameter in known))
      throw new RangeError(`${name} has a parameter that is not known here: ${parameter}`);
    const value = known[parameter];
    return types[index] === 'jsonb' && value !== null ? JSON.stringify(value) : value;
  });
}

/** Rows or the error of a call in a transaction that is taken back, and what it did to `theirs`. */
async function outcomeOf(callable: Callable, accountId: string, ids: Ids) {
  const client = await jobs.owner.connect();
  try {
    await client.query('BEGIN');
    await client.query('SAVEPOINT call');
    await client.query('SET LOCAL ROLE holdfast_worker');
    const seen = await rowsOrError(client, callable, argumentsOf(callable, accountId, ids));
    if ('code' in seen) await client.query('ROLLBACK TO SAVEPOINT call');
    await client.query('RESET ROLE');
    const theirs = await digestOf(client, 'theirs');
    return { seen: anonymous(seen, ids), theirs };
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}

async function rowsOrError(client: pg.PoolClient, { name, types }: Callable, values: readonly unknown[]) {
  const holes = types.map((type, index) => `$${String(index + 1)}::${type}`).join(', ');
  try {
    const { rows } = await client.query<{ row: unknown }>(
      `SELECT to_jsonb(r) AS row FROM ${name}(${holes}) r`,
      [...values],
    );
    return { rows: rows.map(({ row }) => row) };
  } catch (error) {
    const { code, message } = error as pg.DatabaseError;
    return { code, message };
  }
}

/** A text without the ids that were asked for, and without instants. */
function anonymous(seen: object, ids: Ids): string {
  const names = Object.values(ids)
    .flat()
    .filter((id) => typeof id === 'string')
    .toSorted((a, b) => b.length - a.length);
  const text = names.reduce((all, id) => all.replaceAll(`"${id}"`, '"<id>"'), JSON.stringify(seen));
  return text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.+]+/g, '<at>').replaceAll(/\d+\.\d{3,}/g, '<n>');
}

let digest: string | undefined;
/** One digest of all rows of an account, whatever tables they are in. */
async function digestOf(client: pg.PoolClient, accountId: string): Promise<unknown> {
  if (digest === undefined) {
    const { rows } = await client.query<{ name: string }>(
      `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'account_id'
       WHERE c.relnamespace IN ('ledger'::regnamespace, 'jobs'::regnamespace) AND c.relkind IN ('r', 'p') AND NOT c.relispartition`,
    );
    expect(rows.length).toBeGreaterThan(15);
    digest = rows
      .map(
        ({ name }) =>
          `SELECT '${name}' AS name, md5(string_agg(t::text, '|' ORDER BY t::text)) AS rows FROM ${name} t WHERE account_id = $1`,
      )
      .join(' UNION ALL ');
  }
  return (await client.query(`${digest} ORDER BY 1`, [accountId])).rows;
}

const ofAccount = () => functions.filter(({ names }) => names[0] === 'p_account_id');

test('every function that a process may execute takes the account first, or is listed here with the reason', () => {
  const others = functions.filter(({ names }) => names[0] !== 'p_account_id').map(({ name }) => name);
  expect(others).toEqual(Object.keys(OF_NO_ONE_ACCOUNT).toSorted());
});

test('every function of an account returns the same for another’s ids as for unknown ids, and changes nothing there (invariant 12)', async () => {
  const client = await jobs.owner.connect();
  const before = await digestOf(client, 'theirs');
  client.release();
  const faults: string[] = [];
  for (const callable of ofAccount()) {
    const { name } = callable;
    const [theirs, absent] = [
      await outcomeOf(callable, 'mine', THEIRS),
      await outcomeOf(callable, 'mine', ABSENT),
    ];
    if (JSON.stringify(theirs.theirs) !== JSON.stringify(before))
      faults.push(`${name} changed what is theirs`);
    const mayDiffer = DRAWS_ITS_ID.has(name) || NAMES_ANOTHER.has(name);
    if (!mayDiffer && theirs.seen !== absent.seen)
      faults.push(`${name}: ${theirs.seen} but of nothing ${absent.seen}`);
  }
  expect(faults).toEqual([]);
});

test('the ids of that walk exist: their own account gets other results', async () => {
  const same: string[] = [];
  for (const callable of ofAccount()) {
    if (!callable.names.some((name) => name in THEIRS)) continue;
    const [own, absent] = [
      await outcomeOf(callable, 'theirs', THEIRS),
      await outcomeOf(callable, 'theirs', ABSENT),
    ];
    if (JSON.stringify(own) === JSON.stringify(absent)) same.push(callable.name);
  }
  expect(same).toEqual([]);
});

test('an item that names its account gets the same for another’s ids as for unknown ids, and changes nothing there', async () => {
  const quoted = (id: string) => [jobItem('mine', 'm', { quote_id: id, quote_fingerprint: 'print' })];
  const ended = (jobId: string) => [{ ...commitOf('mine', jobId) }];
  const item = (name: string, items: unknown): Callable & { readonly ids: Ids } => ({
    name,
    names: ['p_items'],
    types: ['jsonb'],
    ids: { p_items: items },
  });
  const client = await jobs.owner.connect();
  const before = await digestOf(client, 'theirs');
  client.release();
  for (const [theirs, absent] of [
    [item('jobs.admit', quoted('quote_theirs')), item('jobs.admit', quoted('quote_absent'))],
    [item('jobs.settle', ended('d')), item('jobs.settle', ended('n'))],
    [item('jobs.settle', ended('r')), item('jobs.settle', ended('n'))],
  ] as const) {
    const [of, none] = [
      await outcomeOf(theirs, 'mine', theirs.ids),
      await outcomeOf(absent, 'mine', absent.ids),
    ];
    expect(of.theirs, theirs.name).toEqual(before);
    expect(of.seen.replaceAll(/_[dr]_|"[dr]"/g, '_n_'), theirs.name).toEqual(
      none.seen.replaceAll('"n"', '_n_'),
    );
  }
});
