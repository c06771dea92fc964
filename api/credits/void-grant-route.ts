import { CALLS } from '../../contract/calls.ts';
import type { VoidedGrant } from '../../contract/shapes/credit-shapes.ts';
import type { Preview } from '../../contract/shapes/support-shapes.ts';
import { describeVoid, type VoidableGrant } from '../../domain/support/describe-change.ts';
import { previewChange } from '../../jobs/support/preview-change.ts';
import type { Database } from '../../ledger/database.ts';
import { accountOf } from '../../jobs/reads/account-of.ts';
import { readGrant } from '../../ledger/reads/read-grant.ts';
import { voidGrant } from '../../ledger/void-grant.ts';
import { actorOf } from '../access/actor.ts';
import { requireLiveKey, type ActingFor } from '../access/authorize.ts';
import { viewGrant } from './grant-view.ts';
import { notFound } from '../http/problem.ts';
import { readBody } from '../http/request/read-body.ts';
import { sendPreview, wouldDo } from '../http/send-preview.ts';
import { pathParameter, type CallerExchange, route, type Route } from '../http/route.ts';

const GRANT_ID = /^grant_\w{1,200}$/;

type Deps = { readonly database: Database; readonly actingFor: ActingFor };

/**
 * POST /v1/grants/{id}/void: a charge-back; takes what is left. The grant is the key: a second call reads what the
 * first took, and reason and actor stay the first's.
 */
export function voidGrantRoute(deps: Deps): Route {
  return route(CALLS.voidGrant, {
    async prepare(exchange) {
      const { request, response, caller } = exchange;
      const actor = actorOf(request, caller);
      const { body } = await readBody(exchange, CALLS.voidGrant.body);
      const { accountId, grantId } = await findGrant(deps, exchange);
      const { reason, dry_run: isDryRun, as_of: asOf } = body;
      return async () => {
        if (isDryRun === true) {
          sendPreview(response, await previewVoid(deps.database, { accountId, grantId, reason }));
          return;
        }
        const result = await voidGrant(deps.database, { accountId, grantId, reason, actor, asOf });
        const grant = await readGrant(deps.database, accountId, grantId);
        if (result.outcome === 'not_found' || grant === null) throw notFound('grant');
        const shown: VoidedGrant = {
          grant: viewGrant(grant),
          voided: result.voided,
          not_recovered: result.notRecovered,
        };
        response.set('Cache-Control', 'no-store').json(shown);
      };
    },
  });
}

async function previewVoid(
  database: Database,
  {
    accountId,
    grantId,
    reason,
  }: { readonly accountId: string; readonly grantId: string; readonly reason: string },
): Promise<Preview> {
  const asked = { grant_id: grantId, reason };
  const seen = await previewChange<Voided, VoidableGrant | null>(database, accountId, 'void', asked);
  const { answer, subject, as_of: asOf } = seen;
  if (answer.outcome === 'not_found' || subject === null) throw notFound('grant');
  return wouldDo(describeVoid(seen, subject, answer.voided), asOf);
}

type Voided = { readonly outcome: 'voided' | 'not_found'; readonly voided: number };

/** By its id alone, or in the account that Holdfast-Account names: a grant of another is not there. */
async function findGrant(deps: Deps, exchange: CallerExchange) {
  const { request, caller, state } = exchange;
  const grantId = pathParameter(request, 'id');
  const accountId = GRANT_ID.test(grantId) ? await accountOf(deps.database, grantId) : null;
  if (request.get('Holdfast-Account') === undefined) {
    requireLiveKey(caller);
  } else {
    const named = await deps.actingFor(request, caller);
    if (named.accountId !== accountId) throw notFound('grant');
  }
  if (accountId === null) throw notFound('grant');
  state.accountId = accountId;
  return { accountId, grantId };
}
