import { CALLS } from '../../contract/calls.ts';
import type { Limits } from '../../contract/shapes/account-shapes.ts';
import type { Database } from '../../ledger/database.ts';
import { readLimits, setLimits } from '../../ledger/limits.ts';
import { describeLimits } from '../../domain/support/describe-change.ts';
import { previewChange } from '../../jobs/support/preview-change.ts';
import { notFound } from '../http/problem.ts';
import type { Route } from '../http/route.ts';
import { sendPreview, wouldDo } from '../http/send-preview.ts';
import { changeAccountRoute, showAccountRoute } from './account-routes.ts';
import { spendersRoute } from './spenders-route.ts';

type Deps = { readonly database: Database };

export function limitsRoutes(deps: Deps): readonly Route[] {
  return [setLimitsRoute(deps), readLimitsRoute(deps), spendersRoute(deps)];
}

/** PUT /v1/accounts/{id}/limits: replaces all limits of an account; null: none. */
function setLimitsRoute({ database }: Deps): Route {
  return changeAccountRoute(database, CALLS.setLimits, ({ accountId, actor, body, response }) => {
    const { reason, dry_run: isDryRun, as_of: asOf, ...rest } = body;
    const overrides = rest.overrides.map(({ member, project, credits_per_period }) =>
      member === undefined ? { project: project ?? '', credits_per_period } : { member, credits_per_period },
    );
    const limits = { ...rest, overrides };
    return async () => {
      if (isDryRun === true) {
        const seen = await previewChange<boolean>(database, accountId, 'set_limits', { limits, reason });
        sendPreview(response, wouldDo(describeLimits(seen), seen.as_of));
        return;
      }
      const isSet = await setLimits(database, accountId, limits, { actor, reason }, asOf);
      if (!isSet) throw notFound('account');
      response.set('Cache-Control', 'no-store').json(await limitsOf(database, accountId));
    };
  });
}

/** GET /v1/accounts/{id}/limits. */
function readLimitsRoute({ database }: Deps): Route {
  return showAccountRoute(database, CALLS.readLimits, (accountId) => limitsOf(database, accountId));
}

/** Throws the problem not_found. */
async function limitsOf(database: Database, accountId: string): Promise<Limits> {
  const limits = await readLimits(database, accountId);
  if (limits === null) throw notFound('account');
  return limits;
}
