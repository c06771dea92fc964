import { z } from 'zod';
import { CALLS } from '../../contract/calls.ts';
import type { AccountAction } from '../../contract/shapes/support-shapes.ts';
import { pageOf } from '../../domain/page-of.ts';
import { withInstantTexts } from '../../domain/instant-text.ts';
import type { Database } from '../../ledger/database.ts';
import { listActions, type StoredAction } from '../../ledger/reads/list-actions.ts';
import { visibleAccount } from '../access/path-account.ts';
import { readCursor, writeCursor } from '../http/cursor.ts';
import { readQuery } from '../http/request/read-query.ts';
import { route, type Route } from '../http/route.ts';

const position = z.strictObject({ before: z.string().regex(/^\d{1,18}$/) });

/** GET /v1/accounts/{id}/actions: what was done to an account, by whom and why, newest first. */
export function accountActionsRoute({ database }: { readonly database: Database }): Route {
  return route(CALLS.listAccountActions, {
    async handle(exchange) {
      const accountId = await visibleAccount(database, exchange);
      const { cursor, limit } = readQuery(exchange.request, CALLS.listAccountActions.query);
      const before = cursor === undefined ? null : readCursor(cursor, position).before;
      const actions = await listActions(database, accountId, { before, limit: limit + 1 });
      const { shown, last } = pageOf(actions, limit);
      exchange.response.set('Cache-Control', 'no-store').json({
        data: shown.map(viewAction),
        next_cursor: last === undefined ? null : writeCursor({ before: last.action_id }),
      });
    },
  });
}

function viewAction({ action_id: id, at, ...rest }: StoredAction): AccountAction {
  return { id, at: at.toISOString(), ...rest, detail: withInstantTexts(rest.detail) };
}
