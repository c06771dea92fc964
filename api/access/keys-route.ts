import { z } from 'zod';
import { CALLS } from '../../contract/calls.ts';
import { fingerprintJson } from '../../contract/derived-ids.ts';
import type { ApiKeyView, CreatedApiKey } from '../../contract/shapes/access-shapes.ts';
import { assertNever } from '../../domain/assert-never.ts';
import { isAccountId } from '../../domain/ids.ts';
import type { Preview } from '../../contract/shapes/support-shapes.ts';
import { describeRevocation, describeRotation } from '../../domain/support/describe-change.ts';
import { revokeApiKey, rotateApiKey, type KeyReach } from '../../jobs/keys/change-api-key.ts';
import { previewRevocation, previewRotation } from '../../jobs/keys/preview-key-change.ts';
import { createRecordedKey, type KeyMade, type NewApiKey } from '../../jobs/keys/create-api-key.ts';
import { listApiKeys } from '../../jobs/keys/list-api-keys.ts';
import type { Database } from '../../ledger/database.ts';
import { readAccount } from '../../ledger/reads/read-account.ts';
import { readCursor, writeCursor } from '../http/cursor.ts';
import { instantText, instantTextOrNull } from '../../domain/instant-text.ts';
import { postgresInstant } from '../http/request/postgres-instant.ts';
import { notFound, Problem } from '../http/problem.ts';
import { readBody } from '../http/request/read-body.ts';
import { readQuery } from '../http/request/read-query.ts';
import { readOptionalIdempotencyKey } from '../http/request/request-headers.ts';
import { pathParameter, route, type CallerExchange, type Route } from '../http/route.ts';
import { sendPreview, wouldDo, wouldRefuse } from '../http/send-preview.ts';
import { REPLAYED } from '../http/replayed.ts';
import { actorOf } from './actor.ts';
import { namedAccount, reachesMode, type ActingFor } from './authorize.ts';

type Deps = { readonly database: Database; readonly actingFor: ActingFor };

const isKeyId = (text: string): boolean => /^key_[0-9a-f]{20}$/.test(text);
const position = z.strictObject({ createdAt: postgresInstant, keyId: z.string().refine(isKeyId) });

/**
 * POST and GET /v1/keys, DELETE /v1/keys/{id}, POST /v1/keys/{id}/rotate. The scope is admin, which implies all: a key
 * grants no more than it has. An account's key manages its account's keys; a platform key those of all accounts, of
 * test accounts if it is a test key.
 */
export function keyRoutes(deps: Deps): readonly Route[] {
  const { database } = deps;
  return [createKeyRoute(deps), listKeysRoute(deps), revokeKeyRoute(deps), rotateKeyRoute(database)];
}

function createKeyRoute({ database }: Deps): Route {
  return route(CALLS.createKey, {
    async prepare(exchange) {
      const { body, sent } = await readBody(exchange, CALLS.createKey.body);
      const owner = await ownerOf(database, exchange, body);
      const record = recordOf(exchange, 'create', sent, body.reason);
      return async () => {
        const { name } = body;
        const made = await createRecordedKey(database, { name, scopes: body.scopes, ...owner }, record);
        if (made.outcome === 'key_reused') throw new Problem('idempotency_key_reused');
        sendMade(exchange, made);
      };
    },
  });
}

/** The owner of the new key. Throws forbidden and not_found. */
async function ownerOf(
  database: Database,
  { request, caller }: CallerExchange,
  body: z.output<typeof CALLS.createKey.body>,
): Promise<Pick<NewApiKey, 'accountId' | 'mode'>> {
  const named = namedAccount(request, caller);
  const accountId = body.account_id === undefined ? (named ?? null) : body.account_id;
  if (accountId === null) {
    const mode = body.mode ?? caller.mode;
    if (caller.accountId !== null || !reachesMode(caller, mode)) {
      throw new Problem('forbidden', { detail: 'This key cannot make a platform key of that mode.' });
    }
    return { accountId, mode };
  }
  const isInReach = isAccountId(accountId) && (named ?? accountId) === accountId;
  const account = isInReach ? await readAccount(database, accountId) : null;
  if (account === null || !reachesMode(caller, account.mode)) throw notFound('account');
  if (body.mode !== undefined && body.mode !== account.mode) {
    const detail = `This account is of mode ${account.mode}, and so are its keys.`;
    throw new Problem('invalid_request', {
      detail,
      errors: [{ pointer: '/mode', code: 'not_allowed', detail }],
    });
  }
  return { accountId, mode: account.mode };
}

function listKeysRoute({ database, actingFor }: Deps): Route {
  return route(CALLS.listKeys, {
    async handle(exchange) {
      const { request, response, caller } = exchange;
      const asked = readQuery(request, CALLS.listKeys.query);
      if (namedAccount(request, caller) !== undefined) await actingFor(request, caller);
      const page = await listApiKeys(database, reachOf(exchange), {
        from: asked.cursor === undefined ? null : readCursor(asked.cursor, position),
        limit: asked.limit,
      });
      response.set('Cache-Control', 'no-store').json({
        data: page.keys.map(viewKey),
        next_cursor: page.next === null ? null : writeCursor(page.next),
      });
    },
  });
}

function revokeKeyRoute({ database }: Deps): Route {
  return route(CALLS.revokeKey, {
    prepare(exchange) {
      const { request, response, caller } = exchange;
      const { reason, dry_run: isDryRun, as_of: asOf } = readQuery(request, CALLS.revokeKey.query);
      const by = { actor: actorOf(request, caller), reason: reason ?? null, asOf };
      const keyId = pathParameter(request, 'id');
      return Promise.resolve(async () => {
        if (isDryRun === true) {
          const seen = isKeyId(keyId) ? await previewRevocation(database, reachOf(exchange), keyId) : null;
          if (seen === null) throw notFound('key');
          sendPreview(response, wouldDo(describeRevocation(seen.key), seen.asOf));
          return;
        }
        const isThere = isKeyId(keyId) && (await revokeApiKey(database, reachOf(exchange), keyId, by));
        if (!isThere) throw notFound('key');
        response.status(204).end();
      });
    },
  });
}

function rotateKeyRoute(database: Database): Route {
  return route(CALLS.rotateKey, {
    async prepare(exchange) {
      const keyId = pathParameter(exchange.request, 'id');
      const { body, sent } = await readBody(exchange, CALLS.rotateKey.body);
      const record = recordOf(exchange, `rotate ${keyId}`, sent, body.reason);
      return async () => {
        if (!isKeyId(keyId)) throw notFound('key');
        const graceSeconds = body.grace_seconds;
        if (body.dry_run === true) {
          sendPreview(exchange.response, await previewOfRotation(database, exchange, keyId, graceSeconds));
          return;
        }
        const made = await rotateApiKey(database, reachOf(exchange), keyId, { ...record, graceSeconds });
        switch (made.outcome) {
          case 'made':
          case 'exists':
            sendMade(exchange, made);
            return;
          case 'not_found':
            throw notFound('key');
          case 'key_reused':
            throw new Problem('idempotency_key_reused');
          case 'replaced':
            throw new Problem('state_conflict', { detail: replacedBy(made.key.id) });
          case 'revoked':
            throw new Problem('state_conflict', { detail: WORKS_NO_MORE });
          default:
            assertNever(made);
        }
      };
    },
  });
}

const WORKS_NO_MORE = 'This key works no more. Make a new one.';
const replacedBy = (id: string) => `This key was replaced by ${id} already.`;

async function previewOfRotation(
  database: Database,
  exchange: CallerExchange,
  keyId: string,
  graceSeconds: number,
): Promise<Preview> {
  const seen = await previewRotation(database, reachOf(exchange), keyId, graceSeconds);
  switch (seen.outcome) {
    case 'made':
      return wouldDo(describeRotation(seen.key, seen.became, graceSeconds), seen.asOf);
    case 'replaced':
      return wouldRefuse(seen.outcome, replacedBy(seen.successor));
    case 'revoked':
      return wouldRefuse(seen.outcome, WORKS_NO_MORE);
    case 'not_found':
      throw notFound('key');
  }
}

/** The keys that a caller sees: of its account, or of the one it names; else all. */
function reachOf({ request, caller }: CallerExchange): KeyReach {
  return {
    accountId: namedAccount(request, caller) ?? null,
    mode: reachesMode(caller, 'live') ? null : caller.mode,
  };
}

/**
 * The scope of an Idempotency-Key: the account acted for, or the platform's live or test keys. Without one each call
 * makes a key.
 */
function recordOf(
  { request, caller }: CallerExchange,
  call: string,
  sent: Readonly<Record<string, unknown>>,
  reason: string | undefined,
) {
  const key = readOptionalIdempotencyKey(request);
  return {
    madeBy: key === null ? null : `${namedAccount(request, caller) ?? caller.mode} ${call} ${key}`,
    fingerprint: fingerprintJson(sent),
    actor: actorOf(request, caller),
    reason: reason ?? null,
  };
}

function sendMade({ response }: CallerExchange, made: KeyMade): void {
  const shown: CreatedApiKey = {
    ...viewKey(made.key),
    secret: made.outcome === 'made' ? made.secret : null,
  };
  response
    .status(201)
    .set({ 'Cache-Control': 'no-store', ...(made.outcome === 'exists' ? REPLAYED : {}) })
    .json(shown);
}

function viewKey(key: ApiKeyView): ApiKeyView {
  return {
    ...key,
    created_at: instantText(key.created_at),
    expires_at: instantTextOrNull(key.expires_at),
    revoked_at: instantTextOrNull(key.revoked_at),
  };
}
