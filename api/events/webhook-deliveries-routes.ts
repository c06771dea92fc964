import { z } from 'zod';
import { CALLS } from '../../contract/calls.ts';
import type { WebhookDelivery } from '../../contract/shapes/webhook-shapes.ts';
import { pageOf } from '../../domain/page-of.ts';
import { describeResent, describeResentOne } from '../../domain/support/describe-change.ts';
import { eventIdOf } from '../../domain/event-types.ts';
import { instantText, instantTextOrNull } from '../../domain/instant-text.ts';
import type { EndpointKey } from '../../jobs/webhooks/webhook-endpoints.ts';
import {
  previewResend,
  readWebhookDeliveries,
  resendWebhooks,
  type ResentBy,
  type StoredDelivery,
} from '../../jobs/webhooks/webhook-log.ts';
import type { Database } from '../../ledger/database.ts';
import { readCursor, writeCursor } from '../http/cursor.ts';
import { notFound, Problem } from '../http/problem.ts';
import { readBody, readOptionalBody } from '../http/request/read-body.ts';
import { readQuery } from '../http/request/read-query.ts';
import { sendPreview, wouldDo, wouldRefuse } from '../http/send-preview.ts';
import { pathParameter, route, type AccountExchange, type Route } from '../http/route.ts';
import { actorOf } from '../access/actor.ts';
import { keyOf, requireEndpoint } from './webhook-endpoints-routes.ts';

/** Events of one call that sends all since a time again. */
const MAX_RESENT = 1_000;
/** The part of a failed response that is shown. */
const MAX_SHOWN = 16_384;

type Deps = { readonly database: Database };

const position = z.strictObject({ before: z.int().min(1) });

/** Deliveries to an endpoint: their results, and sending them again. */
export function webhookDeliveryRoutes({ database }: Deps): readonly Route[] {
  return [
    route(CALLS.listWebhookDeliveries, {
      async handle(exchange) {
        const {
          cursor,
          state = null,
          limit,
        } = readQuery(exchange.request, CALLS.listWebhookDeliveries.query);
        const before = cursor === undefined ? null : readCursor(cursor, position).before;
        const key = keyOf(exchange);
        await requireEndpoint(database, key);
        const deliveries = await readWebhookDeliveries(database, key, { before, state, limit: limit + 1 });
        const { shown, last } = pageOf(deliveries, limit);
        exchange.response.set('Cache-Control', 'no-store').json({
          data: shown.map((delivery) => viewDelivery(key, delivery)),
          next_cursor: last === undefined ? null : writeCursor({ before: last.sequence }),
        });
      },
    }),
    route(CALLS.resendWebhookDelivery, {
      async prepare(exchange) {
        const { body } = await readOptionalBody(exchange, CALLS.resendWebhookDelivery.body);
        const by = resentBy(exchange, body);
        const key = keyOf(exchange);
        const endpoint = await requireEndpoint(database, key);
        const delivery = await requireDelivery(database, key, pathParameter(exchange.request, 'delivery'));
        const asked = { sequence: delivery.sequence };
        return async () => {
          if (body.dry_run === true) {
            const event = { ...delivery, isDelivered: delivery.state === 'delivered' };
            const seen = await previewResend(database, key, asked);
            const would = describeResentOne(endpoint.url, event);
            sendPreview(exchange.response, seen.isEnabled ? wouldDo(would, seen.asOf) : REFUSED);
            return;
          }
          requireSent(endpoint.enabled && (await resendWebhooks(database, key, asked, by)));
          const now = await requireDelivery(database, key, deliveryIdOf(key, delivery.sequence));
          exchange.response.status(202).set('Cache-Control', 'no-store').json(viewDelivery(key, now));
        };
      },
    }),
    route(CALLS.resendWebhooks, {
      async prepare(exchange) {
        const { body } = await readBody(exchange, CALLS.resendWebhooks.body);
        const by = resentBy(exchange, body);
        const key = keyOf(exchange);
        const endpoint = await requireEndpoint(database, key);
        return async () => {
          const asked = { since: body.since, after: body.after ?? 0, limit: MAX_RESENT };
          if (body.dry_run === true) {
            const seen = await previewResend(database, key, asked);
            const would = describeResent(endpoint.url, seen, MAX_RESENT);
            sendPreview(exchange.response, seen.isEnabled ? wouldDo(would, seen.asOf) : REFUSED);
            return;
          }
          const { resent, lastSequence } = requireSent(await resendWebhooks(database, key, asked, by));
          exchange.response
            .status(202)
            .set('Cache-Control', 'no-store')
            .json({ resent, last_sequence: lastSequence });
        };
      },
    }),
  ];
}

const DISABLED = 'The endpoint is disabled. Enable it first.';
const REFUSED = wouldRefuse('endpoint_disabled', DISABLED);

function resentBy(
  { request, caller }: AccountExchange,
  { reason, as_of: asOf }: { readonly reason?: string | undefined; readonly as_of?: string | undefined },
): ResentBy {
  return { actor: actorOf(request, caller), reason: reason ?? null, asOf };
}

function requireSent<Sent>(sent: Sent | null | false): Sent {
  if (sent !== null && sent !== false) return sent;
  throw new Problem('state_conflict', { detail: DISABLED });
}

async function requireDelivery(database: Database, key: EndpointKey, id: string): Promise<StoredDelivery> {
  const sequence = Number(/^\d{1,15}$/.exec(id.split('_').at(-1) ?? '')?.[0] ?? 0);
  if (id !== deliveryIdOf(key, sequence)) throw notFound('delivery');
  const page = { before: sequence + 1, state: null, limit: 1 };
  const [delivery] = await readWebhookDeliveries(database, key, page);
  if (delivery?.sequence !== sequence) throw notFound('delivery');
  return delivery;
}

/** The id of a delivery, derived from its endpoint and its event's sequence. */
function deliveryIdOf({ endpointId }: EndpointKey, sequence: number): string {
  return `dlv_${endpointId.replace(/^we_/, '')}_${String(sequence)}`;
}

function viewDelivery(key: EndpointKey, delivery: StoredDelivery): WebhookDelivery {
  const of = delivery.job_id === null ? null : { jobId: delivery.job_id, seq: delivery.seq ?? 0 };
  return {
    id: deliveryIdOf(key, delivery.sequence),
    event_id: eventIdOf(key.accountId, { sequence: delivery.sequence, of }),
    type: delivery.type,
    sequence: delivery.sequence,
    state: delivery.state,
    attempts: delivery.attempts,
    status: delivery.status,
    error: delivery.error,
    request_body: delivery.request_body?.slice(0, MAX_SHOWN) ?? null,
    response_body: delivery.response_body?.slice(0, MAX_SHOWN) ?? null,
    created_at: instantText(delivery.created_at),
    last_attempt_at: instantTextOrNull(delivery.last_attempt_at),
    next_attempt_at: instantTextOrNull(delivery.next_attempt_at),
  };
}
