import { CALLS } from '../../contract/calls.ts';
import type { Database } from '../../ledger/database.ts';
import { readAccount } from '../../ledger/reads/read-account.ts';
import { setFrozen } from '../../ledger/set-frozen.ts';
import { describeFreeze } from '../../domain/support/describe-change.ts';
import { previewChange } from '../../jobs/support/preview-change.ts';
import { notFound } from '../http/problem.ts';
import type { Route } from '../http/route.ts';
import { sendPreview, wouldDo } from '../http/send-preview.ts';
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
    const { reason, dry_run: isDryRun, as_of: asOf } = body;
    if (isDryRun === true) {
      const asked = { is_frozen: isFrozen, reason };
      const seen = await previewChange<boolean>(database, accountId, 'set_frozen', asked);
      sendPreview(response, wouldDo(describeFreeze(seen, isFrozen), seen.as_of));
      return;
    }
    const isThere = await setFrozen(database, accountId, isFrozen, { actor, reason }, asOf);
    const account = isThere ? await readAccount(database, accountId) : null;
    if (account === null) throw notFound('account');
    response.set('Cache-Control', 'no-store').json(viewAccount(account));
  });
}
