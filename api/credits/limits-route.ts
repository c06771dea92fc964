import { CALLS } from '../../contract/calls.ts';
import type { Database } from '../../ledger/database.ts';
import { readLimits, setLimits } from '../../ledger/limits.ts';
import { actorOf } from '../access/actor.ts';
import { managedAccount, visibleAccount } from '../access/path-account.ts';
import { notFound } from '../http/problem.ts';
import { readBody } from '../http/read-body.ts';
import type { Route } from '../http/route.ts';

type Deps = { readonly database: Database };

/** PUT /v1/accounts/{id}/limits: all limits of an account; null is none. */
export function setLimitsRoute(deps: Deps): Route {
  return {
    ...CALLS.setLimits,
    access: 'key',
    scopes: ['billing:write'],
    async prepare(exchange) {
      const { request, response, caller } = exchange;
      const accountId = await managedAccount(deps.database, exchange);
      const actor = actorOf(request, caller);
      const { body } = await readBody(exchange, CALLS.setLimits.body);
      const overrides = body.overrides.map(({ member, project, credits_per_period }) =>
        member === undefined
          ? { project: project ?? '', credits_per_period }
          : { member, credits_per_period },
      );
      const by = { actor, reason: 'limits' };
      return async () => {
        const isSet = await setLimits(deps.database, accountId, { ...body, overrides }, by);
        const limits = await readLimits(deps.database, accountId);
        if (!isSet || limits === null) throw notFound('account');
        response.set('Cache-Control', 'no-store').json(limits);
      };
    },
  };
}

/** GET /v1/accounts/{id}/limits: for the account's own key too. */
export function readLimitsRoute(deps: Deps): Route {
  return {
    ...CALLS.readLimits,
    access: 'key',
    scopes: ['credits:read', 'billing:write', 'support'],
    async handle(exchange) {
      const accountId = await visibleAccount(deps.database, exchange);
      const limits = await readLimits(deps.database, accountId);
      if (limits === null) throw notFound('account');
      exchange.response.set('Cache-Control', 'no-store').json(limits);
    },
  };
}
