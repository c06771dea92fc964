import type { LedgerFixture } from '../ledger-fixture.ts';

const NONE = {
  max_concurrent_jobs: null,
  member_credits_per_period: null,
  project_credits_per_period: null,
  low_balance_at: null,
  overrides: [],
};

/** Sets the limits named here, and no others. */
export async function setLimits(ledger: LedgerFixture, account: string, limits: object): Promise<boolean> {
  const { rows } = await ledger.worker.query<{ is_set: boolean }>(
    `SELECT ledger.set_limits($1, $2, 'ops', 'test') AS is_set`,
    [account, { ...NONE, ...limits }],
  );
  return rows[0]?.is_set ?? false;
}

/** The use of each member and project in the account's current period, as the caps count it. */
export async function usageOf(ledger: LedgerFixture, account: string): Promise<Record<string, number>> {
  const { rows } = await ledger.owner.query<{ spender: string; used: string }>(
    `SELECT u.spender || ' ' || u.name AS spender, u.used FROM ledger.usage u
     JOIN ledger.accounts a ON a.account_id = u.account_id AND a.period_starts_at = u.period_starts_at
     WHERE u.account_id = $1`,
    [account],
  );
  return Object.fromEntries(rows.map((row) => [row.spender, Number(row.used)]));
}
