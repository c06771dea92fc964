import { CALLS } from '../../contract/calls.ts';
import type { AssetStore } from '../../assets/asset-store.ts';
import type { Database } from '../../ledger/database.ts';
import { pathParameter, route, type Route } from '../http/route.ts';
import { varyByCaller } from '../http/vary-by-caller.ts';
import { requireContent, sendContent } from './send-output-content.ts';

/** Access may change, the bytes do not. */
const MAX_AGE_SECONDS = 3_600;

/** GET /v1/outputs/{id}/content: the bytes, once they are charged. */
export function outputContentRoute(deps: {
  readonly database: Database;
  readonly assets: AssetStore;
}): Route {
  return route(CALLS.readOutputContent, {
    async handle(exchange) {
      const outputId = pathParameter(exchange.request, 'id');
      const asset = await requireContent(deps.database, exchange.accountId, outputId);
      varyByCaller(exchange.response);
      await sendContent(deps.assets, exchange, { name: outputId, asset, maxAgeSeconds: MAX_AGE_SECONDS });
    },
  });
}
