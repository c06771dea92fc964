import type { Database } from '../../ledger/database.ts';

/** A model service's webhook for an attempt. */
export type ProviderWebhook = {
  readonly provider: string;
  readonly reference: string;
  /** SHA-256 of the address's secret. */
  readonly secretHash: Buffer;
  /** The same for a repeated delivery. */
  readonly event: string;
  /** The service's id of the job; null: it does not say. */
  readonly job: string | null;
};

/**
 * Records a webhook, which the attempt's follower then finds. A repeated one, one after the attempt's end, or one too
 * many changes nothing. Returns whether the address belongs to an attempt.
 */
export async function noteWebhook(database: Database, webhook: ProviderWebhook): Promise<boolean> {
  const { rows } = await database.query<{ is_known: boolean }>({
    name: 'jobs.note_webhook',
    text: 'SELECT jobs.note_webhook($1, $2, $3, $4, $5) AS is_known',
    values: [webhook.provider, webhook.reference, webhook.secretHash, webhook.event, webhook.job],
  });
  return rows[0]?.is_known ?? false;
}

/** Reads the number of webhooks of many attempts, by reference, in one round trip. Attempts without any are missing. */
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
