import { Pool } from 'pg';
import { reconcile } from '../../ledger/reconcile.ts';
import type { CommandContext } from '../command-context.ts';
import { CommandError, EXIT_CODE } from '../exit-codes.ts';
import { printJson, printLine } from '../terminal.ts';

/** A whole ledger is read: minutes on a large one. */
const QUERY_TIMEOUT_MS = 10 * 60_000;
const CONNECT_TIMEOUT_MS = 5_000;

/** `holdfast reconcile`: the queries that must return no rows. Exit code 1 with findings. */
export async function reconcileCommand(
  context: CommandContext,
  options: { readonly json: boolean },
): Promise<void> {
  const findings = await findDiscrepancies(await context.databaseUrl());
  if (options.json) printJson({ ok: findings.length === 0, findings });
  else if (findings.length === 0) printLine('reconcile: every check returned no rows');
  else {
    for (const { check, account_id, subject, detail } of findings) {
      printLine(`${check}  ${account_id}  ${subject}  ${JSON.stringify(detail)}`);
    }
  }
  if (findings.length > 0) {
    throw new CommandError(`reconcile: ${String(findings.length)} finding(s)`, EXIT_CODE.failed);
  }
}

/** The checks that returned rows, on a connection of their own. */
export async function findDiscrepancies(databaseUrl: string) {
  const pool = new Pool({
    connectionString: databaseUrl,
    max: 1,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    application_name: 'holdfast reconcile',
  });
  pool.on('error', () => undefined);
  try {
    return await reconcile(pool);
  } finally {
    await pool.end();
  }
}
