import { z } from 'zod';
import { EVENT_TYPES } from '../../domain/event-types.ts';
import { requestText } from '../job-request/request-text.ts';
import { instantField, previewFields, reasonField } from './body-fields.ts';
import { job } from './job-shapes.ts';
import { listLimit } from './query-fields.ts';
import { instant, listOf, pageOf } from './wire-fields.ts';

const MAX_URL = 2_048;
/** A week: longer than any receiver takes to deploy a new secret. */
const MAX_GRACE_SECONDS = 604_800;
const DEFAULT_GRACE_SECONDS = 86_400;

const DELIVERY_STATES = ['pending', 'delivered', 'failed'] as const;

const url = requestText({ max: MAX_URL });
const events = z
  .array(z.enum(EVENT_TYPES))
  .min(1)
  .max(EVENT_TYPES.length)
  .transform((types) => [...new Set(types)]);

/** A webhook endpoint: its address, and the types of events that it gets. */
const endpointFields = {
  id: z.string().startsWith('we_'),
  url: z.string(),
  events: listOf(z.enum(EVENT_TYPES)),
  enabled: z.boolean(),
  /** `asked`: by request; `gone`: it responded 410; `failing`: after five days of failures. Null: it is enabled. */
  disabled_reason: z.enum(['asked', 'gone', 'failing']).nullable(),
  disabled_at: instant.nullable(),
  /** The first failure since its last success; null: none. */
  failing_since: instant.nullable(),
  /** Until when the previous secret signs too. */
  old_secret_expires_at: instant.nullable(),
  created_at: instant,
};
export const webhookEndpoint = z.strictObject(endpointFields);
export type WebhookEndpoint = z.output<typeof webhookEndpoint>;

/** An endpoint with its secret, which is shown once. */
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
  /** For how many seconds the old secret signs beside the new one. */
  grace_seconds: z.int().min(0).max(MAX_GRACE_SECONDS).default(DEFAULT_GRACE_SECONDS),
});

/** The delivery of one event to one endpoint. */
export const webhookDelivery = z.strictObject({
  id: z.string().startsWith('dlv_'),
  event_id: z.string().startsWith('evt_'),
  type: z.enum(EVENT_TYPES),
  sequence: z.int().min(1),
  state: z.enum(DELIVERY_STATES),
  attempts: z.int().min(0),
  /** The status of the last response; null: there was none, and `error` says why. */
  status: z.int().nullable(),
  error: z.string().nullable(),
  /** The last request and response of a failed delivery, cut if they are long. */
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

/** Sends one delivery again. */
export const resendDeliveryBody = z.strictObject({ reason: reasonField.optional(), ...previewFields });
export const resendWebhooksBody = z.strictObject({
  since: instantField,
  /** The `last_sequence` of the call before, to continue after it. */
  after: z.int().min(0).optional(),
  reason: reasonField.optional(),
  ...previewFields,
});
export const resentWebhooks = z.strictObject({
  resent: z.int().min(0),
  /** The last event that is sent again; null: none. If `resent` is 1,000, there may be more after it. */
  last_sequence: z.int().min(1).nullable(),
});
export type ResentWebhooks = z.output<typeof resentWebhooks>;

/** The message that an endpoint gets. */
export const webhookMessage = z.strictObject({
  type: z.enum(EVENT_TYPES),
  timestamp: instant,
  sequence: z.int().min(1),
  data: z
    .union([job, z.record(z.string(), z.unknown())])
    .describe(
      'For a type that begins with `job.`: the job, as it was when this was first sent. For any other: the data of the event, with `job_id` if it has a job.',
    ),
});
