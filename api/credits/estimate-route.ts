import { z } from 'zod';
import { estimate } from '../../domain/estimate.ts';
import { CURRENT_PRICE_LIST } from '../../domain/price-list.ts';
import type { Database } from '../../ledger/database.ts';
import { readBalance } from '../../ledger/read-balance.ts';
import { notFound } from '../http/problem.ts';
import { readQuery, wholeNumber } from '../http/read-query.ts';
import type { Route } from '../http/route.ts';

const query = z.strictObject({ credits: wholeNumber(0, Number.MAX_SAFE_INTEGER).optional() });

/** GET /v1/estimate: how many static ads, or how many videos, so many credits buy; by default what can be spent now. */
export function estimateRoute(deps: { readonly database: Database }): Route {
  return {
    method: 'get',
    path: '/v1/estimate',
    access: 'account',
    scopes: ['credits:read', 'jobs:read', 'jobs:write', 'billing:write', 'support'],
    async handle({ request, response, accountId }) {
      const asked = readQuery(request, query);
      const credits = asked.credits ?? (await spendable(deps.database, accountId));
      response
        .set('Cache-Control', 'no-store')
        .json({ credits, ...estimate(credits), price_list: CURRENT_PRICE_LIST.version });
    },
  };
}

async function spendable(database: Database, accountId: string): Promise<number> {
  const balance = await readBalance(database, accountId);
  if (balance === null) throw notFound('account');
  return balance.available;
}
