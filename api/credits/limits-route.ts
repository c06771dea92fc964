import { z } from 'zod';
import type { Database } from '../../ledger/database.ts';
import { readLimits, setLimits } from '../../ledger/limits.ts';
import { actorOf } from '../access/actor.ts';
import { memberField, projectField, WHENEVER_AN_OBJECT } from '../http/body-fields.ts';
import { managedAccount, visibleAccount } from '../access/path-account.ts';
import { notFound } from '../http/problem.ts';
import { readBody } from '../http/read-body.ts';
import type { Route } from '../http/route.ts';

const PATH = '/v1/accounts/:id/limits';

/** More than any account runs at a time, and a number that PostgreSQL's integer holds. */
const MAX_JOBS = 1_000_000;
/** They are one JSON document, read and written whole. */
const MAX_OVERRIDES = 1_000;

const credits = z.int().min(0).nullable();

const override = z
  .strictObject({
    member: memberField.optional(),
    project: projectField.optional(),
    credits_per_period: credits,
  })
  .superRefine(({ member, project }, context) => {
    if ((member === undefined) !== (project === undefined)) return;
    context.addIssue({
      code: 'custom',
      params: { code: member === undefined ? 'required' : 'not_allowed' },
      message: 'Exactly one of member and project.',
    });
  }, WHENEVER_AN_OBJECT);

/** A PUT says all there is: what it leaves out is no limit. */
const limitsBody = z.strictObject({
  max_concurrent_jobs: z.int().min(0).max(MAX_JOBS).nullable().default(null),
  member_credits_per_period: credits.default(null),
  project_credits_per_period: credits.default(null),
  low_balance_at: credits.default(null),
  overrides: z
    .array(override)
    .max(MAX_OVERRIDES)
    .default([])
    .superRefine((overrides, context) => {
      const seen = new Set<string>();
      overrides.forEach(({ member, project }, index) => {
        const spender = JSON.stringify([member, project]);
        if (seen.has(spender)) {
          const message = 'There is an override of this one already.';
          context.addIssue({ code: 'custom', path: [index], params: { code: 'repeated' }, message });
        }
        seen.add(spender);
      });
    }),
});

type Deps = { readonly database: Database };

/** PUT /v1/accounts/{id}/limits: all limits of an account; null is none. */
export function setLimitsRoute(deps: Deps): Route {
  return {
    method: 'put',
    path: PATH,
    access: 'key',
    scopes: ['billing:write'],
    async prepare(exchange) {
      const { request, response, caller } = exchange;
      const accountId = await managedAccount(deps.database, exchange);
      const actor = actorOf(request, caller);
      const { body } = await readBody(exchange, limitsBody);
      const overrides = body.overrides.map(({ member, project, credits_per_period }) =>
        member === undefined
          ? { project: project ?? '', credits_per_period }
          : { member, credits_per_period },
      );
      const by = { actor, reason: 'limits' };
      return async () => {
        const isSet = await setLimits(deps.database, accountId, { ...body, overrides }, by);
        const limits = await readLimits(deps.database, accountId);
        if (!isSet || limits === null) throw notFound('account');
        response.set('Cache-Control', 'no-store').json(limits);
      };
    },
  };
}

/** GET /v1/accounts/{id}/limits: for the account's own key too. */
export function readLimitsRoute(deps: Deps): Route {
  return {
    method: 'get',
    path: PATH,
    access: 'key',
    scopes: ['credits:read', 'billing:write', 'support'],
    async handle(exchange) {
      const accountId = await visibleAccount(deps.database, exchange);
      const limits = await readLimits(deps.database, accountId);
      if (limits === null) throw notFound('account');
      exchange.response.set('Cache-Control', 'no-store').json(limits);
    },
  };
}
