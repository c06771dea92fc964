import { CALLS } from '../../contract/calls.ts';
import type { CurrentPortalSession, PortalSession } from '../../contract/shapes/access-shapes.ts';
import type { ApiKeyScope } from '../../contract/api-key-scopes.ts';
import type { PortalRight } from '../../domain/portal-rights.ts';
import { createPortalSession, revokePortalSession } from '../../jobs/keys/portal-sessions.ts';
import type { Database } from '../../ledger/database.ts';
import { readAccount } from '../../ledger/reads/read-account.ts';
import { instantText } from '../../domain/instant-text.ts';
import { notFound, Problem } from '../http/problem.ts';
import { readBody } from '../http/request/read-body.ts';
import { pathParameter, route, type Route } from '../http/route.ts';
import { actorOf } from './actor.ts';
import type { Caller } from './caller.ts';
import { hasScope } from './authorize.ts';

type Deps = {
  readonly database: Database;
  readonly publicUrl: string;
  /** The page that the browser is sent to; null: /portal of this API. */
  readonly portalUrl: string | null;
};

/** The scopes that a key needs for each right it grants. */
const SCOPES_OF_RIGHT: Readonly<Record<PortalRight, readonly ApiKeyScope[]>> = {
  read: ['jobs:read', 'credits:read'],
  // Every key that makes sessions may quote.
  quote: [],
  submit: ['jobs:write'],
  report: ['jobs:write'],
};

const SESSION_ID = /^portal_[0-9a-f]{20}$/;

/** POST /v1/portal_sessions and DELETE /v1/portal_sessions/{id}: a token for a browser, of one account and with the rights it says. */
export function portalSessionRoutes(deps: Deps): readonly Route[] {
  // Before the route of any id, which would match `current`.
  return [createRoute(deps), readCurrentRoute(deps), revokeRoute(deps)];
}

function createRoute({ database, publicUrl, portalUrl }: Deps): Route {
  return route(CALLS.createPortalSession, {
    async prepare(exchange) {
      const { request, response, caller, accountId } = exchange;
      const { body } = await readBody(exchange, CALLS.createPortalSession.body);
      requireScopesFor(caller, body.can);
      const actor = actorOf(request, caller);
      return async () => {
        const livesSeconds = body.expires_in_seconds;
        const { keyId } = caller;
        const made = await createPortalSession(database, {
          ...{ accountId, keyId, can: body.can, livesSeconds, actor },
        });
        const shown: PortalSession = {
          id: made.id,
          token: made.token,
          account_id: accountId,
          can: body.can,
          expires_at: instantText(made.expiresAt),
          url: `${portalUrl ?? `${publicUrl}/portal`}#token=${made.token}`,
        };
        response.status(201).set('Cache-Control', 'no-store').json(shown);
      };
    },
  });
}

function readCurrentRoute({ database }: Deps): Route {
  return route(CALLS.readPortalSession, {
    async handle({ response, caller, accountId }) {
      const account = await readAccount(database, accountId);
      if (caller.can === null || account === null) throw notFound('portal session');
      const shown: CurrentPortalSession = {
        id: caller.keyId,
        account_id: accountId,
        account_name: account.name,
        can: [...caller.can],
      };
      response.set('Cache-Control', 'no-store').json(shown);
    },
  });
}

/** Throws `forbidden` for a right that the key itself does not have. */
function requireScopesFor(caller: Caller, can: readonly PortalRight[]): void {
  const missing = can.flatMap((right) =>
    SCOPES_OF_RIGHT[right].filter((scope) => !hasScope(caller, [scope])),
  );
  if (missing.length === 0) return;
  const scopes = [...new Set(missing)].join(' and ');
  throw new Problem('forbidden', {
    detail: `A key grants what it holds: for this session it needs ${scopes}.`,
  });
}

function revokeRoute({ database }: Deps): Route {
  return route(CALLS.revokePortalSession, {
    prepare({ request, response, caller, accountId }) {
      const sessionId = pathParameter(request, 'id');
      const actor = actorOf(request, caller);
      return Promise.resolve(async () => {
        const isThere =
          SESSION_ID.test(sessionId) && (await revokePortalSession(database, accountId, sessionId, actor));
        if (!isThere) throw notFound('portal session');
        response.status(204).end();
      });
    },
  });
}
