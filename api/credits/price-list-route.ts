import { offeredCalls } from '../../contract/offered-calls.ts';
import type { AccountPriceList } from '../../contract/shapes/account-shapes.ts';
import type { RequestRules } from '../../contract/job-request/parse-job-request.ts';
import { planningUnitOf } from '../../domain/prices/estimate.ts';
import { priceListFor } from '../../domain/prices/price-list.ts';
import { describePriceList } from '../../domain/support/describe-change.ts';
import { previewChange } from '../../jobs/support/preview-change.ts';
import type { Database } from '../../ledger/database.ts';
import { lowBalanceRise } from '../../ledger/open-account.ts';
import { setPriceList } from '../../ledger/price-lists.ts';
import type { Route } from '../http/route.ts';
import { sendPreview, wouldDo } from '../http/send-preview.ts';
import { changeAccountRoute } from './account-routes.ts';

/** PUT /v1/accounts/{id}/price_list: the prices of an account from now on. Quotes keep their own price list. */
export function setPriceListRoute({
  database,
  rules,
}: {
  readonly database: Database;
  readonly rules: RequestRules;
}): Route {
  const { priceLists } = rules.catalogue;
  return changeAccountRoute(
    database,
    offeredCalls(rules.catalogue).setPriceList,
    ({ accountId, actor, body, response }) => {
      const { price_list: own, reason, dry_run: isDryRun, as_of: asOf } = body;
      return async () => {
        const list = priceListFor(priceLists, own);
        const unit = planningUnitOf(list);
        if (isDryRun === true) {
          const asked = { price_list: own, low_balance_rise: lowBalanceRise(unit), reason };
          const seen = await previewChange<object>(database, accountId, 'set_price_list', asked);
          const was = priceListFor(priceLists, seen.before.price_list);
          sendPreview(response, wouldDo(describePriceList(seen, { was, becomes: list }), seen.as_of));
          return;
        }
        await setPriceList(database, accountId, own, unit, { actor, reason }, asOf);
        const { name, version } = list;
        const shown: AccountPriceList = { price_list: own, applies: { name, version } };
        response.set('Cache-Control', 'no-store').json(shown);
      };
    },
  );
}
