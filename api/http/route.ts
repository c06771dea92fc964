import type { Request, Response } from 'express';
import type { Call } from '../../contract/call.ts';
import type { ActingAccount } from '../access/authorize.ts';
import type { Caller } from '../access/caller.ts';
import type { RequestState } from './request/request-state.ts';

/** A request and its response. */
export type Exchange = {
  readonly request: Request;
  readonly response: Response;
  readonly state: RequestState;
};
export type CallerExchange = Exchange & {
  readonly caller: Caller;
  /**
   * Throws the problem by which the request would be refused now: its key was revoked since, or its session has ended.
   */
  readonly checkAgain: () => Promise<void>;
};
export type AccountExchange = CallerExchange & ActingAccount;

/** The effect of a prepared call, with its response. */
export type Effect = () => Promise<void> | void;

/** A call that reads: it responds, or throws a Problem. */
type Reads<In extends Exchange> = { readonly handle: (exchange: In) => Promise<void> | void };
/** A call that acts: reads and checks everything, changes nothing, and returns the effect; or throws a Problem. */
type Acts<In extends Exchange> = { readonly prepare: (exchange: In) => Promise<Effect> };

/** What the router knows of a request, by its call's access. */
type ExchangeOf<Access extends Call['access']> = {
  readonly public: Exchange;
  readonly key: CallerExchange;
  readonly account: AccountExchange;
}[Access];

/**
 * The handler of a call: a GET reads, any other method acts. A frequent GET may have two steps as well: its read then
 * runs in parallel with its limit's query.
 */
type HandlerOf<Of extends Pick<Call, 'access' | 'method'>> = Of['method'] extends 'get'
  ? Reads<ExchangeOf<Of['access']>> | Acts<ExchangeOf<Of['access']>>
  : Acts<ExchangeOf<Of['access']>>;

/** A call of the contract and its handler. */
export type Route = {
  readonly call: Call;
  /** The router gives the exchange that the call's access declares. */
  readonly handler: Reads<never> | Acts<never>;
};

/** Joins a handler to a call of the contract, which has its path, access, body and responses. */
export function route<Of extends Call>(call: Of, handler: HandlerOf<Of>): Route {
  return { call, handler };
}

/** A path parameter, which Express has matched. */
export function pathParameter(request: Request, name: string): string {
  const value = request.params[name];
  return typeof value === 'string' ? value : '';
}
