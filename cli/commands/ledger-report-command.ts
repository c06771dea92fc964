import { sumCredits } from '../../domain/credits.ts';
import { readReport, type ReportRow } from '../../ledger/read-report.ts';
import type { CommandContext } from '../command-context.ts';
import { shown } from '../show.ts';
import { formatTable, printJson, printLine } from '../terminal.ts';
import { askDatabase } from '../with-database.ts';

const COLUMNS = ['opening', 'issued', 'spent', 'refunded', 'expired', 'voided', 'outstanding'] as const;
type Sums = Readonly<Record<(typeof COLUMNS)[number], number>>;

/** `holdfast ledger report`: what an accountant needs of a month, per source of credits, with a total. */
export async function ledgerReportCommand(
  context: CommandContext,
  options: { readonly month: string; readonly json: boolean },
): Promise<void> {
  const { month } = options;
  const rows = await askDatabase(await context.databaseUrl(), 'ledger report', (database) =>
    readReport(database, month),
  );
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
