import { z } from 'zod';
import { CALLS } from '../../contract/calls.ts';
import type { RequestRules } from '../../contract/job-request/parse-job-request.ts';
import { listUnknownBills, readCosts } from '../../jobs/costs/read-costs.ts';
import type { Database } from '../../ledger/database.ts';
import { readCursor, writeCursor } from '../http/cursor.ts';
import { pageOf } from '../../domain/page-of.ts';
import { monthAt } from '../../domain/month.ts';
import { instantText } from '../../domain/instant-text.ts';
import { postgresInstant } from '../http/request/postgres-instant.ts';
import { readQuery } from '../http/request/read-query.ts';
import { type Route, route } from '../http/route.ts';

type CostDependencies = {
  readonly database: Database;
  readonly rules: Pick<RequestRules, 'catalogue'>;
  readonly now: () => number;
};

/** GET /v1/costs: the cost and income of models, per kind, in a month; by default this one. */
export function costsRoute({ database, rules, now }: CostDependencies): Route {
  return route(CALLS.readCosts, {
    async handle({ request, response }) {
      const { month = monthAt(now()) } = readQuery(request, CALLS.readCosts.query);
      const report = await readCosts(database, month, rules.catalogue.creditValue);
      response.set('Cache-Control', 'no-store').json(report);
    },
  });
}

const position = z.strictObject({
  postedAt: postgresInstant,
  reference: z.string().regex(/^\w{1,200}$/),
});

/** GET /v1/costs/unknown_bills: the attempts of a month whose bill is unknown. */
export function unknownBillsRoute({ database, now }: CostDependencies): Route {
  return route(CALLS.listUnknownBills, {
    async handle({ request, response }) {
      const asked = readQuery(request, CALLS.listUnknownBills.query);
      const found = await listUnknownBills(database, asked.month ?? monthAt(now()), {
        after: asked.cursor === undefined ? null : readCursor(asked.cursor, position),
        limit: asked.limit + 1,
      });
      const { shown, last } = pageOf(found, asked.limit);
      response.set('Cache-Control', 'no-store').json({
        data: shown.map(({ bill }) => ({ ...bill, posted_at: instantText(bill.posted_at) })),
        next_cursor: last === undefined ? null : writeCursor(last.position),
      });
    },
  });
}
