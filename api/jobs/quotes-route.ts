import { CALLS } from '../../contract/calls.ts';
import type { Quote } from '../../contract/shapes/quote-shapes.ts';
import type { JobRequest } from '../../domain/work/job-request.ts';
import type { ModelCall } from '../../domain/work/models.ts';
import { hasEdits, priceRequest, workItemsOf } from '../../domain/prices/quote.ts';
import { NO_SOURCES, type SourceOf } from '../../domain/work/work.ts';
import { fingerprintWork } from '../../contract/derived-ids.ts';
import { editErrors } from '../../contract/job-request/edit-errors.ts';
import {
  notOfferedErrors,
  parseJobRequest,
  rulesFor,
  type RequestRules,
} from '../../contract/job-request/parse-job-request.ts';
import { readEditSources } from '../../jobs/admission/read-edit-sources.ts';
import { createStoreQuote } from '../../jobs/admission/store-quote.ts';
import { readModelHealth, type StoredModelHealth } from '../../jobs/reads/read-model-health.ts';
import { BoundedCache } from '../access/bounded-cache.ts';
import type { Database } from '../../ledger/database.ts';
import { instantText } from '../../domain/instant-text.ts';
import { invalidRequest } from '../http/problem.ts';
import { quoteTermsOf } from './quote-terms.ts';
import { readJsonBody } from '../http/request/read-json-body.ts';
import { problemOfRefusal } from './refusal-problem.ts';
import { type Route, route } from '../http/route.ts';
import type { PricingOf } from '../../ledger/price-lists.ts';

type Deps = {
  readonly database: Database;
  readonly rules: RequestRules;
  readonly pricingOf: PricingOf;
  readonly now: () => number;
};

/** How long the list of failing models is cached: it is a hint in quotes. */
const HEALTH_LIFETIME_MS = 1_000;

/** POST /v1/quotes: the exact price of a job body. Spends nothing. */
export function quotesRoute(deps: Deps): Route {
  const health = new BoundedCache<readonly StoredModelHealth[]>({
    maxEntries: 1,
    lifetimeMs: HEALTH_LIFETIME_MS,
    now: deps.now,
  });
  const storeQuote = createStoreQuote(deps.database);
  const failingModels = () =>
    health.get('failing', () => readModelHealth(deps.database, { onlyFailing: true }));
  return route(CALLS.quote, {
    async prepare({ request, response, accountId, mode }) {
      const rules = rulesFor(deps.rules, mode);
      const body = await readJsonBody(request, response);
      const parsed = parseJobRequest(body, rules);
      if (!parsed.ok) throw invalidRequest(parsed.errors);
      const notOffered = notOfferedErrors(parsed.request, rules);
      if (notOffered.length > 0) throw invalidRequest(notOffered);
      const [sourceOf, pricing] = await Promise.all([
        hasEdits(parsed.request)
          ? readSources({ database: deps.database, rules }, accountId, parsed.request)
          : NO_SOURCES,
        deps.pricingOf(accountId),
      ]);
      const price = priceRequest(parsed.request, pricing, sourceOf);
      const fingerprint = fingerprintWork(body as Readonly<Record<string, unknown>>);
      return async () => {
        const [quote, failing] = await Promise.all([
          storeQuote({ accountId, fingerprint, price }),
          failingModels(),
        ]);
        const terms = quoteTermsOf(parsed.request, sourceOf, rules);
        const shown: Quote = {
          id: quote.quoteId,
          ...price,
          available: quote.available,
          // Negative when it is not affordable.
          balance_after: quote.available - price.total,
          affordable: quote.available >= price.total,
          expires_at: instantText(quote.expiresAt),
          deadline_seconds: terms.deadlineSeconds,
          returned_automatically_by: instantText(
            new Date(quote.now.getTime() + terms.deadlineSeconds * 1_000),
          ),
          cancel_rule: terms.cancelRule,
          model_health: terms.calls.some((call) => failing.some(isOf(call))) ? 'degraded' : 'ok',
        };
        response.set('Cache-Control', 'no-store').json(shown);
      };
    },
  });
}

function isOf({ provider, model }: ModelCall): (other: ModelCall) => boolean {
  return (other) => other.provider === provider && other.model === model;
}

/** Reads the sources of a request's edits. Throws the problem of a refusal. */
async function readSources(
  deps: Pick<Deps, 'database' | 'rules'>,
  accountId: string,
  request: JobRequest,
): Promise<SourceOf> {
  const sources = await readEditSources(deps.database, accountId, workItemsOf(request));
  if (sources.outcome === 'refused') throw problemOfRefusal(sources.refusal, {});
  const wrongEdits = editErrors(request, sources.sourceOf, deps.rules);
  if (wrongEdits.length > 0) throw invalidRequest(wrongEdits);
  return sources.sourceOf;
}
