import type { Database } from '../../ledger/database.ts';
import { onlyRow } from '../../ledger/only-row.ts';

/** When the output's credits return; null once they are settled. */
export async function readReturnBy(
  database: Database,
  accountId: string,
  outputId: string,
): Promise<Date | null> {
  const { rows } = await database.query<{ return_by: Date | null }>({
    name: 'jobs.return_by',
    text: 'SELECT jobs.return_by($1, $2)',
    values: [accountId, outputId],
  });
  return onlyRow(rows, 'jobs.return_by').return_by;
}

/** Until the output's credits return, by the database's clock; null once they are settled. */
export async function secondsToReturn(
  database: Database,
  accountId: string,
  outputId: string,
): Promise<number | null> {
  const { rows } = await database.query<{ seconds: number | null }>({
    name: 'jobs.seconds_to_return',
    text: 'SELECT jobs.seconds_to_return($1, $2) AS seconds',
    values: [accountId, outputId],
  });
  return onlyRow(rows, 'jobs.seconds_to_return').seconds;
}
