import type { WebhookDelivery } from '../../contract/shapes/webhook-shapes.ts';
import { unlessActed } from '../../ledger/unless-acted.ts';
import type { Database } from '../../ledger/database.ts';
import { previewChange } from '../support/preview-change.ts';
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
type Resend =
  { readonly sequence: number } | { readonly since: Date; readonly after: number; readonly limit: number };

/** Who has events sent again, and why; and what they were shown before. */
export type ResentBy = {
  readonly actor: string;
  readonly reason: string | null;
  readonly asOf?: string | undefined;
};

/** Sends events again, with who asked and why on record. Null: there is no such endpoint, or it is disabled. */
export async function resendWebhooks(
  database: Database,
  key: EndpointKey,
  asked: Resend,
  { actor, reason, asOf }: ResentBy,
): Promise<{ readonly resent: number; readonly lastSequence: number | null } | null> {
  const { sequence, since, after, limit } = resendValues(asked);
  const same = {
    actions: ['resend_webhooks'],
    subject: { endpoint_id: key.endpointId, ...(sequence === null ? {} : { sequence }) },
  };
  const { rows } = await database.query<{ resent: number; last_sequence: string | null }>({
    name: 'jobs.resend_webhooks',
    text: 'SELECT resent, last_sequence FROM jobs.resend_webhooks(ledger.unless_acted($1, $9), $2, $3, $4, $5, $6, $7, $8)',
    values: [
      key.accountId,
      key.endpointId,
      sequence,
      since,
      after,
      limit,
      actor,
      reason,
      unlessActed(asOf, same, reason === null ? null : { actor, reason }),
    ],
  });
  const row = rows[0];
  if (row === undefined) return null;
  return {
    resent: row.resent,
    lastSequence: row.last_sequence === null ? null : Number(row.last_sequence),
  };
}

/** What the same would do; `isEnabled`: nothing is sent to an endpoint that is not. */
export async function previewResend(database: Database, key: EndpointKey, asked: Resend) {
  const call = { endpoint_id: key.endpointId, ...resendValues(asked) };
  const { answer, as_of: asOf } = await previewChange<{
    resent: number;
    last_sequence: number | null;
  } | null>(database, key.accountId, 'resend', call);
  return {
    asOf,
    isEnabled: answer !== null,
    resent: answer?.resent ?? 0,
    lastSequence: answer?.last_sequence ?? null,
  };
}

/** As jobs.resend_webhooks takes it. */
function resendValues(asked: Resend) {
  return 'sequence' in asked
    ? { sequence: asked.sequence, since: null, after: 0, limit: 1 }
    : { sequence: null, ...asked };
}
