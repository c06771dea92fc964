import type { AssetStore } from '../../assets/asset-store.ts';
import { CALLS } from '../../contract/calls.ts';
import type { OutputReference } from '../../contract/shapes/output-shapes.ts';
import { isOutputId } from '../../domain/ids.ts';
import { wordsOfRefusal } from '../../domain/work/reference-assets.ts';
import { listReferences, type StoredReference } from '../../jobs/outputs/list-references.ts';
import { readOutput } from '../../jobs/outputs/read-output.ts';
import { outputPath } from '../../jobs/reads/job-view.ts';
import type { Database } from '../../ledger/database.ts';
import { notFound, Problem } from '../http/problem.ts';
import { pathParameter, route, type Route } from '../http/route.ts';
import { varyByCaller } from '../http/vary-by-caller.ts';
import { sendContent } from './send-output-content.ts';

/** Access may change, the bytes do not. */
const MAX_AGE_SECONDS = 3_600;

type Deps = { readonly database: Database; readonly assets: AssetStore };

/** GET /v1/outputs/{id}/references, and the bytes of each: the stored pictures of its brief. */
export function outputReferencesRoutes(deps: Deps): readonly Route[] {
  return [listRoute(deps), contentRoute(deps)];
}

function listRoute({ database }: Deps): Route {
  return route(CALLS.listReferences, {
    async handle({ request, response, accountId }) {
      const outputId = pathParameter(request, 'id');
      const output = isOutputId(outputId) ? await readOutput(database, accountId, outputId) : null;
      if (output === null) throw notFound('output');
      const found = await listReferences(database, accountId, outputId);
      response
        .set('Cache-Control', 'no-store')
        .json({ data: found.map((one) => viewReference(outputId, one)), next_cursor: null });
    },
  });
}

function viewReference(outputId: string, reference: StoredReference): OutputReference {
  const { number, url, state, refusal, asset, isExpired } = reference;
  return {
    number,
    url,
    state,
    detail: refusal === null ? null : wordsOfRefusal(refusal),
    content_url:
      asset === null || isExpired ? null : `${outputPath(outputId)}/references/${String(number)}/content`,
    content_type: asset?.contentType ?? null,
    bytes: asset?.bytes ?? null,
  };
}

function contentRoute({ database, assets }: Deps): Route {
  return route(CALLS.readReferenceContent, {
    async handle(exchange) {
      const { request, response, accountId } = exchange;
      const [outputId, number] = [pathParameter(request, 'id'), pathParameter(request, 'number')];
      const found = isOutputId(outputId) ? await listReferences(database, accountId, outputId) : [];
      const reference = found.find((one) => String(one.number) === number);
      if (reference === undefined || reference.asset === null) {
        throw notFound('reference picture, or it was not kept');
      }
      if (reference.isExpired) throw new Problem('content_expired');
      varyByCaller(response);
      const name = `${outputId}_reference_${number}`;
      await sendContent(assets, exchange, { name, asset: reference.asset, maxAgeSeconds: MAX_AGE_SECONDS });
    },
  });
}
