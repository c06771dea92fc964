import type { WebhookDelivery } from '../../contract/shapes/webhook-shapes.ts';
import type { Database } from '../../ledger/database.ts';
import type { EndpointKey } from './webhook-endpoints.ts';

/** A delivery as PostgreSQL returns it, without its public ids. Times as its JSON writes them. */
export type StoredDelivery = Omit<WebhookDelivery, 'id' | 'event_id'> & {
  readonly job_id: string | null;
  readonly seq: number | null;
};

/**
 * Reads deliveries to an endpoint, newest first, before a sequence (null: from the newest), in a state or (null) all.
 */
export async function readWebhookDeliveries(
  database: Database,
  key: EndpointKey,
  page: {
    readonly before: number | null;
    readonly state: WebhookDelivery['state'] | null;
    readonly limit: number;
  },
): Promise<readonly StoredDelivery[]> {
  const { rows } = await database.query<{ delivery: StoredDelivery }>({
    name: 'jobs.read_webhook_deliveries',
    text: 'SELECT delivery FROM jobs.read_webhook_deliveries($1, $2, $3, $4, $5) delivery',
    values: [key.accountId, key.endpointId, page.before, page.state, page.limit],
  });
  return rows.map((row) => row.delivery);
}

/** What to send again: the event of a sequence, or all since a time. */
export type Resend =
  { readonly sequence: number } | { readonly since: Date; readonly after: number; readonly limit: number };

/** Sends events again. Null: there is no such endpoint, or it is disabled. */
export async function resendWebhooks(
  database: Database,
  key: EndpointKey,
  asked: Resend,
): Promise<{ readonly resent: number; readonly lastSequence: number | null } | null> {
  const isOne = 'sequence' in asked;
  const { rows } = await database.query<{ resent: number; last_sequence: string | null }>({
    name: 'jobs.resend_webhooks',
    text: 'SELECT resent, last_sequence FROM jobs.resend_webhooks($1, $2, $3, $4, $5, $6)',
    values: [
      key.accountId,
      key.endpointId,
      isOne ? asked.sequence : null,
      isOne ? null : asked.since,
      isOne ? 0 : asked.after,
      isOne ? 1 : asked.limit,
    ],
  });
  const row = rows[0];
  if (row === undefined) return null;
  return {
    resent: row.resent,
    lastSequence: row.last_sequence === null ? null : Number(row.last_sequence),
  };
}
