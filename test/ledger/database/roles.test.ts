import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../harness/test-database.ts';

/** Who may execute what: the whole barrier between the processes and the money. */
const BOTH = ['holdfast_api', 'holdfast_worker'];
const WORKER = ['holdfast_worker'];
const FUNCTIONS: Readonly<Record<string, readonly string[]>> = {
  'ledger.open_account': BOTH,
  'ledger.grant_credits': BOTH,
  'ledger.void_grant': BOTH,
  'ledger.set_plan': BOTH,
  'ledger.read_plan': BOTH,
  'ledger.refer': BOTH,
  'ledger.set_limits': BOTH,
  'ledger.set_price_list': BOTH,
  'ledger.set_frozen': BOTH,
  'ledger.publish_price_lists': BOTH,
  'ledger.read_limits': BOTH,
  'ledger.read_spenders': BOTH,
  'ledger.read_account': BOTH,
  'ledger.ask_clock': BOTH,
  'ledger.read_clock': BOTH,
  'ledger.step_clock': WORKER,
  'ledger.read_moved_clocks': WORKER,
  'ledger.read_grant': BOTH,
  'ledger.read_balance': BOTH,
  'ledger.read_balance_days': BOTH,
  'ledger.read_entries': BOTH,
  'ledger.read_statement': BOTH,
  'ledger.read_open_reservations': WORKER,
  'ledger.read_due_plans': WORKER,
  'ledger.renew_plans': WORKER,
  'ledger.read_due_expiry': WORKER,
  'ledger.sweep_accounts': WORKER,
  'ledger.count_report': WORKER,
  'ledger.record_check': WORKER,
  'ledger.read_report': BOTH,
  'ledger.read_checks': BOTH,
  'ledger.reconcile': WORKER,
  'jobs.store_quote': BOTH,
  'jobs.spend': BOTH,
  'jobs.grant_credits': BOTH,
  'jobs.release_job': BOTH,
  'jobs.keep_cancel_key': BOTH,
  'jobs.read_submission': BOTH,
  'jobs.read_job': BOTH,
  'jobs.account_of': BOTH,
  'jobs.list_jobs': BOTH,
  'jobs.read_outputs': BOTH,
  'jobs.list_references': BOTH,
  'jobs.read_lineage': BOTH,
  'jobs.read_events': BOTH,
  'jobs.read_account_events': BOTH,
  'jobs.read_news': BOTH,
  'jobs.read_models': BOTH,
  'jobs.read_metrics': BOTH,
  'jobs.read_api_key': BOTH,
  'jobs.create_api_key': BOTH,
  'jobs.take_requests': BOTH,
  'jobs.list_api_keys': BOTH,
  'jobs.revoke_api_key': BOTH,
  'jobs.rotate_api_key': BOTH,
  'jobs.search': BOTH,
  'jobs.read_attention': BOTH,
  'jobs.prune_attention': WORKER,
  'jobs.preview_command': BOTH,
  'jobs.preview_decision': BOTH,
  'jobs.preview_change': BOTH,
  'ledger.list_actions': BOTH,
  'ledger.unless_acted': BOTH,
  'jobs.create_console_session': BOTH,
  'jobs.read_console_session': BOTH,
  'jobs.revoke_console_session': BOTH,
  'jobs.create_portal_session': BOTH,
  'jobs.read_portal_session': BOTH,
  'jobs.read_usage': BOTH,
  'jobs.revoke_portal_session': BOTH,
  'jobs.apply_command': BOTH,
  'jobs.inspect_job': BOTH,
  'jobs.list_repairs': BOTH,
  'jobs.read_costs': BOTH,
  'jobs.list_unknown_bills': BOTH,
  'jobs.open_review': BOTH,
  'jobs.decide_review': BOTH,
  'jobs.read_review': BOTH,
  'jobs.list_reviews': BOTH,
  'jobs.list_reviews_of_all': BOTH,
  'jobs.read_free_retry': WORKER,
  'jobs.claim_references': WORKER,
  'jobs.resolve_reference': WORKER,
  'jobs.admit': WORKER,
  'jobs.begin_output': WORKER,
  'jobs.read_job_result': WORKER,
  'jobs.note_webhook': BOTH,
  'jobs.accept_attempt': WORKER,
  'jobs.begin_attempt': WORKER,
  'jobs.count_webhooks': WORKER,
  'jobs.close_attempt': WORKER,
  'jobs.keep_answer': WORKER,
  'jobs.read_answer': WORKER,
  'jobs.forget_answer': WORKER,
  'jobs.move_attempt': WORKER,
  'jobs.prepare_attempt': WORKER,
  'jobs.read_attempt': WORKER,
  'jobs.read_attempts_of_output': WORKER,
  'jobs.record_asset': WORKER,
  'jobs.import_bill': WORKER,
  'jobs.record_progress': WORKER,
  'jobs.fail_attempt': WORKER,
  'jobs.note_fault': WORKER,
  'jobs.queue_attempts': WORKER,
  'jobs.record_stage_progress': WORKER,
  'jobs.mark_stuck': WORKER,
  'jobs.settle': WORKER,
  'jobs.tell_expiring': WORKER,
  'jobs.tell_expiring_of': WORKER,
  'jobs.claim_webhooks': WORKER,
  'jobs.record_webhook': WORKER,
  'jobs.prune_webhooks': WORKER,
  'jobs.create_webhook_endpoint': BOTH,
  'jobs.read_webhook_endpoints': BOTH,
  'jobs.update_webhook_endpoint': BOTH,
  'jobs.delete_webhook_endpoint': BOTH,
  'jobs.rotate_webhook_secret': BOTH,
  'jobs.read_webhook_deliveries': BOTH,
  'jobs.resend_webhooks': BOTH,
  'jobs.claim_attempts_to_stop': WORKER,
  'jobs.unneeded_assets': WORKER,
  'jobs.database_identity': WORKER,
  'jobs.forget_attempt_to_stop': WORKER,
  'jobs.returns_at': WORKER,
  'jobs.record_repairs': WORKER,
  'jobs.reconcile': WORKER,
};
const SCHEMAS = ['ledger', 'jobs'];

let database: TestDatabase;
let owner: pg.Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  owner = new pg.Pool({ connectionString: database.ownerUrl, max: 1 });
  // Its connection may be ended with the database, a moment before it has ended itself.
  owner.on('error', () => undefined);
});
afterAll(async () => {
  await owner.end();
  await database.close();
});

test('each role may execute the functions named here, and no other function of the ledger or of jobs', async () => {
  const { rows } = await owner.query<{ name: string; roles: string[] }>(
    `SELECT p.pronamespace::regnamespace || '.' || p.proname AS name, array_agg(r.rolname::text ORDER BY r.rolname) AS roles
     FROM pg_proc p CROSS JOIN pg_roles r
     WHERE p.pronamespace = ANY ($1::regnamespace[]) AND r.rolname = ANY ($2) AND has_function_privilege(r.oid, p.oid, 'EXECUTE')
     GROUP BY p.oid, p.pronamespace, p.proname`,
    [SCHEMAS, BOTH],
  );
  expect(Object.fromEntries(rows.map((row) => [row.name, row.roles]))).toEqual(FUNCTIONS);
});

test.each(BOTH)('%s has no privilege on any table, view, sequence or column', async (role) => {
  const { rows } = await owner.query(
    `SELECT c.oid::regclass FROM pg_class c
     WHERE c.relnamespace = ANY ($2::regnamespace[]) AND CASE c.relkind
       WHEN 'S' THEN has_sequence_privilege($1, c.oid, 'USAGE, SELECT, UPDATE')
       WHEN 'i' THEN false WHEN 'c' THEN false
       ELSE has_table_privilege($1, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER, MAINTAIN')
         OR has_any_column_privilege($1, c.oid, 'SELECT, INSERT, UPDATE, REFERENCES') END`,
    [role, SCHEMAS],
  );
  expect(rows).toEqual([]);
});

test.each(BOTH)('%s can make nothing in either schema and is member of no other role', async (role) => {
  const { rows } = await owner.query(
    `SELECT n.name FROM unnest($2::text[]) n (name) WHERE has_schema_privilege($1, n.name, 'CREATE')
     UNION ALL SELECT m.roleid::regrole::text FROM pg_auth_members m WHERE m.member = $1::regrole
     UNION ALL SELECT rolname FROM pg_roles WHERE rolname = $1 AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls)`,
    [role, SCHEMAS],
  );
  expect(rows).toEqual([]);
});

test('a function that a later migration adds is closed until it is granted', async () => {
  await owner.query(`CREATE FUNCTION ledger.of_a_later_migration() RETURNS int LANGUAGE sql AS 'SELECT 1'`);
  await owner.query(`CREATE FUNCTION jobs.of_a_later_migration() RETURNS int LANGUAGE sql AS 'SELECT 1'`);
  const { rows } = await owner.query(
    `SELECT p.oid::regprocedure FROM pg_proc p CROSS JOIN unnest($1::text[]) role
     WHERE p.proname = 'of_a_later_migration' AND has_function_privilege(role, p.oid, 'EXECUTE')`,
    [BOTH],
  );
  await owner.query('DROP FUNCTION ledger.of_a_later_migration(), jobs.of_a_later_migration()');
  expect(rows).toEqual([]);
});

test('every function a role may execute runs as its owner with a fixed search path', async () => {
  const { rows } = await owner.query(
    `SELECT p.oid::regprocedure FROM pg_proc p
     WHERE p.pronamespace = ANY ($1::regnamespace[]) AND has_function_privilege('holdfast_worker', p.oid, 'EXECUTE')
       AND NOT (p.prosecdef AND array_to_string(p.proconfig, ' ') LIKE '%search_path=pg_catalog, pg_temp%')`,
    [SCHEMAS],
  );
  expect(rows).toEqual([]);
});

test.each([
  ['holdfast_api', 'SELECT * FROM jobs.admit($1)'],
  ['holdfast_api', 'SELECT * FROM jobs.settle($1)'],
])('%s is refused: %s', async (_role, statement) => {
  const api = new pg.Client(database.apiUrl);
  await api.connect();
  await expect(api.query(statement, ['[]'])).rejects.toMatchObject({ code: '42501' });
  await expect(api.query('SELECT * FROM ledger.read_account($1)', ['nobody'])).resolves.toMatchObject({
    rows: [],
  });
  await api.end();
});

test.each(BOTH)('%s is refused every read and write of every table that there is', async (role) => {
  const { rows } = await owner.query<{ name: string; column: string }>(
    `SELECT c.oid::regclass::text AS name, quote_ident(a.attname) AS "column" FROM pg_class c
     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = 1
     WHERE c.relnamespace = ANY ($1::regnamespace[]) AND c.relkind IN ('r', 'v', 'm', 'p')`,
    [SCHEMAS],
  );
  expect(rows.length).toBeGreaterThan(30);
  const process = new pg.Client(role === 'holdfast_api' ? database.apiUrl : database.workerUrl);
  await process.connect();
  for (const { name, column } of rows) {
    for (const statement of [
      `SELECT FROM ${name}`,
      `INSERT INTO ${name} DEFAULT VALUES`,
      `UPDATE ${name} SET ${column} = ${column}`,
      `DELETE FROM ${name}`,
      `TRUNCATE ${name}`,
    ]) {
      await expect(process.query(statement), statement).rejects.toMatchObject({ code: '42501' });
    }
  }
  await process.end();
});
