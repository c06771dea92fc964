import { z } from 'zod';
import { CALLS } from '../../contract/calls.ts';
import type { Repair } from '../../contract/shapes/support-shapes.ts';
import { listRepairs } from '../../jobs/support/repairs.ts';
import type { Database } from '../../ledger/database.ts';
import { accountOrAll, type ActingFor } from '../access/authorize.ts';
import { readCursor, writeCursor } from '../http/cursor.ts';
import { pageOf } from '../../domain/page-of.ts';
import { instantText, instantTextOrNull } from '../../domain/instant-text.ts';
import { postgresInstant } from '../http/request/postgres-instant.ts';
import { readQuery } from '../http/request/read-query.ts';
import { type Route, route } from '../http/route.ts';

const position = z.strictObject({
  firstSeenAt: postgresInstant,
  accountId: z.string().regex(/^\w{1,100}$/),
  reservationId: z.string().regex(/^\w{1,200}$/),
});

/** GET /v1/repairs: the repair queue, oldest first, of all accounts or of the one in Holdfast-Account. */
export function repairsRoute(deps: { readonly database: Database; readonly actingFor: ActingFor }): Route {
  return route(CALLS.listRepairs, {
    async handle(exchange) {
      const { request, response } = exchange;
      const asked = readQuery(request, CALLS.listRepairs.query);
      const accountId = await accountOrAll(deps.actingFor, exchange);
      const found = await listRepairs(
        deps.database,
        { accountId, isResolved: asked.state === 'resolved' },
        {
          after: asked.cursor === undefined ? null : readCursor(asked.cursor, position),
          limit: asked.limit + 1,
        },
      );
      const { shown, last } = pageOf(found, asked.limit);
      response.set('Cache-Control', 'no-store').json({
        data: shown.map(({ repair }) => viewRepair(repair)),
        next_cursor: last === undefined ? null : writeCursor(last.position),
      });
    },
  });
}

function viewRepair(repair: Repair): Repair {
  return {
    ...repair,
    return_by: instantText(repair.return_by),
    first_seen_at: instantText(repair.first_seen_at),
    last_seen_at: instantText(repair.last_seen_at),
    resolved_at: instantTextOrNull(repair.resolved_at),
  };
}
