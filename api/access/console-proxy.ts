import type { Request } from 'express';
import type { ApiKeyScope } from '../../contract/api-key-scopes.ts';
import { unauthenticated } from '../http/problem.ts';
import { readPerson } from './actor.ts';
import { PROXY, type Caller } from './caller.ts';
import { requireOwnOrigin } from './console-cookie.ts';

/** How people sign in to the console beside a key. */
export type ConsoleSettings = {
  readonly publicUrl: string;
  /** The header in which a trusted proxy names the person; null: keys alone. */
  readonly proxyHeader: string | null;
  /** What a person may do whom the proxy names. */
  readonly proxyScopes: readonly ApiKeyScope[];
};

/** Who signs in by the word of a trusted proxy; null where there is none. Throws the problem `forbidden` for another origin's page. */
export function proxyCaller(request: Request, settings: ConsoleSettings): Caller | null {
  const person = personByProxy(request, settings);
  if (person === null) return null;
  // The proxy sends its header with whatever a browser sends: nothing in the request shows that a page of ours did.
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

/** Of a session that a proxy opened: ends with the proxy's word. Throws the problem `unauthenticated`. */
export function requireProxyOf(request: Request, caller: Caller, settings: ConsoleSettings): void {
  if (caller.keyId !== PROXY || personByProxy(request, settings) === caller.person) return;
  throw unauthenticated();
}

/** The header is believed of a peer in TRUSTED_PROXIES, and of no other. */
function personByProxy(request: Request, { proxyHeader }: ConsoleSettings): string | null {
  if (proxyHeader === null) return null;
  const isTrusted = request.app.get('trust proxy fn') as (address: string, hop: number) => boolean;
  return isTrusted(request.socket.remoteAddress ?? '', 0) ? readPerson(request, proxyHeader) : null;
}
