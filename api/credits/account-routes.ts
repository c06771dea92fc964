import type { Response } from 'express';
import type { z } from 'zod';
import type { Database } from '../../ledger/database.ts';
import { actorOf } from '../access/actor.ts';
import { visibleAccount } from '../access/path-account.ts';
import { readBody, type ReadBody } from '../http/request/read-body.ts';
import { route, type Effect, type Route } from '../http/route.ts';
import type { Call } from '../../contract/call.ts';

/** A request about an account: which account, who asks, and the body. */
type AccountChange<Schema extends z.ZodType> = ReadBody<Schema> & {
  readonly accountId: string;
  readonly actor: string;
  readonly response: Response;
};

/** A call by which a platform key changes the account of the path. `change` checks the rest, and returns the effect. */
export function changeAccountRoute<Schema extends z.ZodType>(
  database: Database,
  call: Call & { readonly method: 'post' | 'put'; readonly access: 'key'; readonly body: Schema },
  change: (asked: AccountChange<Schema>) => Effect,
): Route {
  return route(call, {
    async prepare(exchange) {
      const accountId = await visibleAccount(database, exchange);
      const actor = actorOf(exchange.request, exchange.caller);
      const read = await readBody(exchange, call.body);
      return change({ ...read, accountId, actor, response: exchange.response });
    },
  });
}

/** A call that reads the account of the path, for the account's own key too. */
export function showAccountRoute(
  database: Database,
  call: Call & { readonly method: 'get'; readonly access: 'key' },
  show: (accountId: string) => Promise<object>,
): Route {
  return route(call, {
    async handle(exchange) {
      const accountId = await visibleAccount(database, exchange);
      exchange.response.set('Cache-Control', 'no-store').json(await show(accountId));
    },
  });
}
