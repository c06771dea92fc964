import type { EntryKind } from '../../contract/shapes/credit-shapes.ts';
import { parseCredits, parseSignedCredits } from '../../domain/credits/credits.ts';
import type { Database } from '../database.ts';

/** One line of the usage history. */
export type Entry = {
  readonly seq: number;
  readonly kind: EntryKind;
  /** The change of the available balance, signed. */
  readonly credits: number;
  /** What it charged (a commit, a spend), and what it refunded of an earlier charge. */
  readonly charged: number;
  readonly refunded: number;
  readonly jobId: string | null;
  readonly outputId: string | null;
  readonly grantId: string;
  readonly reason: string | null;
  readonly balanceAfter: number;
  readonly createdAt: Date;
};

type EntryFilter = {
  readonly kinds: readonly EntryKind[] | null;
  /** Entries of these reservations alone. */
  readonly reservationIds: readonly string[] | null;
  /** RFC 3339; `from` is included, `to` is not. */
  readonly from: string | null;
  readonly to: string | null;
};

const EVERY: EntryFilter = { kinds: null, reservationIds: null, from: null, to: null };

type Row = {
  seq: string;
  kind: EntryKind;
  credits: string;
  charged: string;
  refunded: string;
  job_id: string | null;
  output_id: string | null;
  grant_id: string;
  reason: string | null;
  balance_after: string;
  created_at: Date;
};

/** The usage history of an account, newest first, older than `before` (null: from the newest). */
export async function readEntries(
  database: Database,
  accountId: string,
  filter: EntryFilter,
  page: { readonly before: number | null; readonly limit: number },
): Promise<readonly Entry[]> {
  const { rows } = await database.query<Row>({
    name: 'ledger.read_entries',
    text: `SELECT seq, kind, credits, charged, refunded, job_id, output_id, grant_id, reason, balance_after, created_at
           FROM ledger.read_entries($1, $2, $3, $4, $5, $6, $7)`,
    values: [accountId, page.before, page.limit, filter.kinds, filter.reservationIds, filter.from, filter.to],
  });
  return rows.map(toEntry);
}

/** The rows of a statement, oldest first, after entry `after`. Entries have no gaps, so a page ends `limit` later. */
export async function readStatementRows(
  database: Database,
  accountId: string,
  last: number,
  page: { readonly after: number; readonly limit: number },
): Promise<readonly Entry[]> {
  const limit = Math.min(page.limit, last - page.after);
  if (limit <= 0) return [];
  return (
    await readEntries(database, accountId, EVERY, { before: page.after + limit + 1, limit })
  ).toReversed();
}

function toEntry(row: Row): Entry {
  return {
    seq: parseCredits(row.seq),
    kind: row.kind,
    credits: parseSignedCredits(row.credits),
    charged: parseCredits(row.charged),
    refunded: parseCredits(row.refunded),
    jobId: row.job_id,
    outputId: row.output_id,
    grantId: row.grant_id,
    reason: row.reason,
    balanceAfter: parseCredits(row.balance_after),
    createdAt: row.created_at,
  };
}
