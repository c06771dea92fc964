import { CALLS } from '../../contract/calls.ts';
import type { Database } from '../../ledger/database.ts';
import { readAccount } from '../../ledger/reads/read-account.ts';
import { setFrozen } from '../../ledger/set-frozen.ts';
import { notFound } from '../http/problem.ts';
import type { Route } from '../http/route.ts';
import { changeAccountRoute } from './account-routes.ts';
import { viewAccount } from './account-view.ts';

/** POST /v1/accounts/{id}/freeze and unfreeze: refuses or allows new spending. Running jobs end as usual. */
export function freezeRoutes({ database }: { readonly database: Database }): readonly Route[] {
  return [routeOf(database, CALLS.freezeAccount, true), routeOf(database, CALLS.unfreezeAccount, false)];
}

function routeOf(
  database: Database,
  call: typeof CALLS.freezeAccount | typeof CALLS.unfreezeAccount,
  isFrozen: boolean,
): Route {
  return changeAccountRoute(database, call, ({ accountId, actor, body, response }) => async () => {
    const isThere = await setFrozen(database, accountId, isFrozen, { actor, reason: body.reason });
    const account = isThere ? await readAccount(database, accountId) : null;
    if (account === null) throw notFound('account');
    response.set('Cache-Control', 'no-store').json(viewAccount(account));
  });
}
