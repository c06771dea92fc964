import { z } from 'zod';
import { fieldErrorsOf } from '../../contract/field-errors.ts';
import { requestText } from '../../contract/request-text.ts';
import type { Database } from '../../ledger/database.ts';
import { openAccount } from '../../ledger/open-account.ts';
import { actorOf } from '../access/actor.ts';
import { REPLAYED } from '../jobs/admit-submission.ts';
import { requirePlatformKey } from '../access/authorize.ts';
import { instantText } from '../http/instant-text.ts';
import { readVisibleAccount } from '../access/path-account.ts';
import { invalidRequest, Problem } from '../http/problem.ts';
import { readJsonBody } from '../http/read-json-body.ts';
import type { Route } from '../http/route.ts';

const MAX_NAME = 200;
const MAX_REFERENCE = 255;

const openBody = z.strictObject({
  name: requestText({ max: MAX_NAME }),
  reference: requestText({ max: MAX_REFERENCE }),
});

type Deps = { readonly database: Database };

/** POST /v1/accounts: open one, sign-up grant included. The reference is the key: the same one, the same account. */
export function openAccountRoute(deps: Deps): Route {
  return {
    method: 'post',
    path: '/v1/accounts',
    access: 'key',
    scopes: ['billing:write'],
    async prepare({ request, response, caller }) {
      requirePlatformKey(caller);
      const body = await readJsonBody(request, response);
      const parsed = openBody.safeParse(body);
      if (!parsed.success) throw invalidRequest(fieldErrorsOf(body, parsed.error.issues));
      const actor = actorOf(request, caller);
      return async () => {
        const account = await openAccount(deps.database, parsed.data, actor);
        if (account.outcome === 'key_reused') {
          throw new Problem('idempotency_key_reused', {
            detail: 'This reference belongs to an account that was opened under another name.',
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
  };
}

/** GET /v1/accounts/{id}: any account for a platform key, its own for an account key. */
export function readAccountRoute(deps: Deps): Route {
  return {
    method: 'get',
    path: '/v1/accounts/:id',
    access: 'key',
    scopes: ['credits:read', 'billing:write', 'support'],
    async handle(exchange) {
      const account = await readVisibleAccount(deps.database, exchange);
      exchange.response.set('Cache-Control', 'no-store').json(viewAccount(account));
    },
  };
}

function viewAccount(account: {
  readonly accountId: string;
  readonly name: string;
  readonly reference: string;
  readonly openedAt: Date;
}) {
  return {
    id: account.accountId,
    name: account.name,
    reference: account.reference,
    created_at: instantText(account.openedAt),
  };
}
