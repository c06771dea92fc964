import type { Database } from '../database.ts';

export type OpenReservation = {
  readonly accountId: string;
  readonly reservationId: string;
  readonly jobId: string | null;
  readonly outputId: string | null;
  readonly credits: number;
  /** Seconds past its return_by; negative before it. */
  readonly overdueSeconds: number;
};

type Row = {
  account_id: string;
  reservation_id: string;
  job_id: string | null;
  output_id: string | null;
  amount: string;
  overdue_seconds: number;
};

type ReservationKey = Pick<OpenReservation, 'accountId' | 'reservationId'>;

/** A page of open reservations of at least an age, in the order of their keys, after a key. */
export async function readOpenReservations(
  database: Database,
  page: { readonly after: ReservationKey | null; readonly limit: number; readonly minAgeSeconds: number },
): Promise<readonly OpenReservation[]> {
  const { rows } = await database.query<Row>({
    name: 'ledger.read_open_reservations',
    text: 'SELECT * FROM ledger.read_open_reservations($1, $2, $3, $4)',
    values: [page.after?.accountId ?? '', page.after?.reservationId ?? '', page.limit, page.minAgeSeconds],
  });
  return rows.map((row) => ({
    accountId: row.account_id,
    reservationId: row.reservation_id,
    jobId: row.job_id,
    outputId: row.output_id,
    credits: Number(row.amount),
    overdueSeconds: row.overdue_seconds,
  }));
}
