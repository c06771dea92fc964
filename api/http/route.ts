import type { Request, Response } from 'express';
import type { ApiKeyScope } from '../../jobs/keys/api-key-scopes.ts';
import type { Caller } from '../access/authenticate.ts';
import type { RequestState } from './request-state.ts';

/** One request and its answer. */
export type Exchange = {
  readonly request: Request;
  readonly response: Response;
  readonly state: RequestState;
};
export type CallerExchange = Exchange & { readonly caller: Caller };
export type AccountExchange = CallerExchange & { readonly accountId: string };

type Place = {
  readonly method: 'get' | 'post' | 'put';
  /** As Express writes it. */
  readonly path: string;
};

/** One call of the API: where it is, who may make it, what it does. Handlers answer, or throw a Problem. */
export type Route = Place &
  (
    | { readonly access: 'public'; readonly handle: (exchange: Exchange) => Promise<void> | void }
    /** Any key with one of the scopes; the handler says for which accounts. */
    | {
        readonly access: 'key';
        readonly scopes: readonly ApiKeyScope[];
        readonly handle: (exchange: CallerExchange) => Promise<void>;
      }
    /** A key with one of the scopes, acting for an account. */
    | {
        readonly access: 'account';
        readonly scopes: readonly ApiKeyScope[];
        readonly handle: (exchange: AccountExchange) => Promise<void>;
      }
  );

/** A parameter of the path. Express has matched it, so it is there. */
export function pathParameter(request: Request, name: string): string {
  const value = request.params[name];
  return typeof value === 'string' ? value : '';
}
