import { offeredCalls } from '../../contract/offered-calls.ts';
import type { AccountPriceList } from '../../contract/shapes/account-shapes.ts';
import type { RequestRules } from '../../contract/job-request/parse-job-request.ts';
import { planningUnitOf } from '../../domain/prices/estimate.ts';
import { priceListFor } from '../../domain/prices/price-list.ts';
import type { Database } from '../../ledger/database.ts';
import { setPriceList } from '../../ledger/price-lists.ts';
import type { Route } from '../http/route.ts';
import { changeAccountRoute } from './account-routes.ts';

/** PUT /v1/accounts/{id}/price_list: the prices of an account from now on. Quotes keep their own price list. */
export function setPriceListRoute({
  database,
  rules,
}: {
  readonly database: Database;
  readonly rules: RequestRules;
}): Route {
  const { priceLists } = rules.catalogue;
  return changeAccountRoute(
    database,
    offeredCalls(rules.catalogue).setPriceList,
    ({ accountId, actor, body, response }) => {
      const { price_list: own, reason } = body;
      return async () => {
        const list = priceListFor(priceLists, own);
        await setPriceList(database, accountId, own, planningUnitOf(list), { actor, reason });
        const { name, version } = list;
        const shown: AccountPriceList = { price_list: own, applies: { name, version } };
        response.set('Cache-Control', 'no-store').json(shown);
      };
    },
  );
}
