import type { Request, Response } from 'express';
import type { Call } from '../../contract/call.ts';
import type { ActingAccount } from '../access/authorize.ts';
import type { Caller } from '../access/caller.ts';
import type { RequestState } from './request/request-state.ts';

/** One request and its answer. */
export type Exchange = {
  readonly request: Request;
  readonly response: Response;
  readonly state: RequestState;
};
export type CallerExchange = Exchange & {
  readonly caller: Caller;
  /** Throws the problem that the request would be refused with by now: its key was revoked since, or its session has ended. */
  readonly checkAgain: () => Promise<void>;
};
export type AccountExchange = CallerExchange & ActingAccount;

/** The effect of a call that has been read and checked, and its response. */
export type Effect = () => Promise<void> | void;

/** A call that reads: it responds, or throws a Problem. */
type Reads<In extends Exchange> = { readonly handle: (exchange: In) => Promise<void> | void };
/** A call that acts: reads and checks all there is to read, changes nothing, and returns what is left to do; or throws a Problem. */
type Acts<In extends Exchange> = { readonly prepare: (exchange: In) => Promise<Effect> };

/** What the router knows of a request, by the access of its call. */
type ExchangeOf<Access extends Call['access']> = {
  readonly public: Exchange;
  readonly key: CallerExchange;
  readonly account: AccountExchange;
}[Access];

/**
 * What serves a call: a GET reads, every other method acts. A GET that is asked often may be made of two steps too: what it reads is
 * then read while its limit of requests is asked.
 */
type HandlerOf<Of extends Pick<Call, 'access' | 'method'>> = Of['method'] extends 'get'
  ? Reads<ExchangeOf<Of['access']>> | Acts<ExchangeOf<Of['access']>>
  : Acts<ExchangeOf<Of['access']>>;

/** A call of the contract, and what serves it. */
export type Route = {
  readonly call: Call;
  /** The exchange is one of the access that the call declares: the router sees to that. */
  readonly handler: Reads<never> | Acts<never>;
};

/** Serves a call of the contract, which says where it is, who may make it, what it takes and what it returns. */
export function route<Of extends Call>(call: Of, handler: HandlerOf<Of>): Route {
  return { call, handler };
}

/** A parameter of the path. Express has matched it, so it is there. */
export function pathParameter(request: Request, name: string): string {
  const value = request.params[name];
  return typeof value === 'string' ? value : '';
}
