import { offeredCalls } from '../../contract/offered-calls.ts';
import type { GrantBody } from '../../contract/shapes/credit-shapes.ts';
import type { Catalogue } from '../../contract/defined-catalogue.ts';
import type { RequestRules } from '../../contract/job-request/parse-job-request.ts';
import { PRIORITY_OF_SOURCE } from '../../domain/credits/grant-rules.ts';
import { fingerprintJson, grantIdOf } from '../../contract/derived-ids.ts';
import {
  grantCreditsOnce,
  previewGrant,
  type KeyedGrant,
  type KeyedGrantResult,
} from '../../jobs/credits/grant-once.ts';
import type { Preview } from '../../contract/shapes/support-shapes.ts';
import { describeGrant } from '../../domain/support/describe-change.ts';
import type { Database } from '../../ledger/database.ts';
import type { GrantEnd, GrantItem } from '../../ledger/grant-credits.ts';
import { REPLAYED } from '../http/replayed.ts';
import { viewGrant } from './grant-view.ts';
import { invalidPart, notFound, Problem } from '../http/problem.ts';
import { sendPreview, wouldDo, wouldRefuse } from '../http/send-preview.ts';
import type { Route } from '../http/route.ts';
import { changeAccountRoute } from './account-routes.ts';

/** POST /v1/accounts/{id}/grants: credits outside the plans' rules, once per reference of an account. */
export function giveGrantRoute({
  database,
  rules: { catalogue },
}: {
  readonly database: Database;
  readonly rules: RequestRules;
}): Route {
  const call = offeredCalls(catalogue).grantCredits;
  return changeAccountRoute(database, call, ({ accountId, actor, body, sent, response }) => async () => {
    const { dry_run: isDryRun, as_of: _asOf, ...content } = sent;
    const call = {
      key: body.reference,
      fingerprint: fingerprintJson(content),
      grant: { ...grantOf(catalogue, accountId, body), actor },
      asOf: body.as_of,
    };
    if (isDryRun === true) {
      sendPreview(response, await previewOf(database, call, body));
      return;
    }
    const given = await grantCreditsOnce(database, call);
    if (given.outcome !== 'granted') throw problemOfGrant(given.outcome, body);
    response
      .status(201)
      .set({ 'Cache-Control': 'no-store', ...(given.isReplay ? REPLAYED : {}) })
      .json(viewGrant(given.grant));
  });
}

async function previewOf(database: Database, call: KeyedGrant, body: GrantBody): Promise<Preview> {
  const seen = await previewGrant(database, call);
  const { outcome, is_replay: isReplay } = seen.answer;
  if (outcome === 'granted') return wouldDo(describeGrant(seen, seen.moves, isReplay), seen.as_of);
  const problem = problemOfGrant(isReplay ? 'key_belongs_to_another' : outcome, body);
  // What is wrong with the request itself is said of a dry run too.
  if (outcome !== 'key_reused') throw problem;
  return wouldRefuse(problem.code, problem.fields.detail ?? problem.message);
}

type Offer = Pick<Catalogue, 'packs' | 'grants'>;

/** The grant's id comes from the reference alone: one reference of an account makes one grant, whatever its source. */
function grantOf(catalogue: Offer, accountId: string, body: GrantBody): GrantItem {
  return {
    accountId,
    grantId: grantIdOf(accountId, 'reference', body.reference),
    source: body.source,
    priority: PRIORITY_OF_SOURCE[body.source],
    credits: creditsOf(catalogue, body),
    ends: body.expires_at === undefined ? usualEnd(catalogue, body) : { at: body.expires_at },
    reason: body.reason ?? body.source,
    reference: body.reference,
  };
}

function creditsOf(catalogue: Offer, { credits, pack }: GrantBody): number {
  if (credits !== undefined) return credits;
  return pack === undefined ? catalogue.grants.trial.credits : (packOf(catalogue, pack)?.credits ?? 0);
}

function usualEnd({ packs, grants }: Offer, { source, pack }: GrantBody): GrantEnd {
  switch (source) {
    case 'trial':
      return { afterSeconds: grants.trial.lifetimeSeconds };
    case 'goodwill':
      return { afterSeconds: grants.goodwill.lifetimeSeconds };
    case 'top_up':
      return { afterMonths: packOf({ packs }, pack)?.lifetimeMonths ?? grants.topUp.lifetimeMonths };
  }
}

function packOf({ packs }: Pick<Offer, 'packs'>, pack: string | undefined) {
  return packs.find(({ name }) => name === pack);
}

function problemOfGrant(outcome: Exclude<KeyedGrantResult['outcome'], 'granted'>, body: GrantBody): Problem {
  switch (outcome) {
    case 'key_belongs_to_another':
      return new Problem('idempotency_key_reused', {
        detail: 'This reference was used for another grant of the account. Use a new reference.',
      });
    case 'key_reused':
      return body.source === 'trial'
        ? new Problem('state_conflict', { detail: 'The account has had its trial: there is one, once.' })
        : new Problem('idempotency_key_reused', {
            detail: 'This payment has made another grant: one payment, one grant.',
          });
    case 'expired':
      return invalidPart('/expires_at', 'in_the_past', 'expires_at must be in the future.');
    case 'invalid_amount':
    case 'too_many_credits':
      return invalidPart(
        body.pack === undefined ? '/credits' : '/pack',
        'too_large',
        'That is more than an account can hold over its life.',
      );
    case 'account_not_found':
      return notFound('account');
  }
}
