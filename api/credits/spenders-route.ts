import { z } from 'zod';
import { pageOf } from '../../domain/page-of.ts';
import { CALLS } from '../../contract/calls.ts';
import { SPENDER_TYPES } from '../../contract/shapes/account-shapes.ts';
import type { Database } from '../../ledger/database.ts';
import { readSpenders } from '../../ledger/reads/read-spenders.ts';
import { visibleAccount } from '../access/path-account.ts';
import { readCursor, writeCursor } from '../http/cursor.ts';
import { readQuery } from '../http/request/read-query.ts';
import { route, type Route } from '../http/route.ts';

const position = z.strictObject({ type: z.enum(SPENDER_TYPES), name: z.string() });

/** GET /v1/accounts/{id}/spenders: its members and projects, with what each has used of the current period. */
export function spendersRoute({ database }: { readonly database: Database }): Route {
  return route(CALLS.listSpenders, {
    async handle(exchange) {
      const accountId = await visibleAccount(database, exchange);
      const { cursor, limit } = readQuery(exchange.request, CALLS.listSpenders.query);
      const after = cursor === undefined ? null : readCursor(cursor, position);
      const spenders = await readSpenders(database, accountId, { after, limit: limit + 1 });
      const { shown, last } = pageOf(spenders, limit);
      exchange.response.set('Cache-Control', 'no-store').json({
        data: shown,
        next_cursor: last === undefined ? null : writeCursor({ type: last.type, name: last.name }),
      });
    },
  });
}
