import { Listing } from './listing.ts';
import { newKey } from './new-key.ts';
import type { CallOptions, KeyedOptions, Transport } from './transport.ts';
import type { ApiKey, ApiKeyBody, CreatedApiKey, RotationBody } from './wire-types.ts';

/** `holdfast.keys`, with the scope admin: the keys of an account, or of the platform. */
export class Keys {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** `secret` is returned this once. */
  create(
    body: ApiKeyBody,
    { idempotencyKey = newKey(), ...options }: KeyedOptions = {},
  ): Promise<CreatedApiKey> {
    return this.#transport.json<CreatedApiKey>({ ...options, path: '/v1/keys', body, idempotencyKey });
  }

  /** Newest first, those that are over too. */
  list(options: CallOptions = {}): Listing<ApiKey> {
    return new Listing(this.#transport, { ...options, path: '/v1/keys' });
  }

  /** Ends it within a second. */
  revoke(id: string, reason?: string, options: CallOptions = {}): Promise<void> {
    const call = { ...options, method: 'DELETE', path: keyPath(id), query: { reason } } as const;
    return this.#transport.send(call, () => Promise.resolve());
  }

  /** Another in its place; both work for `grace_seconds`. `secret` is returned this once. */
  rotate(
    id: string,
    body: RotationBody = {},
    { idempotencyKey = newKey(), ...options }: KeyedOptions = {},
  ): Promise<CreatedApiKey> {
    const path = `${keyPath(id)}/rotate`;
    return this.#transport.json<CreatedApiKey>({ ...options, path, body, idempotencyKey });
  }
}

const keyPath = (id: string) => `/v1/keys/${encodeURIComponent(id)}`;
