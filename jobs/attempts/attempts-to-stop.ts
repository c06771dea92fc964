import type { Database } from '../../ledger/database.ts';
import { failAttempt, type ProviderAccount } from './finish-attempt.ts';

/** An attempt that counts no more while its provider may still work on it. */
export type AttemptToStop = {
  readonly accountId: string;
  readonly reference: string;
  readonly provider: string;
  readonly model: string;
  /** Null when no answer of the provider has named it yet. */
  readonly providerJobId: string | null;
  /** Since it was given up. */
  readonly waitingSeconds: number;
};

export type AttemptsToStop = ReturnType<typeof createAttemptsToStop>;

/** The durable list of what is still to be stopped at a provider. */
export function createAttemptsToStop(database: Database) {
  return {
    /** Takes some whose turn it is. One that is not forgotten has another turn, after a pause that grows. */
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
    /** What its provider says that it charges for one. */
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
