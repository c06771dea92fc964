import type { WebhookEndpoint } from '../../contract/shapes/webhook-shapes.ts';
import type { EventType } from '../../domain/event-types.ts';
import type { Database } from '../../ledger/database.ts';

/** An endpoint as PostgreSQL returns it. Times as its JSON writes them. */
export type StoredWebhookEndpoint = WebhookEndpoint;

type Row = { endpoint: StoredWebhookEndpoint | null };

export type EndpointKey = { readonly accountId: string; readonly endpointId: string };

/** Null: the account has as many endpoints as it may. */
export async function createWebhookEndpoint(
  database: Database,
  key: EndpointKey,
  endpoint: { readonly url: string; readonly events: readonly EventType[]; readonly secret: string },
  most: number,
): Promise<StoredWebhookEndpoint | null> {
  const { rows } = await database.query<Row>({
    name: 'jobs.create_webhook_endpoint',
    text: 'SELECT jobs.create_webhook_endpoint($1, $2, $3, $4, $5, $6) AS endpoint',
    values: [key.accountId, key.endpointId, endpoint.url, endpoint.events, endpoint.secret, most],
  });
  return rows[0]?.endpoint ?? null;
}

/** One of an account's endpoints, or (null) all, oldest first. */
export async function readWebhookEndpoints(
  database: Database,
  accountId: string,
  endpointId: string | null,
): Promise<readonly StoredWebhookEndpoint[]> {
  const { rows } = await database.query<{ endpoint: StoredWebhookEndpoint }>({
    name: 'jobs.read_webhook_endpoints',
    text: 'SELECT endpoint FROM jobs.read_webhook_endpoints($1, $2) endpoint',
    values: [accountId, endpointId],
  });
  return rows.map((row) => row.endpoint);
}

/** An undefined field stays as it is. Null: there is no such endpoint. */
export async function updateWebhookEndpoint(
  database: Database,
  key: EndpointKey,
  change: { readonly url?: string; readonly events?: readonly EventType[]; readonly enabled?: boolean },
): Promise<StoredWebhookEndpoint | null> {
  const { rows } = await database.query<Row>({
    name: 'jobs.update_webhook_endpoint',
    text: 'SELECT jobs.update_webhook_endpoint($1, $2, $3, $4, $5) AS endpoint',
    values: [
      key.accountId,
      key.endpointId,
      change.url ?? null,
      change.events ?? null,
      change.enabled ?? null,
    ],
  });
  return rows[0]?.endpoint ?? null;
}

/** Whether there was such an endpoint. */
export async function deleteWebhookEndpoint(database: Database, key: EndpointKey): Promise<boolean> {
  const { rows } = await database.query<{ is_deleted: boolean }>({
    name: 'jobs.delete_webhook_endpoint',
    text: 'SELECT jobs.delete_webhook_endpoint($1, $2) AS is_deleted',
    values: [key.accountId, key.endpointId],
  });
  return rows[0]?.is_deleted ?? false;
}

/** Null: there is no such endpoint. */
export async function rotateWebhookSecret(
  database: Database,
  key: EndpointKey,
  secret: string,
  graceSeconds: number,
): Promise<StoredWebhookEndpoint | null> {
  const { rows } = await database.query<Row>({
    name: 'jobs.rotate_webhook_secret',
    text: 'SELECT jobs.rotate_webhook_secret($1, $2, $3, $4) AS endpoint',
    values: [key.accountId, key.endpointId, secret, graceSeconds],
  });
  return rows[0]?.endpoint ?? null;
}
