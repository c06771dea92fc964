import { pathSegment } from './path-segment.ts';
import { Listing } from './listing.ts';
import { preview, type ReasonedOptions } from './preview.ts';
import type { CallOptions, Transport } from './transport.ts';
import type {
  Preview,
  ResendBody,
  ResentWebhooks,
  WebhookDelivery,
  WebhookDeliveryFilters,
  WebhookEndpoint,
  WebhookEndpointBody,
  WebhookEndpointChange,
  WebhookEndpointWithSecret,
  WebhookRotationBody,
} from './wire-types.ts';

/** `holdfast.webhookEndpoints`: where an account's events are sent. `verifyWebhook` verifies them. */
export class WebhookEndpoints {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** `secret` is returned once. */
  create(body: WebhookEndpointBody, options: CallOptions = {}): Promise<WebhookEndpointWithSecret> {
    return this.#transport.json({ ...options, path: '/v1/webhook_endpoints', body });
  }

  list(options: CallOptions = {}): Listing<WebhookEndpoint> {
    return new Listing(this.#transport, { ...options, path: '/v1/webhook_endpoints' });
  }

  retrieve(id: string, options: CallOptions = {}): Promise<WebhookEndpoint> {
    return this.#transport.json({ ...options, path: endpointPath(id) });
  }

  update(id: string, body: WebhookEndpointChange, options: CallOptions = {}): Promise<WebhookEndpoint> {
    return this.#transport.json({ ...options, method: 'PATCH', path: endpointPath(id), body });
  }

  delete(id: string, options: CallOptions = {}): Promise<void> {
    const call = { ...options, method: 'DELETE', path: endpointPath(id) } as const;
    return this.#transport.send(call, () => Promise.resolve());
  }

  /** Replaces the secret; both sign for a while. */
  rotate(
    id: string,
    body: WebhookRotationBody = {},
    options: CallOptions = {},
  ): Promise<WebhookEndpointWithSecret> {
    return this.#transport.json({ ...options, path: `${endpointPath(id)}/rotate`, body });
  }

  /** Deliveries with their results, newest first. */
  deliveries(
    id: string,
    filters: WebhookDeliveryFilters = {},
    options: CallOptions = {},
  ): Listing<WebhookDelivery> {
    return new Listing(this.#transport, {
      ...options,
      path: `${endpointPath(id)}/deliveries`,
      query: filters,
    });
  }

  /** Sends one again, now. */
  resend(
    id: string,
    deliveryId: string,
    { reason, asOf, ...options }: ReasonedOptions = {},
  ): Promise<WebhookDelivery> {
    const body = { reason, as_of: asOf };
    return this.#transport.json({ ...options, path: resendPath(id, deliveryId), body });
  }

  previewResend(id: string, deliveryId: string, options: CallOptions = {}): Promise<Preview> {
    return preview(this.#transport, { ...options, path: resendPath(id, deliveryId) });
  }

  /** Sends all since a time again, including those that were never sent. */
  resendSince(id: string, body: ResendBody, options: CallOptions = {}): Promise<ResentWebhooks> {
    return this.#transport.json({ ...options, path: `${endpointPath(id)}/resend`, body });
  }

  previewResendSince(id: string, body: ResendBody, options: CallOptions = {}): Promise<Preview> {
    return preview(this.#transport, { ...options, path: `${endpointPath(id)}/resend`, body });
  }
}

const endpointPath = (id: string) => `/v1/webhook_endpoints/${pathSegment(id)}`;
const resendPath = (id: string, deliveryId: string) =>
  `${endpointPath(id)}/deliveries/${pathSegment(deliveryId)}/resend`;
