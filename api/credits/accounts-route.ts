import { CALLS } from '../../contract/calls.ts';
import type { RequestRules } from '../../contract/job-request/parse-job-request.ts';
import { planningUnitOf } from '../../domain/prices/estimate.ts';
import { priceListFor } from '../../domain/prices/price-list.ts';
import type { Database } from '../../ledger/database.ts';
import { openAccount } from '../../ledger/open-account.ts';
import { actorOf } from '../access/actor.ts';
import { REPLAYED } from '../http/replayed.ts';
import { reachesMode } from '../access/authorize.ts';
import { viewAccount } from './account-view.ts';
import { readVisibleAccount } from '../access/path-account.ts';
import { Problem } from '../http/problem.ts';
import { readBody } from '../http/request/read-body.ts';
import { type Route, route } from '../http/route.ts';

type Deps = { readonly database: Database; readonly rules: RequestRules };

/** POST /v1/accounts: opens an account with its sign-up grant, once per reference. */
export function openAccountRoute(deps: Deps): Route {
  const { grants, priceLists } = deps.rules.catalogue;
  const terms = { ...grants, planningUnit: planningUnitOf(priceListFor(priceLists, null)) };
  return route(CALLS.openAccount, {
    async prepare(exchange) {
      const { request, response, caller } = exchange;
      const { body: asked } = await readBody(exchange, CALLS.openAccount.body);
      const body = { ...asked, mode: asked.mode ?? caller.mode };
      if (!reachesMode(caller, body.mode)) {
        throw new Problem('forbidden', { detail: 'A test key opens test accounts.' });
      }
      const actor = actorOf(request, caller);
      return async () => {
        const account = await openAccount(deps.database, terms, body, actor);
        if (account.outcome === 'key_reused') {
          throw new Problem('idempotency_key_reused', {
            detail:
              'This reference belongs to an account that was opened under another name or in another mode.',
          });
        }
        response
          .status(201)
          .set({
            Location: `/v1/accounts/${account.accountId}`,
            'Cache-Control': 'no-store',
            ...(account.outcome === 'exists' ? REPLAYED : {}),
          })
          .json(viewAccount(account));
      };
    },
  });
}

/** GET /v1/accounts/{id}: any account for a platform key, its own for an account key. */
export function readAccountRoute(deps: Deps): Route {
  return route(CALLS.readAccount, {
    async handle(exchange) {
      const account = await readVisibleAccount(deps.database, exchange);
      exchange.response.set('Cache-Control', 'no-store').json(viewAccount(account));
    },
  });
}
