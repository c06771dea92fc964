import { CALLS } from '../../contract/calls.ts';
import type { Database } from '../../ledger/database.ts';
import { readBalanceDays } from '../../ledger/reads/read-balance-days.ts';
import { readQuery } from '../http/request/read-query.ts';
import { route, type Route } from '../http/route.ts';

const DAY_MS = 86_400_000;

/** GET /v1/balance/days: the account's credits at the end of each day, by source. */
export function balanceDaysRoute(deps: { readonly database: Database; readonly now: () => number }): Route {
  return route(CALLS.readBalanceDays, {
    async handle({ request, response, accountId }) {
      const { days } = readQuery(request, CALLS.readBalanceDays.query);
      const today = Math.floor(deps.now() / DAY_MS) * DAY_MS;
      const from = new Date(today - (days - 1) * DAY_MS);
      const data = await readBalanceDays(deps.database, accountId, from);
      response.set('Cache-Control', 'no-store').json({ from: from.toISOString(), data });
    },
  });
}
