import pg from 'pg';
import type { StackInfo } from '../../../dev/stack/stack-info.ts';

/** Far more than any run spends. */
const CREDITS = 100_000_000;

/** An account with enough credits for every run. */
export async function openBenchAccount(info: Pick<StackInfo, 'database_url'>): Promise<string> {
  const accountId = 'acct_bench';
  const client = new pg.Client({ connectionString: info.database_url });
  await client.connect();
  try {
    await client.query('SELECT ledger.open_account($1, $1, $1)', [accountId]);
    await client.query('SELECT ledger.grant_credits($1)', [
      JSON.stringify([
        {
          account_id: accountId,
          grant_id: 'grant_bench',
          source: 'top_up',
          band: 3,
          amount: CREDITS,
          reason: 'bench',
        },
      ]),
    ]);
  } finally {
    await client.end();
  }
  return accountId;
}
