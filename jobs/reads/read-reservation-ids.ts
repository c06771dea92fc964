import type { Database } from '../../ledger/database.ts';

/** The reservations of a job, by id: one reservation per output. Empty when the account has no such job. */
export async function readReservationIds(
  database: Database,
  accountId: string,
  jobId: string,
): Promise<readonly string[]> {
  const { rows } = await database.query<{ id: string }>({
    name: 'jobs.read_reservation_ids',
    text: 'SELECT jobs.read_reservation_ids($1, $2) AS id',
    values: [accountId, jobId],
  });
  return rows.map((row) => row.id);
}
