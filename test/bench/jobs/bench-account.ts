import pg from 'pg';
import type { StackInfo } from '../../../dev/stack/stack-info.ts';
import { grantCredits } from '../../../ledger/grant-credits.ts';

/** Far more than any run spends. */
const CREDITS = 100_000_000;

/** An account with enough credits for every run. */
export async function openBenchAccount(info: Pick<StackInfo, 'database_url'>): Promise<string> {
  const accountId = 'acct_bench';
  const client = new pg.Client({ connectionString: info.database_url });
  await client.connect();
  try {
    await client.query('SELECT ledger.open_account($1, $1, $1)', [accountId]);
    await grantCredits(client, {
      ...{ accountId, grantId: 'grant_bench', source: 'top_up', priority: 3, reason: 'bench' },
      ...{ credits: CREDITS, ends: 'never' },
    });
  } finally {
    await client.end();
  }
  return accountId;
}
