import { Router, type Request, type Response } from 'express';
import type { Authenticate } from '../access/authenticate.ts';
import { requireScope, type ActingFor } from '../access/authorize.ts';
import { assertNever } from '../../domain/assert-never.ts';
import type { Call } from '../../contract/call.ts';
import { Problem, unavailable } from './problem.ts';
import { stateOf } from './request-state.ts';
import type { AccountExchange, CallerExchange, Exchange, Route } from './route.ts';

export type Access = { readonly authenticate: Authenticate; readonly actingFor: ActingFor };

/** The routes as Express has them. A known path with another method is 405 with the methods it allows. */
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
    const allowed = here.flatMap(({ call: { method } }) =>
      method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()],
    );
    place.all(() => {
      throw new Problem('method_not_allowed', {}, { Allow: [...new Set(allowed)].join(', ') });
    });
  }
  return router;
}

async function serve(route: Route, access: Access, request: Request, response: Response): Promise<void> {
  const exchange = { request, response, state: stateOf(response) };
  await run(route, await admit(route.call, access, exchange));
}

/** What the handler of the call is to know of a request. Throws the problem that one without the right to it is refused with. */
async function admit(
  call: Call,
  access: Access,
  exchange: Exchange,
): Promise<Exchange | CallerExchange | AccountExchange> {
  if (call.access === 'public') return exchange;
  const { request, state } = exchange;
  const caller = await access.authenticate(request);
  state.keyId = caller.keyId;
  state.accountId = caller.accountId;
  requireScope(caller, call.scopes);
  switch (call.access) {
    case 'key':
      return { ...exchange, caller };
    case 'account': {
      const accountId = await access.actingFor(request, caller);
      state.accountId = accountId;
      return { ...exchange, caller, accountId };
    }
    default:
      return assertNever(call);
  }
}

/**
 * A call that acts is read first. One whose body or whose reads came late is not acted on: its caller has been told by then that nothing
 * was done and nothing billed (request-timeout.ts). Once it acts, that may not be known any more.
 */
async function run({ call, handler }: Route, exchange: Exchange): Promise<void> {
  // `route` has typed the handler by the access of its call, which `admit` has looked at.
  const admitted = exchange as never;
  if ('handle' in handler) {
    await handler.handle(admitted);
    return;
  }
  const act = await handler.prepare(admitted);
  const { state } = exchange;
  if (state.isGivenUp) throw unavailable();
  if (call.mayBill === true) state.billed = 'unknown';
  await act();
}
