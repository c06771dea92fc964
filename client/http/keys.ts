import { Listing } from './listing.ts';
import { newKey } from './new-key.ts';
import type { CallOptions, KeyedOptions, Transport } from './transport.ts';
import type {
  ApiKey,
  ApiKeyBody,
  ConsoleSession,
  CreatedApiKey,
  PortalSession,
  PortalSessionBody,
  RotationBody,
} from './wire-types.ts';

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

/** `holdfast.portalSessions`: tokens for the browsers of customers. */
export class PortalSessions {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** `token` is returned this once; each try makes a token of its own, of which the last is the one. */
  create(body: PortalSessionBody, options: CallOptions = {}): Promise<PortalSession> {
    return this.#transport.json<PortalSession>({ ...options, path: '/v1/portal_sessions', body });
  }

  revoke(id: string, options: CallOptions = {}): Promise<void> {
    const path = `/v1/portal_sessions/${encodeURIComponent(id)}`;
    return this.#transport.send({ ...options, method: 'DELETE', path }, () => Promise.resolve());
  }
}

/** `holdfast.consoleSessions`: for pages of the API's own origin, whose browser keeps the cookie. */
export class ConsoleSessions {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  create(actor: string, options: CallOptions = {}): Promise<ConsoleSession> {
    return this.#transport.json<ConsoleSession>({
      ...options,
      path: '/v1/console_sessions',
      body: { actor },
    });
  }

  current(options: CallOptions = {}): Promise<ConsoleSession> {
    return this.#transport.json<ConsoleSession>({ ...options, path: '/v1/console_sessions/current' });
  }

  /** @param csrfToken of the session. */
  end(csrfToken: string, options: CallOptions = {}): Promise<void> {
    const headers = { 'holdfast-csrf': csrfToken };
    const call = { ...options, method: 'DELETE', path: '/v1/console_sessions/current', headers } as const;
    return this.#transport.send(call, () => Promise.resolve());
  }
}

const keyPath = (id: string) => `/v1/keys/${encodeURIComponent(id)}`;
