import type { Request } from 'express';
import type { ApiKeyScope } from '../../contract/api-key-scopes.ts';
import { unauthenticated } from '../http/problem.ts';
import { readPerson } from './actor.ts';
import { PROXY, type Caller } from './caller.ts';
import { requireOwnOrigin } from './console-cookie.ts';

/** How people sign in to the console without a key. */
export type ConsoleSettings = {
  readonly publicUrl: string;
  /** The header in which a trusted proxy names the person; null: keys alone. */
  readonly proxyHeader: string | null;
  /** The scopes of a person named by the proxy. */
  readonly proxyScopes: readonly ApiKeyScope[];
};

/** The person named by a trusted proxy; null: none. Throws `forbidden` for another origin's page. */
export function proxyCaller(request: Request, settings: ConsoleSettings): Caller | null {
  const person = personByProxy(request, settings);
  if (person === null) return null;
  // The proxy adds its header to every request of the browser: it does not prove that our page sent it.
  requireOwnOrigin(request, settings.publicUrl, true);
  return callerByProxy(settings, person);
}

export function callerByProxy({ proxyScopes }: ConsoleSettings, person: string): Caller {
  return {
    keyId: PROXY,
    accountId: null,
    mode: 'live',
    scopes: proxyScopes,
    can: null,
    person,
    console: null,
  };
}

/** For a session opened by a proxy: it ends when the proxy no longer names the person. Throws `unauthenticated`. */
export function requireProxyOf(request: Request, caller: Caller, settings: ConsoleSettings): void {
  if (caller.keyId !== PROXY || personByProxy(request, settings) === caller.person) return;
  throw unauthenticated();
}

/** The header is trusted from TRUSTED_PROXIES alone. */
function personByProxy(request: Request, { proxyHeader }: ConsoleSettings): string | null {
  if (proxyHeader === null) return null;
  const isTrusted = request.app.get('trust proxy fn') as (address: string, hop: number) => boolean;
  return isTrusted(request.socket.remoteAddress ?? '', 0) ? readPerson(request, proxyHeader) : null;
}
