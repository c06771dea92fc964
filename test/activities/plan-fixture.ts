import pg from 'pg';
import { expect } from 'vitest';
import { openAccount } from '../../ledger/open-account.ts';
import { setPlan } from '../../ledger/plan.ts';
import { reconcile } from '../../ledger/reconcile.ts';
import { createTestDatabase } from '../harness/test-database.ts';
import { SUPERSCALE_GRANTS, SUPERSCALE_PLAN_RULES } from '../harness/superscale.ts';

export type PlanFixture = Awaited<ReturnType<typeof createPlanFixture>>;

/** When plans begin, on the last day of a month. */
export const START = new Date('2026-01-31T09:00:00Z');

/** A database with a clock to set, and accounts whose plan renews by itself. */
export async function createPlanFixture() {
  const database = await createTestDatabase();
  const owner = new pg.Pool({ connectionString: database.ownerUrl, max: 4 });
  const worker = new pg.Pool({ connectionString: database.workerUrl, max: 4 });
  for (const pool of [owner, worker]) pool.on('error', () => undefined);

  const rows = async <Row extends object>(sql: string, ...values: readonly unknown[]): Promise<Row[]> =>
    (await owner.query<Row>(sql, [...values])).rows;

  return {
    database,
    owner,
    worker,
    rows,
    setClock: database.setClock,
    /** An account with its sign-up grant and a plan from START on. Returns its id. */
    async subscribe(reference: string, renewal: 'automatic' | 'by_call' = 'automatic'): Promise<string> {
      const { accountId } = await openAccount(worker, SUPERSCALE_GRANTS, { name: reference, reference });
      const call = { accountId, reference, plan: 'starter', periodStart: null, renewal };
      const set = await setPlan(worker, SUPERSCALE_PLAN_RULES, { ...call, actor: 'test', reason: 'test' });
      expect(set.outcome).toBe('set');
      return accountId;
    },
    /** The account's grants of its plan, oldest first: credits, what is left of them, what expired. */
    planGrants: (accountId: string) =>
      rows<{ amount: number; available: number; expired: number }>(
        `SELECT amount::int, available::int, expired::int FROM ledger.grants
         WHERE account_id = $1 AND source = 'plan' ORDER BY ordinal`,
        accountId,
      ),
    /** Ends every scenario: nothing is overdue by more than a minute, and every sum is right. */
    expectReconciled: async () => {
      expect(await reconcile(worker, 60)).toEqual([]);
    },
    async close() {
      await Promise.all([owner.end(), worker.end()]);
      await database.close();
    },
  };
}
