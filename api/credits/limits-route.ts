import { CALLS } from '../../contract/calls.ts';
import type { Limits } from '../../contract/shapes/account-shapes.ts';
import type { Database } from '../../ledger/database.ts';
import { readLimits, setLimits } from '../../ledger/limits.ts';
import { notFound } from '../http/problem.ts';
import type { Route } from '../http/route.ts';
import { changeAccountRoute, showAccountRoute } from './account-routes.ts';

type Deps = { readonly database: Database };

/** PUT /v1/accounts/{id}/limits: replaces all limits of an account; null: none. */
export function setLimitsRoute({ database }: Deps): Route {
  return changeAccountRoute(database, CALLS.setLimits, ({ accountId, actor, body, response }) => {
    const { reason, ...limits } = body;
    const overrides = limits.overrides.map(({ member, project, credits_per_period }) =>
      member === undefined ? { project: project ?? '', credits_per_period } : { member, credits_per_period },
    );
    return async () => {
      const isSet = await setLimits(database, accountId, { ...limits, overrides }, { actor, reason });
      if (!isSet) throw notFound('account');
      response.set('Cache-Control', 'no-store').json(await limitsOf(database, accountId));
    };
  });
}

/** GET /v1/accounts/{id}/limits. */
export function readLimitsRoute({ database }: Deps): Route {
  return showAccountRoute(database, CALLS.readLimits, (accountId) => limitsOf(database, accountId));
}

/** Throws the problem not_found. */
async function limitsOf(database: Database, accountId: string): Promise<Limits> {
  const limits = await readLimits(database, accountId);
  if (limits === null) throw notFound('account');
  return limits;
}
