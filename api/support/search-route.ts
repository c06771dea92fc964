import { CALLS } from '../../contract/calls.ts';
import { search } from '../../jobs/reads/search.ts';
import type { Database } from '../../ledger/database.ts';
import { accountOrAll, type ActingFor } from '../access/authorize.ts';
import { readQuery } from '../http/request/read-query.ts';
import { route, type Route } from '../http/route.ts';

/** GET /v1/search: finds ids and names, in all accounts or in the one in Holdfast-Account. */
export function searchRoute(deps: { readonly database: Database; readonly actingFor: ActingFor }): Route {
  return route(CALLS.search, {
    async handle(exchange) {
      const { request, response } = exchange;
      const { q } = readQuery(request, CALLS.search.query);
      const accountId = await accountOrAll(deps.actingFor, exchange);
      const data = await search(deps.database, q.trim(), accountId);
      response.set('Cache-Control', 'no-store').json({ data, next_cursor: null });
    },
  });
}
