import { CALLS } from '../../contract/calls.ts';
import { offeredCalls } from '../../contract/offered-calls.ts';
import type { RequestRules } from '../../contract/job-request/parse-job-request.ts';
import type { Plan } from '../../contract/shapes/account-shapes.ts';
import { planRulesOf } from '../../domain/credits/plans.ts';
import type { Database } from '../../ledger/database.ts';
import { readPlan, setPlan, type PlanResult } from '../../ledger/plan.ts';
import { REPLAYED } from '../http/replayed.ts';
import { instantTextOrNull } from '../../domain/instant-text.ts';
import { invalidPart, notFound, Problem } from '../http/problem.ts';
import type { Route } from '../http/route.ts';
import { changeAccountRoute, showAccountRoute } from './account-routes.ts';

type Deps = { readonly database: Database };

/**
 * PUT /v1/accounts/{id}/plan: starts, renews, raises, lowers or ends a plan, as a billing system reports it. The
 * reference is the key.
 */
export function setPlanRoute({
  database,
  rules: { catalogue },
}: Deps & { readonly rules: RequestRules }): Route {
  const planRules = planRulesOf(catalogue);
  const planNames = catalogue.plans.map(({ name }) => name);
  const call = offeredCalls(catalogue).setPlan;
  return changeAccountRoute(database, call, ({ accountId, actor, body, response }) => async () => {
    const result = await setPlan(database, planRules, {
      accountId,
      reference: body.reference,
      plan: body.plan,
      periodStart: body.period_start ?? null,
      renewal: body.renewal ?? null,
      actor,
      reason: 'billing',
    });
    if (result.outcome !== 'set') throw problemOfPlan(result.outcome, planNames);
    response
      .set({ 'Cache-Control': 'no-store', ...(result.isReplay ? REPLAYED : {}) })
      .json(viewPlan(result.plan));
  });
}

/** GET /v1/accounts/{id}/plan: the plan; all null when there is none. */
export function readPlanRoute({ database }: Deps): Route {
  return showAccountRoute(database, CALLS.readPlan, async (accountId) =>
    viewPlan(await readPlan(database, accountId)),
  );
}

function viewPlan(plan: Plan): Plan {
  return {
    plan: plan.plan,
    period_start: instantTextOrNull(plan.period_start),
    period_end: instantTextOrNull(plan.period_end),
    next_plan: plan.next_plan,
    renewal: plan.renewal,
  };
}

function problemOfPlan(
  outcome: Exclude<PlanResult['outcome'], 'set'>,
  planNames: readonly string[],
): Problem {
  switch (outcome) {
    case 'key_reused':
      return new Problem('idempotency_key_reused', {
        detail: 'This reference was used for another change of the plan. Use a new reference.',
      });
    case 'period_not_begun':
      return invalidPart('/period_start', 'in_the_future', 'A period is told of once it has begun.');
    case 'period_too_old':
      return invalidPart(
        '/period_start',
        'too_old',
        'That is too long ago for a period that is paid for now.',
      );
    case 'unknown_plan':
      return invalidPart('/plan', 'not_one_of', `One of: ${planNames.join(', ')}, or null.`);
    case 'account_not_found':
      return notFound('account');
  }
}
