import { z } from 'zod';
import { EVENT_TYPES } from '../../domain/event-types.ts';
import { requestText } from '../job-request/request-text.ts';
import { instantField, previewFields, reasonField } from './body-fields.ts';
import { job } from './job-shapes.ts';
import { listLimit } from './query-fields.ts';
import { instant, listOf, pageOf } from './wire-fields.ts';

const MAX_URL = 2_048;
/** A week: longer than any deployment takes. */
const MAX_GRACE_SECONDS = 604_800;
const DEFAULT_GRACE_SECONDS = 86_400;

const DELIVERY_STATES = ['pending', 'delivered', 'failed'] as const;

const url = requestText({ max: MAX_URL });
const events = z
  .array(z.enum(EVENT_TYPES))
  .min(1)
  .max(EVENT_TYPES.length)
  .transform((types) => [...new Set(types)]);

/** Where an account is told of its events, and of which types. */
const endpointFields = {
  id: z.string().startsWith('we_'),
  url: z.string(),
  events: listOf(z.enum(EVENT_TYPES)),
  enabled: z.boolean(),
  /** By request, since it answered 410, or after five days of failures. Null: it is enabled. */
  disabled_reason: z.enum(['asked', 'gone', 'failing']).nullable(),
  disabled_at: instant.nullable(),
  /** The first failure since it was last reached; null: none. */
  failing_since: instant.nullable(),
  /** Until when the secret before this one signs too. */
  old_secret_expires_at: instant.nullable(),
  created_at: instant,
};
export const webhookEndpoint = z.strictObject(endpointFields);
export type WebhookEndpoint = z.output<typeof webhookEndpoint>;

/** With its secret, which is shown once. */
export const webhookEndpointWithSecret = z.strictObject({
  ...endpointFields,
  secret: z.string().startsWith('whsec_'),
});
export type WebhookEndpointWithSecret = z.output<typeof webhookEndpointWithSecret>;
export const webhookEndpointPage = pageOf(webhookEndpoint);

export const webhookEndpointBody = z.strictObject({ url, events });
export const webhookEndpointChange = z.strictObject({
  url: url.optional(),
  events: events.optional(),
  enabled: z.boolean().optional(),
});
export const rotateWebhookBody = z.strictObject({
  /** How long the old secret signs beside the new one. */
  grace_seconds: z.int().min(0).max(MAX_GRACE_SECONDS).default(DEFAULT_GRACE_SECONDS),
});

/** One event on its way to one endpoint. */
export const webhookDelivery = z.strictObject({
  id: z.string().startsWith('dlv_'),
  event_id: z.string().startsWith('evt_'),
  type: z.enum(EVENT_TYPES),
  sequence: z.int().min(1),
  state: z.enum(DELIVERY_STATES),
  attempts: z.int().min(0),
  /** Of the last response; null where there was none: `error` says why. */
  status: z.int().nullable(),
  error: z.string().nullable(),
  /** What was sent and what came back, of a delivery that failed; cut where they are long. */
  request_body: z.string().nullable(),
  response_body: z.string().nullable(),
  created_at: instant,
  last_attempt_at: instant.nullable(),
  next_attempt_at: instant.nullable(),
});
export type WebhookDelivery = z.output<typeof webhookDelivery>;
export const webhookDeliveryPage = pageOf(webhookDelivery);
export const webhookDeliveriesQuery = z.strictObject({
  state: z.enum(DELIVERY_STATES).optional(),
  cursor: z.string().optional(),
  limit: listLimit,
});

/** Of one delivery. */
export const resendDeliveryBody = z.strictObject({ reason: reasonField.optional(), ...previewFields });
export const resendWebhooksBody = z.strictObject({
  since: instantField,
  /** Goes on after the last sequence of the call before. */
  after: z.int().min(0).optional(),
  reason: reasonField.optional(),
  ...previewFields,
});
export const resentWebhooks = z.strictObject({
  resent: z.int().min(0),
  /** The last event that is sent again; null: none. There may be more after it when `resent` is 1,000. */
  last_sequence: z.int().min(1).nullable(),
});
export type ResentWebhooks = z.output<typeof resentWebhooks>;

/** What an endpoint is sent. */
export const webhookMessage = z.strictObject({
  type: z.enum(EVENT_TYPES),
  timestamp: instant,
  sequence: z.int().min(1),
  data: z
    .union([job, z.record(z.string(), z.unknown())])
    .describe(
      'Of an event whose type begins with `job.`: the job, as it was when this was first sent. Of any other: what the event says, with `job_id` where it has a job.',
    ),
});
