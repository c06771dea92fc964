import { pathSegment } from './path-segment.ts';
import { Listing } from './listing.ts';
import { newKey } from './new-key.ts';
import { preview, type DecidedOptions } from './preview.ts';
import type { CallOptions, KeyedOptions, Transport } from './transport.ts';
import type { ApiKey, ApiKeyBody, CreatedApiKey, Preview, RotationBody } from './wire-types.ts';

/** `holdfast.keys`, with the scope admin: the keys of an account, or of the platform. */
export class Keys {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** `secret` is returned once. */
  create(
    body: ApiKeyBody,
    { idempotencyKey = newKey(), ...options }: KeyedOptions = {},
  ): Promise<CreatedApiKey> {
    return this.#transport.json<CreatedApiKey>({ ...options, path: '/v1/keys', body, idempotencyKey });
  }

  /** Newest first, with those that have ended. */
  list(options: CallOptions = {}): Listing<ApiKey> {
    return new Listing(this.#transport, { ...options, path: '/v1/keys' });
  }

  /** Revokes it within a second. */
  revoke(id: string, reason?: string, { asOf, ...options }: DecidedOptions = {}): Promise<void> {
    const query = { reason, as_of: asOf };
    const call = { ...options, method: 'DELETE', path: keyPath(id), query } as const;
    return this.#transport.send(call, () => Promise.resolve());
  }

  previewRevoke(id: string, options: CallOptions = {}): Promise<Preview> {
    const query = { dry_run: 'true' };
    return this.#transport.json<Preview>({ ...options, method: 'DELETE', path: keyPath(id), query });
  }

  /** Replaces it; both work for `grace_seconds`. `secret` is returned once. */
  rotate(
    id: string,
    body: RotationBody = {},
    { idempotencyKey = newKey(), ...options }: KeyedOptions = {},
  ): Promise<CreatedApiKey> {
    const path = `${keyPath(id)}/rotate`;
    return this.#transport.json<CreatedApiKey>({ ...options, path, body, idempotencyKey });
  }

  previewRotate(id: string, body: RotationBody = {}, options: CallOptions = {}): Promise<Preview> {
    return preview(this.#transport, { ...options, path: `${keyPath(id)}/rotate`, body });
  }
}

const keyPath = (id: string) => `/v1/keys/${pathSegment(id)}`;
