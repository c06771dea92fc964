import { Router, type Request, type Response } from 'express';
import type { Authenticate } from '../access/authenticate.ts';
import { requireScope, type ActingFor } from '../access/authorize.ts';
import { assertNever } from '../../domain/assert-never.ts';
import { Problem } from './problem.ts';
import { stateOf } from './request-state.ts';
import type { Route } from './route.ts';

export type Access = { readonly authenticate: Authenticate; readonly actingFor: ActingFor };

/** The routes as Express has them. A known path with another method answers 405 with what it allows. */
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
    await route.handle(exchange);
    return;
  }
  const caller = await access.authenticate(request);
  exchange.state.keyId = caller.keyId;
  exchange.state.accountId = caller.accountId;
  requireScope(caller, route.scopes);
  switch (route.access) {
    case 'key':
      await route.handle({ ...exchange, caller });
      return;
    case 'account': {
      const accountId = await access.actingFor(request, caller);
      exchange.state.accountId = accountId;
      await route.handle({ ...exchange, caller, accountId });
      return;
    }
    default:
      assertNever(route);
  }
}
