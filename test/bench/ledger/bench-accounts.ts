import type pg from 'pg';

/** Accounts of the spread runs; the hot run uses the first. */
export const ACCOUNT_COUNT = 10_000;
/** What a cycle moves: a static ad (docs/credits.md). */
export const CREDITS = 35;
/** Enough for any run, so that no reserve is refused. */
export const CREDITS_PER_ACCOUNT = 1_000_000_000;

export function accountIdAt(index: number): string {
  return `acct_${String(index)}`;
}

/** The number of members and of projects, as of a small team. Each is counted and capped. */
export const MEMBERS_PER_ACCOUNT = 4;
export const PROJECTS_PER_ACCOUNT = 2;

/** Opens the accounts, each with one grant, and lets PostgreSQL look at what it holds. */
export async function fillAccounts(
  pool: pg.Pool,
  accounts = ACCOUNT_COUNT,
  { analyzes = true } = {},
): Promise<void> {
  await pool.query(
    `SELECT ledger.open_account('acct_' || n, 'acct_' || n, 'bench') FROM generate_series(0, $1 - 1) n`,
    [accounts],
  );
  const { rows } = await pool.query<{ granted: string }>(
    `SELECT count(*) AS granted FROM (
       SELECT ledger.grant_credits('acct_' || n, 'grant_' || n, 'top_up', 3, $2, NULL, NULL, 'bench', NULL, NULL) AS outcome
       FROM generate_series(0, $1 - 1) n) g WHERE g.outcome = 'granted'`,
    [accounts, CREDITS_PER_ACCOUNT],
  );
  if (Number(rows[0]?.granted) !== accounts) throw new Error('the accounts of the benchmark were not filled');
  if (!analyzes) return;
  await pool.query('VACUUM (ANALYZE) ledger.accounts, ledger.grants, ledger.entries');
}

/** Caps members and projects of every account, higher than any run reaches: they are looked at and never refuse. */
export async function capAccounts(pool: pg.Pool): Promise<void> {
  const limits = {
    member_credits_per_period: CREDITS_PER_ACCOUNT,
    project_credits_per_period: CREDITS_PER_ACCOUNT,
  };
  await pool.query(
    `SELECT ledger.set_limits('acct_' || n, $2, 'bench', 'bench') FROM generate_series(0, $1 - 1) n`,
    [ACCOUNT_COUNT, limits],
  );
  await pool.query('VACUUM (ANALYZE) ledger.accounts');
}
