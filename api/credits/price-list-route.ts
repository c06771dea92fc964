import { CALLS } from '../../contract/calls.ts';
import type { AccountPriceList } from '../../contract/shapes/account-shapes.ts';
import type { RequestRules } from '../../contract/job-request/parse-job-request.ts';
import { priceListFor } from '../../domain/prices/price-list.ts';
import type { Database } from '../../ledger/database.ts';
import { setPriceList } from '../../ledger/price-lists.ts';
import { actorOf } from '../access/actor.ts';
import { managedAccount } from '../access/path-account.ts';
import { invalidPart } from '../http/problem.ts';
import { readBody } from '../http/read-body.ts';
import type { Route } from '../http/route.ts';

/** PUT /v1/accounts/{id}/price_list: the prices of an account from now on. A quote that was given holds by its own price list. */
export function setPriceListRoute(deps: {
  readonly database: Database;
  readonly rules: RequestRules;
}): Route {
  const { priceLists } = deps.rules.catalogue;
  const names = [...new Set(priceLists.map(({ name }) => name))];
  return {
    ...CALLS.setPriceList,
    access: 'key',
    scopes: ['billing:write'],
    async prepare(exchange) {
      const { request, response, caller } = exchange;
      const accountId = await managedAccount(deps.database, exchange);
      const actor = actorOf(request, caller);
      const { body } = await readBody(exchange, CALLS.setPriceList.body);
      const { price_list: own, reason = 'prices' } = body;
      if (own !== null && !names.includes(own)) {
        throw invalidPart('/price_list', 'not_one_of', `One of: ${names.join(', ')}, or null.`);
      }
      return async () => {
        await setPriceList(deps.database, accountId, own, { actor, reason });
        const { name, version } = priceListFor(priceLists, own);
        const shown: AccountPriceList = { price_list: own, applies: { name, version } };
        response.set('Cache-Control', 'no-store').json(shown);
      };
    },
  };
}
