import type { Database } from '../../ledger/database.ts';

/** What a model service has told of an attempt, under the address that it was given for it. */
export type ProviderWebhook = {
  readonly provider: string;
  readonly reference: string;
  /** SHA-256 of the secret in the address. */
  readonly secretHash: Buffer;
  /** The same for a repetition. */
  readonly event: string;
  /** What the service calls the job; null: it does not say. */
  readonly job: string | null;
};

/**
 * Puts a webhook on record, where the attempt's follower finds it. One that was noted before, that comes when its attempt has ended, or that
 * is more than an attempt has, changes nothing. Returns whether there is an attempt of that address.
 */
export async function noteWebhook(database: Database, webhook: ProviderWebhook): Promise<boolean> {
  const { rows } = await database.query<{ is_known: boolean }>({
    name: 'jobs.note_webhook',
    text: 'SELECT jobs.note_webhook($1, $2, $3, $4, $5) AS is_known',
    values: [webhook.provider, webhook.reference, webhook.secretHash, webhook.event, webhook.job],
  });
  return rows[0]?.is_known ?? false;
}

/** How many webhooks there are of each of many attempts, by reference, in one round trip. Those without are missing. */
export async function countWebhooks(
  database: Database,
  attempts: readonly { readonly accountId: string; readonly reference: string }[],
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await database.query<{ reference: string; webhooks: number }>({
    name: 'jobs.count_webhooks',
    text: 'SELECT reference, webhooks FROM jobs.count_webhooks($1, $2)',
    values: [attempts.map(({ accountId }) => accountId), attempts.map(({ reference }) => reference)],
  });
  return new Map(rows.map(({ reference, webhooks }) => [reference, webhooks]));
}
