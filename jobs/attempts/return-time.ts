import type { Database } from '../../ledger/database.ts';

/** When an output's credits return: as an instant of the machine's clock, and in seconds from now. */
type ReturnTime = { readonly at: Date; readonly secondsLeft: number };

/** Undefined: they are settled. */
export async function readReturnTime(
  database: Database,
  accountId: string,
  outputId: string,
): Promise<ReturnTime | undefined> {
  const { rows } = await database.query<{ returns_at: Date; seconds_left: number }>({
    name: 'jobs.returns_at',
    text: 'SELECT returns_at, seconds_left FROM jobs.returns_at($1, $2)',
    values: [accountId, outputId],
  });
  const [row] = rows;
  return row && { at: row.returns_at, secondsLeft: row.seconds_left };
}
