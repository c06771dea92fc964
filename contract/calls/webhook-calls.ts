import type { Call } from '../call.ts';
import { preview } from '../shapes/support-shapes.ts';
import {
  resendDeliveryBody,
  resendWebhooksBody,
  resentWebhooks,
  rotateWebhookBody,
  webhookDeliveriesQuery,
  webhookDelivery,
  webhookDeliveryPage,
  webhookEndpoint,
  webhookEndpointBody,
  webhookEndpointChange,
  webhookEndpointPage,
  webhookEndpointWithSecret,
} from '../shapes/webhook-shapes.ts';

const PATH = '/v1/webhook_endpoints';
const READS = {
  method: 'get',
  tag: 'events',
  access: 'account',
  scopes: ['jobs:read', 'support'],
} as const satisfies Partial<Call>;
const CHANGES = { tag: 'events', access: 'account', scopes: ['jobs:write'] } as const satisfies Partial<Call>;

/** The webhook endpoints of an account, and their deliveries. */
export const WEBHOOK_CALLS = {
  createWebhookEndpoint: {
    ...CHANGES,
    method: 'post',
    path: PATH,
    summary: 'Create a webhook endpoint',
    description: 'The secret that signs them is shown in this response and never again.',
    body: webhookEndpointBody,
    responses: { 201: webhookEndpointWithSecret },
    problems: ['state_conflict'],
  },
  listWebhookEndpoints: {
    ...READS,
    path: PATH,
    summary: 'List webhook endpoints',
    responses: { 200: webhookEndpointPage },
  },
  readWebhookEndpoint: {
    ...READS,
    path: `${PATH}/:id`,
    summary: 'Read a webhook endpoint',
    responses: { 200: webhookEndpoint },
  },
  updateWebhookEndpoint: {
    ...CHANGES,
    method: 'patch',
    path: `${PATH}/:id`,
    summary: 'Change a webhook endpoint',
    description:
      'Fields that are left out stay as they are. An endpoint that is enabled again gets the deliveries that wait for it; `resend` sends the events that happened meanwhile.',
    body: webhookEndpointChange,
    responses: { 200: webhookEndpoint },
  },
  deleteWebhookEndpoint: {
    ...CHANGES,
    method: 'delete',
    path: `${PATH}/:id`,
    summary: 'Delete a webhook endpoint',
    responses: { 204: null },
  },
  rotateWebhookSecret: {
    ...CHANGES,
    method: 'post',
    path: `${PATH}/:id/rotate`,
    summary: 'Replace the secret of a webhook endpoint',
    description:
      'For `grace_seconds` (a day) both secrets sign, then the new one alone. The new one is shown once.',
    body: rotateWebhookBody,
    isBodyOptional: true,
    responses: { 200: webhookEndpointWithSecret },
  },
  listWebhookDeliveries: {
    ...READS,
    path: `${PATH}/:id/deliveries`,
    summary: 'List deliveries to a webhook endpoint',
    description: 'Newest first. Failed ones include what was sent and what came back.',
    query: webhookDeliveriesQuery,
    responses: { 200: webhookDeliveryPage },
  },
  resendWebhookDelivery: {
    ...CHANGES,
    method: 'post',
    path: `${PATH}/:id/deliveries/:delivery/resend`,
    summary: 'Resend a delivery',
    body: resendDeliveryBody,
    isBodyOptional: true,
    responses: { 200: preview, 202: webhookDelivery },
    problems: ['state_conflict'],
  },
  resendWebhooks: {
    ...CHANGES,
    method: 'post',
    path: `${PATH}/:id/resend`,
    summary: 'Resend all events since a time',
    description:
      'Also those that were not sent to it then. At most a thousand in one call: continue with the `last_sequence` of this one as `after`.',
    body: resendWebhooksBody,
    responses: { 200: preview, 202: resentWebhooks },
    problems: ['state_conflict'],
  },
} as const satisfies Readonly<Record<string, Call>>;
