import { Router, type Request, type Response } from 'express';
import type { Authenticate } from '../access/authenticate.ts';
import { namedAccount, requireRight, type ActingFor } from '../access/authorize.ts';
import type { LimitAddresses } from '../access/limit-addresses.ts';
import type { LimitRequests } from '../access/limit-requests.ts';
import { assertNever } from '../../domain/assert-never.ts';
import { isJobId, isOutputId, jobIdOfOutput } from '../../domain/ids.ts';
import type { Call } from '../../contract/call.ts';
import { sendOptions } from './cross-origin.ts';
import { Problem, unavailable } from './problem.ts';
import { stateOf } from './request/request-state.ts';
import type { AccountExchange, CallerExchange, Exchange, Route } from './route.ts';

type Access = {
  readonly authenticate: Authenticate;
  readonly actingFor: ActingFor;
  readonly limitRequests: LimitRequests;
  readonly limitAddresses: LimitAddresses;
  /** The limit for opening console sessions. */
  readonly limitSignIns: LimitAddresses;
};

/** The routes as an Express router. Another method on a known path is 405 with the allowed methods. */
export function createRouter(routes: readonly Route[], access: Access): Router {
  const router = Router({ caseSensitive: true });
  for (const path of new Set(routes.map(({ call }) => call.path))) {
    const here = routes.filter(({ call }) => call.path === path);
    const place = router.route(path);
    for (const route of here) {
      place[route.call.method]((request: Request, response: Response) =>
        serve(route, access, request, response),
      );
    }
    const methods = here.flatMap(({ call: { method } }) =>
      method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()],
    );
    const allowed = [...new Set(methods), 'OPTIONS'].join(', ');
    place.options((request: Request, response: Response) => {
      sendOptions(request, response, allowed);
    });
    place.all(() => {
      throw new Problem('method_not_allowed', {}, { Allow: allowed });
    });
  }
  return router;
}

/** The context of a public call. */
const NO_LIMIT: ReturnType<LimitRequests> = Promise.resolve({});

async function serve(route: Route, access: Access, request: Request, response: Response): Promise<void> {
  const exchange = { request, response, state: stateOf(response) };
  exchange.state.route = route.call.path;
  exchange.state.jobId = jobNamedIn(request.params['id']);
  const { admitted, allowed } = await admit(route.call, access, exchange);
  try {
    await run(route, admitted, allowed);
  } catch (error) {
    const isStranger =
      error instanceof Problem && (error.code === 'not_found' || error.code === 'invalid_request');
    if (isStranger && route.call.countsStrangersOnly === true) access.limitAddresses.count(request.ip);
    throw error;
  }
}

/** The job of a path that names it or one of its outputs. */
function jobNamedIn(id: Request['params'][string] | undefined): string | null {
  if (typeof id !== 'string') return null;
  if (isJobId(id)) return id;
  return isOutputId(id) ? jobIdOfOutput(id) : null;
}

type Admitted = {
  /** What a call's handler knows of the request. */
  readonly admitted: Exchange | CallerExchange | AccountExchange;
  /** Rejects with rate_limited; returns the headers with what is left. */
  readonly allowed: ReturnType<LimitRequests>;
};

/** Throws the problem of a request without the right to its call, or of one too many. */
async function admit(call: Call, access: Access, exchange: Exchange): Promise<Admitted> {
  const { request, state } = exchange;
  if (call.access === 'public') {
    if (call.isUnlimited !== true && call.countsStrangersOnly !== true)
      access.limitAddresses.count(request.ip);
    return { admitted: exchange, allowed: NO_LIMIT };
  }
  if (call.console === 'opens') access.limitSignIns.count(request.ip);
  const caller = await access.authenticate(request, call);
  state.keyId = caller.keyId;
  state.accountId = caller.accountId;
  requireRight(caller, call);
  const checkAgain = async () => {
    requireRight(await access.authenticate(request, call), call);
  };
  // For every call, also one without an account: an account's key that names another is refused.
  namedAccount(request, caller);
  switch (call.access) {
    case 'key':
      return {
        admitted: { ...exchange, caller, checkAgain },
        allowed: access.limitRequests(call, caller, caller.accountId),
      };
    case 'account': {
      const account = await access.actingFor(request, caller);
      state.accountId = account.accountId;
      return {
        admitted: { ...exchange, caller, checkAgain, ...account },
        allowed: access.limitRequests(call, caller, account.accountId),
      };
    }
    default:
      return assertNever(call);
  }
}

/**
 * A call that acts is prepared first. If its body or its reads came too late, it does not act: its caller was told that
 * nothing was done or billed (request-timeout.ts). Once it acts, that is no longer known.
 */
async function run(
  { call, handler }: Route,
  exchange: Exchange,
  allowed: ReturnType<LimitRequests>,
): Promise<void> {
  // `route` typed the handler by its call's access, which `admit` has checked.
  const admitted = exchange as never;
  if ('handle' in handler) {
    exchange.response.set(await allowed);
    await handler.handle(admitted);
    return;
  }
  // In parallel with the limit's query, so that a submission waits for one round trip.
  const prepared = handler.prepare(admitted);
  prepared.catch(() => undefined);
  exchange.response.set(await allowed);
  const act = await prepared;
  const { state } = exchange;
  if (state.isGivenUp) throw unavailable();
  if (call.mayBill === true) state.billed = 'unknown';
  await act();
}
