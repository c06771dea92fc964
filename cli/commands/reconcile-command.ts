import { recordReconcile } from '../../ledger/check-runs.ts';
import { reconcile, type Discrepancy } from '../../ledger/reconcile.ts';
import type { CommandContext } from '../command-context.ts';
import { CommandError, EXIT_CODE } from '../exit-codes.ts';
import { printJson, printLine } from '../show/terminal.ts';
import { askDatabase } from '../with-database.ts';

/**
 * `holdfast reconcile`: runs the checks that must return no rows, and records the result. Exit code 1 with findings.
 */
export async function reconcileCommand(
  context: CommandContext,
  options: { readonly json: boolean },
): Promise<void> {
  const findings = await askDatabase(await context.databaseUrl(), 'reconcile', async (database) => {
    const found = await reconcile(database);
    await recordReconcile(database, found);
    return found;
  });
  if (options.json) printJson({ ok: findings.length === 0, findings });
  else if (findings.length === 0) printLine('reconcile: every check returned no rows');
  else findings.forEach(printFinding);
  if (findings.length > 0) {
    throw new CommandError(`reconcile: ${String(findings.length)} finding(s)`, EXIT_CODE.failed);
  }
}

/** Its name, whose it is, and below them the row, a field in each line. */
function printFinding({ check, account_id, subject, detail }: Discrepancy): void {
  const where = [subject, account_id].filter((id) => id !== null).join(' of ');
  const lines = [...(where === '' ? [] : [where]), ...JSON.stringify(detail, null, 2).split('\n')];
  printLine([check, ...lines.map((line) => `  ${line}`)].join('\n'));
}
