import { Client } from 'pg';
import { migrate } from '../../ledger/migrate.ts';

export const TEMPLATE_DATABASE = 'holdfast_template';
/** Of both process roles, in the throw-away server of a test run. */
export const TEST_ROLE_PASSWORD = 'of-a-test-run';

/** The clock is one SQL function, which a test database replaces. Frozen while the table holds an instant, else as far behind as it says. */
export const REPLACE_CLOCK = `
  CREATE TABLE ledger.test_clock (frozen_at timestamptz, behind interval NOT NULL DEFAULT '0');
  INSERT INTO ledger.test_clock DEFAULT VALUES;
  -- A clock that is set back behind what the report has counted: counted anew, as docs/runbook.md has it done.
  CREATE FUNCTION public.recount_report() RETURNS trigger LANGUAGE plpgsql AS $recount$
  BEGIN
    IF NEW.frozen_at < (SELECT counted_until FROM ledger.report_position) THEN
      DELETE FROM ledger.report_days;
      UPDATE ledger.report_position SET counted_until = '-infinity';
    END IF;
    RETURN NULL;
  END $recount$;
  CREATE TRIGGER recount AFTER UPDATE ON ledger.test_clock FOR EACH ROW EXECUTE FUNCTION public.recount_report();
  CREATE OR REPLACE FUNCTION ledger.clock() RETURNS timestamptz
  LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = ledger
  AS 'SELECT coalesce(frozen_at, clock_timestamp() - behind) FROM ledger.test_clock';
`;

/** Migrates the database that every test file's own is cloned from: migrations run once per run, not once per file. */
export async function makeTemplateDatabase(serverUrl: string): Promise<void> {
  await execute(serverUrl, `CREATE DATABASE ${TEMPLATE_DATABASE}`);
  const ownerUrl = withDatabase(serverUrl, TEMPLATE_DATABASE);
  await migrate({
    ownerUrl,
    apiPassword: TEST_ROLE_PASSWORD,
    workerPassword: TEST_ROLE_PASSWORD,
    log: () => undefined,
  });
  await execute(ownerUrl, REPLACE_CLOCK);
}

/** The same server and user, another database. */
export function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

/** Runs one statement (or several, separated) on a connection of its own. */
export async function execute(url: string, sql: string, values?: readonly unknown[]): Promise<void> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(sql, values === undefined ? undefined : [...values]);
  } finally {
    await client.end();
  }
}
