import { offeredCalls } from '../../contract/offered-calls.ts';
import type { Usage } from '../../contract/shapes/credit-shapes.ts';
import { fingerprintJson, spendIdOf } from '../../contract/derived-ids.ts';
import type { RequestRules } from '../../contract/job-request/parse-job-request.ts';
import { usePrice } from '../../domain/prices/price-list.ts';
import { createSpend, type SpendAnswer } from '../../jobs/credits/spend.ts';
import type { Database } from '../../ledger/database.ts';
import { readEntries } from '../../ledger/reads/read-entries.ts';
import { REPLAYED } from '../http/replayed.ts';
import { capDetail } from '../jobs/cap-detail.ts';
import { viewEntry } from './entry-view.ts';
import { notFound, Problem } from '../http/problem.ts';
import { readBody } from '../http/request/read-body.ts';
import { insufficientDetail } from '../jobs/refusal-problem.ts';
import { readIdempotencyKey } from '../http/request/request-headers.ts';
import { type Route, route } from '../http/route.ts';
import type { PricingOf } from '../../ledger/price-lists.ts';

type Headers = Readonly<Record<string, string>>;

/** POST /v1/usage: metered use, charged at once. A key has the same response forever, also a refusal. */
export function usageRoute(deps: {
  readonly database: Database;
  readonly rules: RequestRules;
  readonly pricingOf: PricingOf;
}): Route {
  const call = offeredCalls(deps.rules.catalogue).spend;
  const spend = createSpend(deps.database);
  return route(call, {
    async prepare(exchange) {
      const { request, response, state, accountId } = exchange;
      const key = readIdempotencyKey(request);
      const { body, sent } = await readBody(exchange, call.body);
      const fingerprint = fingerprintJson(sent);
      const spendId = spendIdOf(accountId, key);
      const { priceList } = await deps.pricingOf(accountId);
      const credits = body.quantity * usePrice(priceList, body.kind);
      return async () => {
        const used = await spend({
          ...{ accountId, key, fingerprint, spendId, credits },
          ...{ note: body.kind, member: body.member, project: body.project },
        });
        if (used.fingerprint !== fingerprint) throw new Problem('idempotency_key_reused', { billed: 'no' });
        const headers = used.isReplay ? REPLAYED : {};
        if (used.answer.outcome !== 'spent') throw problemOfUsage(used.answer, headers);
        state.billed = 'yes';
        const entries = await readEntries(
          deps.database,
          accountId,
          { kinds: ['spend'], reservationIds: [spendId], from: null, to: null },
          // Every charge is at least one credit.
          { before: null, limit: credits },
        );
        const shown: Usage = {
          credits: used.answer.credits,
          entries: entries.map((entry) => viewEntry(accountId, entry)).reverse(),
        };
        response
          .status(201)
          .set({ 'Cache-Control': 'no-store', ...headers })
          .json(shown);
      };
    },
  });
}

function problemOfUsage(
  answer: Exclude<SpendAnswer, { readonly outcome: 'spent' }>,
  headers: Headers,
): Problem {
  switch (answer.outcome) {
    case 'insufficient_credits':
    case 'limit_exceeded': {
      const { outcome, limit, required, available, reserved } = answer;
      const detail = limit === undefined ? insufficientDetail(answer) : capDetail(limit, required);
      return new Problem(
        outcome,
        { billed: 'no', detail, required, available, reserved, ...(limit === undefined ? {} : { limit }) },
        headers,
      );
    }
    case 'account_frozen':
      return new Problem(answer.outcome, { billed: 'no' }, headers);
    case 'account_not_found':
      return notFound('account');
    case 'invalid_amount':
    case 'key_reused':
    case 'released':
      throw new RangeError(`a spend of our own making was refused: ${answer.outcome}`);
  }
}
