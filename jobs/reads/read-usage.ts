import { parseSignedCredits } from '../../domain/credits/credits.ts';
import type { Database } from '../../ledger/database.ts';

type DailyUsage = { readonly day: string; readonly kind: string; readonly credits: number };

type Row = { day: string; kind: string; credits: string };

/** Reads an account's charges between two instants, by day and kind, less refunds. */
export async function readUsage(
  database: Database,
  accountId: string,
  stretch: { readonly from: string; readonly to: string },
): Promise<readonly DailyUsage[]> {
  const { rows } = await database.query<Row>({
    name: 'jobs.read_usage',
    text: 'SELECT day, kind, credits FROM jobs.read_usage($1, $2, $3)',
    values: [accountId, stretch.from, stretch.to],
  });
  return rows.map(({ day, kind, credits }) => ({ day, kind, credits: parseSignedCredits(credits) }));
}
