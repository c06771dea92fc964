import type { Repair } from '../../contract/shapes/support-shapes.ts';
import type { Database } from '../../ledger/database.ts';

/** Why the reconciler could not settle a reservation, in its own words or the ledger's. Null: its workflow runs. */
type Finding = {
  readonly accountId: string;
  readonly reservationId: string;
  readonly why: string | null;
};

/** A position in the queue. The instant is PostgreSQL's own text, to the microsecond. */
type RepairPosition = {
  readonly firstSeenAt: string;
  readonly accountId: string;
  readonly reservationId: string;
};

/** Puts findings into the queue, or counts another try; removes those whose workflow runs. */
export async function recordRepairs(database: Database, findings: readonly Finding[]): Promise<void> {
  if (findings.length === 0) return;
  await database.query({
    name: 'jobs.record_repairs',
    text: 'SELECT jobs.record_repairs($1)',
    values: [
      JSON.stringify(
        findings.map((one) => ({
          account_id: one.accountId,
          reservation_id: one.reservationId,
          why: one.why,
        })),
      ),
    ],
  });
}

/** A page of the queue, oldest first: of one account or of all (null), of settled ones or of the others. */
export async function listRepairs(
  database: Database,
  filter: { readonly accountId: string | null; readonly isResolved: boolean },
  page: { readonly after: RepairPosition | null; readonly limit: number },
): Promise<readonly { readonly repair: Repair; readonly position: RepairPosition }[]> {
  const { rows } = await database.query<{
    repair: Repair;
    first_seen_at: string;
    account_id: string;
    reservation_id: string;
  }>({
    name: 'jobs.list_repairs',
    text: 'SELECT repair, first_seen_at, account_id, reservation_id FROM jobs.list_repairs($1, $2, $3, $4, $5, $6)',
    values: [
      filter.accountId,
      filter.isResolved,
      page.after?.firstSeenAt ?? null,
      page.after?.accountId ?? null,
      page.after?.reservationId ?? null,
      page.limit,
    ],
  });
  return rows.map((row) => ({
    repair: row.repair,
    position: {
      firstSeenAt: row.first_seen_at,
      accountId: row.account_id,
      reservationId: row.reservation_id,
    },
  }));
}
