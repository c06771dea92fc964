import { CALLS } from '../../contract/calls.ts';
import type { Database } from '../../ledger/database.ts';
import { readBalanceDays } from '../../ledger/reads/read-balance-days.ts';
import { readNow } from '../../ledger/test-clock.ts';
import { readQuery } from '../http/request/read-query.ts';
import { route, type Route } from '../http/route.ts';

const DAY_MS = 86_400_000;

/** GET /v1/balance/days: the account's credits at the end of each day, by source. */
export function balanceDaysRoute({ database }: { readonly database: Database }): Route {
  return route(CALLS.readBalanceDays, {
    async handle({ request, response, accountId }) {
      const { days } = readQuery(request, CALLS.readBalanceDays.query);
      const today = Math.floor((await readNow(database, accountId)).getTime() / DAY_MS) * DAY_MS;
      const from = new Date(today - (days - 1) * DAY_MS);
      const data = await readBalanceDays(database, accountId, from);
      response.set('Cache-Control', 'no-store').json({ from: from.toISOString(), data });
    },
  });
}
