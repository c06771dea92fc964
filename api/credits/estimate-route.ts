import { CALLS } from '../../contract/calls.ts';
import type { EstimateView } from '../../contract/shapes/credit-shapes.ts';
import { estimate } from '../../domain/prices/estimate.ts';
import type { Database } from '../../ledger/database.ts';
import { readBalance } from '../../ledger/reads/read-balance.ts';
import { notFound } from '../http/problem.ts';
import { readQuery } from '../http/request/read-query.ts';
import { type Route, route } from '../http/route.ts';
import type { PricingOf } from '../../ledger/price-lists.ts';

/** GET /v1/estimate: how many static ads, or videos, an amount of credits buys; by default the available balance. */
export function estimateRoute(deps: { readonly database: Database; readonly pricingOf: PricingOf }): Route {
  return route(CALLS.readEstimate, {
    async handle({ request, response, accountId }) {
      const asked = readQuery(request, CALLS.readEstimate.query);
      const credits = asked.credits ?? (await spendable(deps.database, accountId));
      const { priceList } = await deps.pricingOf(accountId);
      const shown: EstimateView = {
        credits,
        ...estimate(credits, priceList),
        price_list: priceList.version,
      };
      response.set('Cache-Control', 'no-store').json(shown);
    },
  });
}

async function spendable(database: Database, accountId: string): Promise<number> {
  const balance = await readBalance(database, accountId);
  if (balance === null) throw notFound('account');
  return balance.available;
}
