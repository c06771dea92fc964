import type { AssetStore } from '../../assets/asset-store.ts';
import { CALLS } from '../../contract/calls.ts';
import type { OutputLink } from '../../contract/shapes/output-shapes.ts';
import { instantText } from '../../domain/instant-text.ts';
import { isAccountId, isOutputId } from '../../domain/ids.ts';
import type { Database } from '../../ledger/database.ts';
import { notFound, Problem } from '../http/problem.ts';
import { readOptionalBody } from '../http/request/read-body.ts';
import { readQuery } from '../http/request/read-query.ts';
import { pathParameter, route, type Route } from '../http/route.ts';
import type { LinkedOutput, OutputLinks } from './output-links.ts';
import { requireContent, sendContent } from './send-output-content.ts';

type Deps = {
  readonly database: Database;
  readonly assets: AssetStore;
  readonly outputLinks: OutputLinks;
  readonly publicUrl: string;
  readonly now: () => number;
};

/**
 * POST /v1/outputs/{id}/links, and GET …/linked_content, where the links lead: the bytes without a key, for a while.
 */
export function outputLinkRoutes(deps: Deps): readonly Route[] {
  return [makeLinkRoute(deps), linkedContentRoute(deps)];
}

function makeLinkRoute({ database, outputLinks, publicUrl, now }: Deps): Route {
  return route(CALLS.linkOutput, {
    async prepare(exchange) {
      const { body } = await readOptionalBody(exchange, CALLS.linkOutput.body);
      const { response, accountId } = exchange;
      const outputId = pathParameter(exchange.request, 'id');
      await requireContent(database, accountId, outputId);
      return () => {
        const expires = Math.floor(now() / 1_000) + body.expires_in_seconds;
        const shown: OutputLink = {
          url: `${publicUrl}${outputLinks.pathOf({ accountId, outputId, expires })}`,
          expires_at: instantText(new Date(expires * 1_000)),
        };
        response.status(201).set('Cache-Control', 'no-store').json(shown);
      };
    },
  });
}

function linkedContentRoute({ database, assets, outputLinks, now }: Deps): Route {
  return route(CALLS.readLinkedContent, {
    async handle(exchange) {
      const { account, expires, signature } = readQuery(exchange.request, CALLS.readLinkedContent.query);
      const link = readLink(account, pathParameter(exchange.request, 'id'), expires);
      // Before any look-up: an unsigned request learns nothing.
      if (link === null || !outputLinks.isSigned(link, signature)) throw notFound('link');
      const secondsLeft = link.expires - now() / 1_000;
      if (secondsLeft <= 0) {
        throw new Problem('forbidden', {
          reason: 'link_expired',
          detail: 'This link has ended. Its account can make another.',
        });
      }
      const asset = await requireContent(database, link.accountId, link.outputId);
      exchange.response.set('Referrer-Policy', 'no-referrer');
      await sendContent(assets, exchange, {
        ...{ name: link.outputId, asset },
        maxAgeSeconds: Math.min(MAX_AGE_SECONDS, Math.floor(secondsLeft)),
      });
    },
  });
}

const MAX_AGE_SECONDS = 3_600;

/** Null: not a link. */
function readLink(accountId: string, outputId: string, expires: string): LinkedOutput | null {
  const isOne = isAccountId(accountId) && isOutputId(outputId) && /^[1-9]\d{0,14}$/.test(expires);
  return isOne ? { accountId, outputId, expires: Number(expires) } : null;
}
