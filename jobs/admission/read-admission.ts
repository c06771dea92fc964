import type { Database } from '../../ledger/database.ts';

/** What was decided under a key. Which codes a refusal may have is told by who asked for it (contract/workflow-messages.ts). */
export type StoredAdmission = {
  readonly fingerprint: string;
  readonly outcome: { readonly outcome: 'reserved' | 'refused' } & Readonly<Record<string, unknown>>;
};

/** What was answered under a key; null when the key is new. */
export async function readAdmission(
  database: Database,
  accountId: string,
  jobId: string,
): Promise<StoredAdmission | null> {
  const { rows } = await database.query<StoredAdmission>({
    name: 'jobs.read_admission',
    text: 'SELECT outcome, fingerprint FROM jobs.read_admission($1, $2)',
    values: [accountId, jobId],
  });
  return rows[0] ?? null;
}
