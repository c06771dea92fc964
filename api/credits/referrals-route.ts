import { CALLS } from '../../contract/calls.ts';
import type { RequestRules } from '../../contract/job-request/parse-job-request.ts';
import type { Referral } from '../../contract/shapes/account-shapes.ts';
import type { Database } from '../../ledger/database.ts';
import { refer, type ReferralResult } from '../../ledger/refer.ts';
import { REPLAYED } from '../http/replayed.ts';
import { isAccountId } from '../../domain/ids.ts';
import { invalidPart, notFound, Problem } from '../http/problem.ts';
import type { Route } from '../http/route.ts';
import { changeAccountRoute } from './account-routes.ts';

/**
 * POST /v1/accounts/{id}/referrals: records who invited this account, once. The inviter is paid when the account's
 * first paid period starts.
 */
export function referralsRoute({
  database,
  rules,
}: {
  readonly database: Database;
  readonly rules: RequestRules;
}): Route {
  return changeAccountRoute(database, CALLS.refer, ({ accountId, actor, body, response }) => {
    const inviterId = body.inviter_id;
    if (!isAccountId(inviterId)) throw inviterNotFound();
    return async () => {
      const terms = rules.catalogue.grants.referral;
      const { outcome, isReplay } = await refer(database, terms, { accountId, inviterId, actor });
      if (outcome !== 'pending' && outcome !== 'paid') throw problemOfReferral(outcome);
      const shown: Referral = { inviter_id: inviterId, state: outcome };
      response
        .status(201)
        .set({ 'Cache-Control': 'no-store', ...(isReplay ? REPLAYED : {}) })
        .json(shown);
    };
  });
}

function problemOfReferral(outcome: Exclude<ReferralResult['outcome'], 'pending' | 'paid'>): Problem {
  switch (outcome) {
    case 'self_referral':
      return conflict('An account cannot have invited itself.');
    case 'circle':
      return conflict('This account invited the inviter, or one of those who led to them: that is a circle.');
    case 'already_referred':
      return conflict('Another account is on record as the inviter, forever.');
    case 'inviter_not_found':
      return inviterNotFound();
    case 'account_not_found':
      return notFound('account');
  }
}

function conflict(detail: string): Problem {
  return new Problem('state_conflict', { detail });
}

function inviterNotFound(): Problem {
  return invalidPart('/inviter_id', 'not_found', 'There is no such account.');
}
