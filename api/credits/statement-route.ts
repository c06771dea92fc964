import { CALLS } from '../../contract/calls.ts';
import { ENTRY_KINDS, type Statement } from '../../contract/shapes/credit-shapes.ts';
import type { Database } from '../../ledger/database.ts';
import { readStatement, type StoredStatement } from '../../ledger/reads/read-statement.ts';
import { instantText } from '../../domain/instant-text.ts';
import { invalidPart, notFound } from '../http/problem.ts';
import { readQuery } from '../http/request/read-query.ts';
import { type Route, route } from '../http/route.ts';
import { streamStatementRows } from './stream-statement-rows.ts';

/**
 * GET /v1/statement: opening and closing balance and the sums between; without dates, of everything. As text/csv: the
 * rows.
 */
export function statementRoute(deps: { readonly database: Database }): Route {
  return route(CALLS.readStatement, {
    async handle({ request, response, accountId }) {
      const { from, to } = readQuery(request, CALLS.readStatement.query);
      if (from !== undefined && to !== undefined && Date.parse(from) > Date.parse(to)) {
        throw invalidPart('/to', 'before_from', 'to must not be before from.');
      }
      const stretch = { from: from ?? null, to: to ?? null };
      const statement = await readStatement(deps.database, accountId, stretch);
      if (statement === null) throw notFound('account');
      // A missing end is now, or the account's opening.
      if (Date.parse(statement.from) > Date.parse(statement.to)) {
        throw to === undefined
          ? invalidPart('/from', 'in_the_future', 'from is later than now; say until when with to.')
          : invalidPart(
              '/to',
              'before_opening',
              'The account was opened later than to; say since when with from.',
            );
      }
      response.vary('Accept').set('Cache-Control', 'no-store');
      if (request.accepts(['application/json', 'text/csv']) === 'text/csv') {
        await streamStatementRows(deps.database, { request, response, accountId }, statement);
        return;
      }
      response.json(viewStatement(statement));
    },
  });
}

function viewStatement({ sums, ...statement }: StoredStatement): Statement {
  const { charged, refunded } = statement;
  // In the order of ENTRY_KINDS: PostgreSQL's JSON sorts keys in its own way.
  const inOrder = Object.fromEntries(ENTRY_KINDS.map((kind) => [kind, sums[kind]])) as typeof sums;
  return {
    from: instantText(statement.from),
    to: instantText(statement.to),
    opening: statement.opening,
    closing: statement.closing,
    charged,
    refunded,
    // All that is neither a grant, a charge, a refund, an expiry nor a void. A release is no income, so it is none of those.
    reserved_change:
      statement.closing - statement.opening - (sums.grant - charged + refunded + sums.expire + sums.void),
    sums: inOrder,
  };
}
