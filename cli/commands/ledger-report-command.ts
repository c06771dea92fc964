import { sumCredits } from '../../domain/credits/credits.ts';
import { readReport, type ReportRow } from '../../ledger/reads/read-report.ts';
import type { CommandContext } from '../command-context.ts';
import { formatReport, type ReportSums } from '../show/format-report.ts';
import { printJson, printLine } from '../show/terminal.ts';
import { askDatabase } from '../with-database.ts';

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
  printLine(`Credits of ${month} (UTC), by source\n`);
  printLine(formatReport(rows, total));
}

function totalOf(rows: readonly ReportRow[]): ReportSums {
  const sum = (column: keyof ReportSums) => sumCredits(rows.map((row) => row[column]));
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
