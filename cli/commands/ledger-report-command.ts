import { Pool } from 'pg';
import { sumCredits } from '../../domain/credits.ts';
import { readReport, type ReportRow } from '../../ledger/read-report.ts';
import type { CommandContext } from '../command-context.ts';
import { CommandError, EXIT_CODE } from '../exit-codes.ts';
import { shown } from '../show.ts';
import { formatTable, printJson, printLine } from '../terminal.ts';

/** The whole journal is read: minutes on a large one. */
const QUERY_TIMEOUT_MS = 10 * 60_000;
const CONNECT_TIMEOUT_MS = 5_000;

const COLUMNS = ['opening', 'issued', 'spent', 'refunded', 'expired', 'voided', 'outstanding'] as const;
type Sums = Readonly<Record<(typeof COLUMNS)[number], number>>;

/** `holdfast ledger report`: what an accountant needs of a month, per source of credits, with a total. */
export async function ledgerReportCommand(
  context: CommandContext,
  options: { readonly month: string; readonly json: boolean },
): Promise<void> {
  const { month } = options;
  const rows = await report(await context.databaseUrl(), month);
  const total = totalOf(rows);
  if (options.json) {
    printJson({ month, sources: rows, total });
    return;
  }
  const cellsOf = (sums: Sums) => COLUMNS.map((column) => shown(sums[column]));
  const lines = [...rows.map((row) => [row.source, ...cellsOf(row)]), ['total', ...cellsOf(total)]];
  printLine(`Credits of ${month} (UTC), by source\n`);
  printLine(formatTable(['source', ...COLUMNS], lines));
  printLine('\nopening + issued − spent + refunded − expired − voided = outstanding');
}

async function report(databaseUrl: string, month: string): Promise<readonly ReportRow[]> {
  const pool = new Pool({
    connectionString: databaseUrl,
    max: 1,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    application_name: 'holdfast ledger report',
  });
  pool.on('error', () => undefined);
  try {
    return await readReport(pool, month);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandError(
      `the report could not be read (${why}); DATABASE_URL must name a Holdfast database, as the worker's role`,
      EXIT_CODE.failed,
    );
  } finally {
    await pool.end();
  }
}

function totalOf(rows: readonly ReportRow[]): Sums {
  const sum = (column: keyof Sums) => sumCredits(rows.map((row) => row[column]));
  return {
    opening: sum('opening'),
    issued: sum('issued'),
    spent: sum('spent'),
    refunded: sum('refunded'),
    expired: sum('expired'),
    voided: sum('voided'),
    outstanding: sum('outstanding'),
  };
}
