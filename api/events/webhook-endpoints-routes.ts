import { randomBytes } from 'node:crypto';
import { CALLS } from '../../contract/calls.ts';
import type { WebhookEndpoint } from '../../contract/shapes/webhook-shapes.ts';
import { drawWebhookSecret } from '../../contract/webhook-signature.ts';
import {
  createWebhookEndpoint,
  deleteWebhookEndpoint,
  readWebhookEndpoints,
  rotateWebhookSecret,
  updateWebhookEndpoint,
  type EndpointKey,
  type StoredWebhookEndpoint,
} from '../../jobs/webhooks/webhook-endpoints.ts';
import { instantText, instantTextOrNull } from '../../domain/instant-text.ts';
import type { Database } from '../../ledger/database.ts';
import { faultOfAddress } from '../../runtime/outbound/open-outside.ts';
import type { OutboundRules } from '../../runtime/outbound/public-address.ts';
import { invalidPart, notFound, Problem } from '../http/problem.ts';
import { readBody, readOptionalBody } from '../http/request/read-body.ts';
import { pathParameter, route, type AccountExchange, type Route } from '../http/route.ts';

const ENDPOINT_ID = /^we_\w{1,64}$/;

/** The most endpoints of an account: each event makes a delivery for each. */
const MAX_ENDPOINTS = 20;

type Deps = {
  readonly database: Database;
  readonly rules: { readonly allowsLocalAssetUrls: boolean };
};

/** An account's webhook endpoints: create, list, read, update, delete, rotate the secret. */
export function webhookEndpointRoutes({ database, rules }: Deps): readonly Route[] {
  const outbound = { allowsLocal: rules.allowsLocalAssetUrls };
  return [
    route(CALLS.createWebhookEndpoint, {
      async prepare(exchange) {
        const { body } = await readBody(exchange, CALLS.createWebhookEndpoint.body);
        requireAllowed(body.url, outbound);
        const secret = drawWebhookSecret();
        const key = { accountId: exchange.accountId, endpointId: `we_${randomBytes(16).toString('hex')}` };
        return async () => {
          const made = await createWebhookEndpoint(database, key, { ...body, secret }, MAX_ENDPOINTS);
          if (made === null) {
            const detail = `This account has as many webhook endpoints as it may (${String(MAX_ENDPOINTS)}).`;
            throw new Problem('state_conflict', { detail });
          }
          send(exchange, 201, { ...viewEndpoint(made), secret });
        };
      },
    }),
    route(CALLS.listWebhookEndpoints, {
      async handle(exchange) {
        const all = await readWebhookEndpoints(database, exchange.accountId, null);
        send(exchange, 200, { data: all.map(viewEndpoint), next_cursor: null });
      },
    }),
    route(CALLS.readWebhookEndpoint, {
      async handle(exchange) {
        send(exchange, 200, viewEndpoint(await requireEndpoint(database, keyOf(exchange))));
      },
    }),
    route(CALLS.updateWebhookEndpoint, {
      async prepare(exchange) {
        const { body } = await readBody(exchange, CALLS.updateWebhookEndpoint.body);
        if (body.url !== undefined) requireAllowed(body.url, outbound);
        const { url, events, enabled } = body;
        return async () => {
          const change = {
            ...(url === undefined ? {} : { url }),
            ...(events === undefined ? {} : { events }),
            ...(enabled === undefined ? {} : { enabled }),
          };
          const changed = await updateWebhookEndpoint(database, keyOf(exchange), change);
          send(exchange, 200, viewEndpoint(found(changed)));
        };
      },
    }),
    route(CALLS.deleteWebhookEndpoint, {
      prepare: (exchange) =>
        Promise.resolve(async () => {
          if (!(await deleteWebhookEndpoint(database, keyOf(exchange)))) throw notFound('webhook endpoint');
          exchange.response.status(204).end();
        }),
    }),
    route(CALLS.rotateWebhookSecret, {
      async prepare(exchange) {
        const { body } = await readOptionalBody(exchange, CALLS.rotateWebhookSecret.body);
        const secret = drawWebhookSecret();
        return async () => {
          const rotated = await rotateWebhookSecret(database, keyOf(exchange), secret, body.grace_seconds);
          send(exchange, 200, { ...viewEndpoint(found(rotated)), secret });
        };
      },
    }),
  ];
}

/** The endpoint id of a path. Throws not_found for an invalid id. */
export function keyOf({ request, accountId }: AccountExchange): EndpointKey {
  const endpointId = pathParameter(request, 'id');
  if (!ENDPOINT_ID.test(endpointId)) throw notFound('webhook endpoint');
  return { accountId, endpointId };
}

/** Throws the problem not_found. */
export async function requireEndpoint(database: Database, key: EndpointKey): Promise<StoredWebhookEndpoint> {
  const [endpoint] = await readWebhookEndpoints(database, key.accountId, key.endpointId);
  return found(endpoint ?? null);
}

function found(endpoint: StoredWebhookEndpoint | null): StoredWebhookEndpoint {
  if (endpoint === null) throw notFound('webhook endpoint');
  return endpoint;
}

function send({ response }: AccountExchange, status: number, body: object): void {
  response.status(status).set('Cache-Control', 'no-store').json(body);
}

/** The rules of every outside address; the host's addresses are checked when it is connected to. */
function requireAllowed(url: string, rules: OutboundRules): void {
  // The URL parser drops blanks at the ends of a text, and encodes those within.
  const fault = /\s/.test(url) ? 'bad_address' : faultOfAddress(url, rules);
  if (fault === null) return;
  throw invalidPart('/url', fault, 'An https address of a public machine, without a user name.');
}

function viewEndpoint(endpoint: StoredWebhookEndpoint): WebhookEndpoint {
  return {
    id: endpoint.id,
    url: endpoint.url,
    events: endpoint.events,
    enabled: endpoint.enabled,
    disabled_reason: endpoint.disabled_reason,
    disabled_at: instantTextOrNull(endpoint.disabled_at),
    failing_since: instantTextOrNull(endpoint.failing_since),
    old_secret_expires_at: instantTextOrNull(endpoint.old_secret_expires_at),
    created_at: instantText(endpoint.created_at),
  };
}
