import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { migrate } from '../../../ledger/migrate.ts';
import { TEST_ROLE_PASSWORD } from '../../harness/template-database.ts';
import { createTestDatabase, type TestDatabase } from '../../harness/test-database.ts';
import { untilWaiting } from '../until-waiting.ts';

let database: TestDatabase;
let owner: pg.Client;

beforeEach(async () => {
  database = await createTestDatabase();
  owner = new pg.Client({ connectionString: database.ownerUrl });
  owner.on('error', () => undefined);
  await owner.connect();
});

afterEach(async () => {
  await owner.end();
  await database.close();
});

function migrateAgain(log: (line: string) => void = () => undefined): Promise<void> {
  return migrate({
    ownerUrl: database.ownerUrl,
    apiPassword: TEST_ROLE_PASSWORD,
    workerPassword: TEST_ROLE_PASSWORD,
    log,
  });
}

async function bodyOf(signature: string): Promise<string | null> {
  const { rows } = await owner.query<{ body: string | null }>(
    'SELECT (SELECT p.prosrc FROM pg_proc p WHERE p.oid = to_regprocedure($1)) AS body',
    [signature],
  );
  return rows[0]?.body ?? null;
}

test('logs in one line what it applied, and nothing when nothing was due', async () => {
  const said: string[] = [];
  await migrateAgain((line) => said.push(line));
  expect(said).toEqual([]);
  await owner.query('DROP SCHEMA jobs CASCADE; DROP SCHEMA ledger CASCADE');
  await migrateAgain((line) => said.push(line));
  expect(said).toEqual([
    expect.stringMatching(/^migrated ledger to \d{4}_\w+, jobs to \d{4}_\w+ \(\d+ migrations\)$/),
  ]);
});

test('brings a function that was changed in the database back to what its file says', async () => {
  const { rows } = await owner.query<{ made: string }>(
    `SELECT pg_get_functiondef('ledger.delta'::regproc) AS made`,
  );
  const before = await bodyOf('ledger.delta(ledger.bucket, ledger.bucket, ledger.bucket, bigint)');
  await owner.query((rows[0]?.made ?? '').replace(before ?? '', ' SELECT 0::bigint '));
  await migrateAgain();
  expect(await bodyOf('ledger.delta(ledger.bucket, ledger.bucket, ledger.bucket, bigint)')).toBe(before);
});

test('drops a function that no file defines, and keeps those that a trigger or a CHECK of a table calls', async () => {
  await owner.query('CREATE FUNCTION jobs.forgotten(int) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$');
  await migrateAgain();
  expect(await bodyOf('jobs.forgotten(int)')).toBeNull();
  expect(await bodyOf('ledger.refuse_change()')).not.toBeNull();
  expect(await bodyOf('ledger.is_sound(ledger.grants)')).not.toBeNull();
});

test('waits for another database of the server whose migration changes the same role at that moment', async () => {
  const pool = new pg.Pool({ connectionString: database.ownerUrl, max: 1 });
  await owner.query('BEGIN');
  await owner.query(`ALTER ROLE holdfast_api LOGIN PASSWORD '${TEST_ROLE_PASSWORD}'`);
  const migrated = migrateAgain();
  await untilWaiting(pool, 1);
  await owner.query('COMMIT');
  await expect(migrated).resolves.toBeUndefined();
  await pool.end();
});

test('replaces a function whose result type has changed', async () => {
  await owner.query('DROP FUNCTION ledger.months_after(timestamptz, int)');
  await owner.query(
    'CREATE FUNCTION ledger.months_after(p_anchor timestamptz, p_count int) RETURNS text LANGUAGE sql AS $$ SELECT NULL::text $$',
  );
  await migrateAgain();
  const { rows } = await owner.query<{ type: string }>(
    `SELECT pg_typeof(ledger.months_after(now(), 1))::text AS type`,
  );
  expect(rows).toEqual([{ type: 'timestamp with time zone' }]);
});

test('takes back what a role may no longer execute', async () => {
  await owner.query('GRANT EXECUTE ON FUNCTION ledger.clock() TO holdfast_api');
  await migrateAgain();
  const { rows } = await owner.query(
    `SELECT has_function_privilege('holdfast_api', 'ledger.clock()', 'EXECUTE') AS closed,
            has_function_privilege('holdfast_api', 'ledger.read_account(text)', 'EXECUTE') AS open`,
  );
  expect(rows).toEqual([{ closed: false, open: true }]);
});

test('several at once, while a process calls a function all the time, all succeed', async () => {
  const api = new pg.Client({ connectionString: database.apiUrl });
  api.on('error', () => undefined);
  await api.connect();
  const migrations = Promise.all([migrateAgain(), migrateAgain(), migrateAgain()]);
  const state = { isOver: false };
  const over = migrations.finally(() => {
    state.isOver = true;
  });
  let calls = 0;
  try {
    while (!state.isOver) {
      await api.query({
        name: 'account',
        text: 'SELECT * FROM ledger.read_account($1)',
        values: ['acct_none'],
      });
      calls += 1;
    }
    await over;
  } finally {
    await api.end();
  }
  expect(calls).toBeGreaterThan(1);
});
