import { pathSegment } from './path-segment.ts';
import type { CallOptions, Transport } from './transport.ts';
import type { ConsoleSession, PortalSession, PortalSessionBody } from './wire-types.ts';

/** `holdfast.portalSessions`: tokens for the browsers of customers. */
export class PortalSessions {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** `token` is returned once; each try makes its own, of which the last one counts. */
  create(body: PortalSessionBody, options: CallOptions = {}): Promise<PortalSession> {
    return this.#transport.json<PortalSession>({ ...options, path: '/v1/portal_sessions', body });
  }

  revoke(id: string, options: CallOptions = {}): Promise<void> {
    const path = `/v1/portal_sessions/${pathSegment(id)}`;
    return this.#transport.send({ ...options, method: 'DELETE', path }, () => Promise.resolve());
  }
}

/** `holdfast.consoleSessions`: for pages of the API's own origin, whose browser keeps the cookie. */
export class ConsoleSessions {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** @param actor the person who signs in; null: a trusted proxy names them. */
  create(actor: string | null, options: CallOptions = {}): Promise<ConsoleSession> {
    return this.#transport.json<ConsoleSession>({
      ...options,
      path: '/v1/console_sessions',
      body: actor === null ? {} : { actor },
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
