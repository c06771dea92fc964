import { CALLS } from '../../contract/calls.ts';
import type { Balance } from '../../contract/shapes/credit-shapes.ts';
import { estimate } from '../../domain/prices/estimate.ts';
import type { PriceList } from '../../domain/prices/price-list.ts';
import type { Database } from '../../ledger/database.ts';
import { readBalance, type StoredBalance } from '../../ledger/reads/read-balance.ts';
import { viewGrant } from './grant-view.ts';
import { instantText } from '../../domain/instant-text.ts';
import { notFound } from '../http/problem.ts';
import { type Route, route } from '../http/route.ts';
import type { PricingOf } from '../../ledger/price-lists.ts';

/** GET /v1/balance: available and reserved credits, their grants, and what they buy. */
export function balanceRoute(deps: { readonly database: Database; readonly pricingOf: PricingOf }): Route {
  return route(CALLS.readBalance, {
    async prepare({ response, accountId }) {
      const [balance, { priceList }] = await Promise.all([
        readBalance(deps.database, accountId),
        deps.pricingOf(accountId),
      ]);
      if (balance === null) throw notFound('account');
      return () => {
        response.set('Cache-Control', 'no-store').json(viewBalance(balance, priceList));
      };
    },
  });
}

function viewBalance(balance: StoredBalance, priceList: PriceList): Balance {
  const { next_expiry: next } = balance;
  return {
    account_id: balance.account_id,
    frozen: balance.frozen,
    available: balance.available,
    reserved: balance.reserved,
    spent_this_period: balance.spent_this_period,
    period_starts_at: instantText(balance.period_starts_at),
    grants: balance.grants.map(viewGrant),
    buys: estimate(balance.available, priceList),
    next_expiry: next === null ? null : { at: instantText(next.at), credits: next.credits },
  };
}
