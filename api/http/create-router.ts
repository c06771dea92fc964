import { Router, type Request, type Response } from 'express';
import type { Authenticate } from '../access/authenticate.ts';
import { requireScope, type ActingFor } from '../access/authorize.ts';
import { assertNever } from '../../domain/assert-never.ts';
import { Problem, unavailable } from './problem.ts';
import { stateOf } from './request-state.ts';
import type { Exchange, Handler, Route } from './route.ts';

export type Access = { readonly authenticate: Authenticate; readonly actingFor: ActingFor };

/** The routes as Express has them. A known path with another method is 405 with the methods it allows. */
export function createRouter(routes: readonly Route[], access: Access): Router {
  const router = Router({ caseSensitive: true });
  for (const path of new Set(routes.map((route) => route.path))) {
    const here = routes.filter((route) => route.path === path);
    const place = router.route(path);
    for (const route of here) {
      place[route.method]((request: Request, response: Response) => serve(route, access, request, response));
    }
    const allowed = here.flatMap((route) =>
      route.method === 'get' ? ['GET', 'HEAD'] : [route.method.toUpperCase()],
    );
    place.all(() => {
      throw new Problem('method_not_allowed', {}, { Allow: [...new Set(allowed)].join(', ') });
    });
  }
  return router;
}

async function serve(route: Route, access: Access, request: Request, response: Response): Promise<void> {
  const exchange = { request, response, state: stateOf(response) };
  if (route.access === 'public') {
    await run(route, exchange);
    return;
  }
  const caller = await access.authenticate(request);
  exchange.state.keyId = caller.keyId;
  exchange.state.accountId = caller.accountId;
  requireScope(caller, route.scopes);
  switch (route.access) {
    case 'key':
      await run(route, { ...exchange, caller });
      return;
    case 'account': {
      const accountId = await access.actingFor(request, caller);
      exchange.state.accountId = accountId;
      await run(route, { ...exchange, caller, accountId });
      return;
    }
    default:
      assertNever(route);
  }
}

/**
 * A call that acts is read first. One whose body or whose reads came late is not acted on: its caller has been told by then that nothing
 * was done and nothing billed (request-timeout.ts). Once it acts, that may not be known any more.
 */
async function run<In extends Exchange>(handler: Handler<In>, exchange: In): Promise<void> {
  if (handler.method === 'get') {
    await handler.handle(exchange);
    return;
  }
  const act = await handler.prepare(exchange);
  const { state } = exchange;
  if (state.isGivenUp) throw unavailable();
  if (handler.mayBill === true) state.billed = 'unknown';
  await act();
}
