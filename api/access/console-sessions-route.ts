import { CALLS } from '../../contract/calls.ts';
import type { ConsoleSessionView } from '../../contract/shapes/access-shapes.ts';
import { createConsoleSession, revokeConsoleSession } from '../../jobs/keys/console-sessions.ts';
import type { Database } from '../../ledger/database.ts';
import { instantText } from '../../domain/instant-text.ts';
import { invalidPart, Problem } from '../http/problem.ts';
import { readBody } from '../http/request/read-body.ts';
import { route, type CallerExchange, type Route } from '../http/route.ts';
import { actorBy, actorOf } from './actor.ts';
import { PROXY, type ConsoleSession } from './caller.ts';
import {
  clearConsoleCookie,
  csrfTokenOf,
  readConsoleCookie,
  requireSafeTransport,
  setConsoleCookie,
} from './console-cookie.ts';

type Deps = {
  readonly database: Database;
  readonly publicUrl: string;
};

/**
 * POST /v1/console_sessions, GET and DELETE …/current: support's sign-in. The token is in a cookie that no script can
 * read. The csrf token, which writes need, is in the response, which no other origin can read.
 */
export function consoleSessionRoutes(deps: Deps): readonly Route[] {
  return [openRoute(deps), readRoute(deps), endRoute(deps)];
}

function openRoute({ database, publicUrl }: Deps): Route {
  return route(CALLS.createConsoleSession, {
    async prepare(exchange) {
      const { request, response, caller } = exchange;
      requireSafeTransport(request, publicUrl);
      const { body } = await readBody(exchange, CALLS.createConsoleSession.body);
      const person = caller.person ?? body.actor;
      if (person === undefined) throw invalidPart('/actor', 'required', 'Who signs in?');
      return async () => {
        const session = await createConsoleSession(database, {
          keyId: caller.keyId === PROXY ? null : caller.keyId,
          person,
          livesSeconds: body.expires_in_seconds,
          actor: actorBy(caller.keyId, person),
        });
        setConsoleCookie(exchange, publicUrl, session);
        response
          .status(201)
          .set('Cache-Control', 'no-store')
          .json(viewSession(session.token, person, session.expiresAt));
      };
    },
  });
}

function readRoute({ publicUrl }: Deps): Route {
  return route(CALLS.readConsoleSession, {
    handle(exchange) {
      const { person, expiresAt } = sessionOf(exchange);
      const token = readConsoleCookie(exchange.request, publicUrl) ?? '';
      exchange.response.set('Cache-Control', 'no-store').json(viewSession(token, person, expiresAt));
    },
  });
}

function endRoute({ database, publicUrl }: Deps): Route {
  return route(CALLS.endConsoleSession, {
    prepare(exchange) {
      const { request, response, caller } = exchange;
      const { sessionId } = sessionOf(exchange);
      const actor = actorOf(request, caller);
      return Promise.resolve(async () => {
        await revokeConsoleSession(database, sessionId, actor);
        clearConsoleCookie(request, response, publicUrl);
        response.status(204).end();
      });
    },
  });
}

/** Throws the problem `forbidden` for a key. */
function sessionOf({ caller }: CallerExchange): ConsoleSession & { readonly person: string } {
  const { console: session, person } = caller;
  if (session !== null && person !== null) return { ...session, person };
  throw new Problem('forbidden', { detail: 'This call needs the cookie of a console session.' });
}

function viewSession(token: string, person: string, expiresAt: Date): ConsoleSessionView {
  return { csrf_token: csrfTokenOf(token), actor: person, expires_at: instantText(expiresAt) };
}
