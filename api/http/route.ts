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

/** The effect of a call that has been read and checked, and its response. */
export type Effect = () => Promise<void>;

/** A call reads, or acts. Each responds, or throws a Problem. */
export type Handler<In extends Exchange> =
  | { readonly method: 'get'; readonly handle: (exchange: In) => Promise<void> | void }
  | {
      readonly method: 'post' | 'put' | 'patch' | 'delete';
      /** The call may charge credits: what became of the money is unknown while it acts, unless its problem says more. */
      readonly mayBill?: true;
      /** Reads and checks all there is to read, changes nothing, and returns what is left to do. */
      readonly prepare: (exchange: In) => Promise<Effect>;
    };

/** One call of the API: where it is, who may make it, what it does. */
export type Route = {
  /** As Express writes it. */
  readonly path: string;
} & (
  | ({ readonly access: 'public' } & Handler<Exchange>)
  /** Any key with one of the scopes; the handler says for which accounts. */
  | ({ readonly access: 'key'; readonly scopes: readonly ApiKeyScope[] } & Handler<CallerExchange>)
  /** A key with one of the scopes, acting for an account. */
  | ({ readonly access: 'account'; readonly scopes: readonly ApiKeyScope[] } & Handler<AccountExchange>)
);

/** A parameter of the path. Express has matched it, so it is there. */
export function pathParameter(request: Request, name: string): string {
  const value = request.params[name];
  return typeof value === 'string' ? value : '';
}
