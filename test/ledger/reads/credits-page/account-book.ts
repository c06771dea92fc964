import type pg from 'pg';
import { accountIdOf } from '../../../../contract/derived-ids.ts';
import { readDuePlans, renewPlans } from '../../../../ledger/plan.ts';
import { readBalance } from '../../../../ledger/reads/read-balance.ts';
import { readDueExpiry, sweepExpired } from '../../../../ledger/sweep-expired.ts';
import type { Observation } from './example-line.ts';
import { SUPERSCALE_GRANTS, SUPERSCALE_PLAN_RULES } from '../../../harness/superscale.ts';

const DAY_MS = 24 * 3_600_000;
const PAGE = { after: null, limit: 100 };

/** The accounts of one example: the clock they live by, and how they stand. */
export function createAccountBook(pools: { readonly owner: pg.Pool; readonly worker: pg.Pool }) {
  const { owner, worker } = pools;
  let now: Date | null = null;

  async function setClock(instant: Date): Promise<void> {
    await owner.query('UPDATE ledger.test_clock SET frozen_at = $1', [instant]);
    now = instant;
    // What credit maintenance does every minute.
    const plans = await readDuePlans(worker, PAGE);
    if (plans.length > 0)
      await renewPlans(
        worker,
        SUPERSCALE_PLAN_RULES,
        plans.map(({ accountId }) => accountId),
      );
    const expiries = await readDueExpiry(worker, PAGE);
    if (expiries.length > 0)
      await sweepExpired(
        worker,
        expiries.map(({ accountId }) => accountId),
      );
  }

  return {
    /** Lets time pass, day by day, with what it brings by itself. */
    async passTimeUntil(instant: Date): Promise<void> {
      while (now !== null && now.getTime() + DAY_MS < instant.getTime()) {
        await setClock(new Date(now.getTime() + DAY_MS));
      }
      await setClock(instant);
    },

    /** An account with nothing in it, unless it is open. */
    async open(name: string): Promise<void> {
      const values = [accountIdOf(name), name, SUPERSCALE_GRANTS.lowBalanceAt];
      await worker.query('SELECT ledger.open_account($1, $2, $2, $3)', values);
    },

    /** The account's newest grant of a source. */
    async newestGrant(accountId: string, source: string): Promise<string> {
      const { rows } = await owner.query<{ grant_id: string }>(
        'SELECT grant_id FROM ledger.grants WHERE account_id = $1 AND source = $2 ORDER BY ordinal DESC LIMIT 1',
        [accountId, source],
      );
      return rows[0]?.grant_id ?? 'none';
    },

    async countNotices(accountId: string): Promise<number> {
      const { rows } = await owner.query('SELECT 1 FROM ledger.low_balance_notices WHERE account_id = $1', [
        accountId,
      ]);
      return rows.length;
    },

    async observe(accountId: string): Promise<Omit<Observation, 'refusal' | 'hasNotice' | 'notRecovered'>> {
      const { rows } = await owner.query<Record<'spent' | 'expired' | 'voided', string>>(
        'SELECT spent, expired, voided FROM ledger.accounts WHERE account_id = $1',
        [accountId],
      );
      const balance = await readBalance(worker, accountId);
      const [sums] = rows;
      if (balance === null || sums === undefined) throw new RangeError(`no account ${accountId}`);
      return {
        available: balance.available,
        reserved: balance.reserved,
        spent: Number(sums.spent),
        expired: Number(sums.expired),
        voided: Number(sums.voided),
        grants: balance.grants.map((grant) => ({
          source: grant.source.replace('_', '-'),
          available: grant.available,
          until: grant.expires_at === null ? null : toText(new Date(grant.expires_at)),
        })),
      };
    },
  };
}

/** Writes an instant as the page does: the day alone for its first moment. */
function toText(instant: Date): string {
  return instant.toISOString().replace('T', ' ').slice(0, 16).replace(' 00:00', '');
}
