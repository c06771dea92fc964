import type pg from 'pg';
import { CREDITS, CREDITS_PER_ACCOUNT } from './bench-accounts.ts';

/**
 * Gives the first accounts a past: so many committed reservations each, with the entries, grants and balances that the
 * verbs would have left. Written as sets, since a million cycles would take minutes; `ledger.reconcile` holds it to the rules.
 * For accounts that have their grant and no other entry (`fillAccounts`).
 */
export async function fillHistory(
  pool: pg.Pool,
  options: { readonly accounts: number; readonly cyclesPerAccount: number },
): Promise<void> {
  const { accounts, cyclesPerAccount } = options;
  const past = `FROM generate_series(0, $1 - 1) n CROSS JOIN generate_series(1, $2::bigint) i
                JOIN ledger.accounts a ON a.account_id = 'acct_' || n`;
  // Ids that lie about in the index as derived ones do.
  const id = `'rsv_' || md5(n || ' ' || i)`;
  await pool.query(
    `INSERT INTO ledger.reservations (account_id, reservation_id, job_id, output_id, reason, amount, state, committed, part_grant_ids,
       part_amounts, period_starts_at, return_by, created_at, settled_at, reserve_entries, settle_entries)
     SELECT a.account_id, ${id}, 'job_bench', 'bench', 'generation', $3::bigint, 'committed', $3::bigint, ARRAY['grant_' || n],
       ARRAY[$3::bigint], a.period_starts_at, a.moved_at, a.moved_at, a.moved_at, int8range(2 * i, 2 * i + 1),
       int8range(2 * i + 1, 2 * i + 2) ${past}`,
    [accounts, cyclesPerAccount, CREDITS],
  );
  await pool.query(
    `INSERT INTO ledger.entries (account_id, seq, kind, grant_id, from_bucket, to_bucket, amount, balance_after, reservation_id, reason,
       created_at)
     SELECT a.account_id, 2 * i + s.step, s.kind::ledger.entry_kind, 'grant_' || n, s.from_bucket::ledger.bucket,
       s.to_bucket::ledger.bucket, $3::bigint, $4::bigint - $3::bigint * i, ${id}, s.reason, a.moved_at ${past}
     CROSS JOIN (VALUES (0, 'reserve', 'available', 'reserved', 'generation'), (1, 'commit', 'reserved', 'spent', 'delivered'))
       s (step, kind, from_bucket, to_bucket, reason)`,
    [accounts, cyclesPerAccount, CREDITS, CREDITS_PER_ACCOUNT],
  );
  const spent = [accounts, cyclesPerAccount * CREDITS];
  const isFilled = `account_id IN (SELECT 'acct_' || n FROM generate_series(0, $1 - 1) n)`;
  await pool.query(
    `UPDATE ledger.grants SET available = available - $2, spent = spent + $2 WHERE ${isFilled}`,
    spent,
  );
  await pool.query(
    `UPDATE ledger.accounts SET available = available - $2, spent = spent + $2, entry_seq = entry_seq + $3 WHERE ${isFilled}`,
    [...spent, 2 * cyclesPerAccount],
  );
  await pool.query('VACUUM (ANALYZE) ledger.accounts, ledger.grants, ledger.reservations, ledger.entries');
}
