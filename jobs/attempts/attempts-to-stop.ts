import type { Database } from '../../ledger/database.ts';
import { failAttempt, type ProviderAccount } from './finish-attempt.ts';

/** An attempt that no longer counts, while its provider may still run it. */
export type AttemptToStop = {
  readonly accountId: string;
  readonly reference: string;
  readonly provider: string;
  readonly model: string;
  /** Null: no response of the provider has named it. */
  readonly providerJobId: string | null;
  /** Seconds since it was given up. */
  readonly waitingSeconds: number;
};

export type AttemptsToStop = ReturnType<typeof createAttemptsToStop>;

/** The list, in PostgreSQL, of attempts to stop at their providers. */
export function createAttemptsToStop(database: Database) {
  return {
    /** Claims attempts that are due. One that is not forgotten is due again after a growing pause. */
    async claim(limit: number): Promise<readonly AttemptToStop[]> {
      const { rows } = await database.query<{
        account_id: string;
        reference: string;
        provider: string;
        model: string;
        provider_job_id: string | null;
        waiting_seconds: number;
      }>({
        name: 'jobs.claim_attempts_to_stop',
        text: 'SELECT * FROM jobs.claim_attempts_to_stop($1)',
        values: [limit],
      });
      return rows.map((row) => ({
        accountId: row.account_id,
        reference: row.reference,
        provider: row.provider,
        model: row.model,
        providerJobId: row.provider_job_id,
        waitingSeconds: row.waiting_seconds,
      }));
    },
    /** Records what the provider bills for one. */
    async recordBill({ accountId, reference }: AttemptToStop, bill: ProviderAccount): Promise<void> {
      await failAttempt(database, accountId, reference, 'canceled', bill);
    },
    async forget({ accountId, reference }: AttemptToStop): Promise<void> {
      await database.query({
        name: 'jobs.forget_attempt_to_stop',
        text: 'SELECT jobs.forget_attempt_to_stop($1, $2)',
        values: [accountId, reference],
      });
    },
  };
}
