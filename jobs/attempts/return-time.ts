import type { Database } from '../../ledger/database.ts';
import { onlyRow } from '../../ledger/only-row.ts';

/** When the output's credits return, by the machine's clock, as workflows count time; null once they are settled. */
export async function readReturnBy(
  database: Database,
  accountId: string,
  outputId: string,
): Promise<Date | null> {
  const { rows } = await database.query<{ return_by: Date | null }>({
    name: 'jobs.returns_at',
    text: 'SELECT jobs.returns_at($1, $2) AS return_by',
    values: [accountId, outputId],
  });
  return onlyRow(rows, 'jobs.returns_at').return_by;
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
