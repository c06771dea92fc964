import { CALLS } from '../../contract/calls.ts';
import type { RequestRules } from '../../contract/job-request/parse-job-request.ts';
import type { AccountView } from '../../contract/shapes/account-shapes.ts';
import type { AccountMode } from '../../domain/account-mode.ts';
import type { Database } from '../../ledger/database.ts';
import { openAccount } from '../../ledger/open-account.ts';
import { actorOf } from '../access/actor.ts';
import { REPLAYED } from '../jobs/admit-submission.ts';
import { requirePlatformKey } from '../access/authorize.ts';
import { instantText } from '../http/instant-text.ts';
import { readVisibleAccount } from '../access/path-account.ts';
import { Problem } from '../http/problem.ts';
import { readBody } from '../http/read-body.ts';
import { type Route, route } from '../http/route.ts';

type Deps = { readonly database: Database; readonly rules: RequestRules };

/** POST /v1/accounts: open one, sign-up grant included. The reference is the key: the same one, the same account. */
export function openAccountRoute(deps: Deps): Route {
  return route(CALLS.openAccount, {
    async prepare(exchange) {
      const { request, response, caller } = exchange;
      requirePlatformKey(caller);
      const { body } = await readBody(exchange, CALLS.openAccount.body);
      const actor = actorOf(request, caller);
      return async () => {
        const account = await openAccount(deps.database, deps.rules.catalogue.grants, body, actor);
        if (account.outcome === 'key_reused') {
          throw new Problem('idempotency_key_reused', {
            detail:
              'This reference belongs to an account that was opened under another name or in another mode.',
          });
        }
        response
          .status(201)
          .set({
            Location: `/v1/accounts/${account.accountId}`,
            'Cache-Control': 'no-store',
            ...(account.outcome === 'exists' ? REPLAYED : {}),
          })
          .json(viewAccount(account));
      };
    },
  });
}

/** GET /v1/accounts/{id}: any account for a platform key, its own for an account key. */
export function readAccountRoute(deps: Deps): Route {
  return route(CALLS.readAccount, {
    async handle(exchange) {
      const account = await readVisibleAccount(deps.database, exchange);
      exchange.response.set('Cache-Control', 'no-store').json(viewAccount(account));
    },
  });
}

function viewAccount(account: {
  readonly accountId: string;
  readonly name: string;
  readonly reference: string;
  readonly mode: AccountMode;
  readonly isFrozen: boolean;
  readonly openedAt: Date;
}): AccountView {
  return {
    id: account.accountId,
    name: account.name,
    reference: account.reference,
    mode: account.mode,
    frozen: account.isFrozen,
    created_at: instantText(account.openedAt),
  };
}
