import { CALLS } from '../../contract/calls.ts';
import { isOutputId } from '../../domain/ids.ts';
import { REVIEW_REPORTS_PER_DAY } from '../../domain/support/review.ts';
import { openReview, type OpenedReview } from '../../jobs/reviews/open-review.ts';
import { readReview } from '../../jobs/reviews/read-review.ts';
import { REPLAYED } from '../http/replayed.ts';
import { notFound, Problem } from '../http/problem.ts';
import { readBody } from '../http/request/read-body.ts';
import type { ReviewDeps } from './review-of-path.ts';
import { reviewPath, viewReview } from './review-view.ts';
import { pathParameter, route, type Route } from '../http/route.ts';

/**
 * POST /v1/outputs/{id}/reports: the customer reports an unusable output. The content is the key: a repeated report
 * returns the same review.
 */
export function reportOutputRoute(deps: Pick<ReviewDeps, 'database' | 'rules'>): Route {
  return route(CALLS.reportOutput, {
    async prepare(exchange) {
      const { request, response, accountId, caller } = exchange;
      const { body } = await readBody(exchange, CALLS.reportOutput.body);
      const outputId = pathParameter(request, 'id');
      if (!isOutputId(outputId)) throw notFound('output');
      return async () => {
        const opened = await openReview(deps.database, {
          accountId,
          outputId,
          category: body.category,
          note: body.note ?? null,
        });
        if (opened.outcome !== 'opened' && opened.outcome !== 'known') throw problemOfReport(opened);
        const review = await readReview(deps.database, accountId, opened.reviewId);
        if (review === null) throw new RangeError(`an opened review is not on record: ${opened.reviewId}`);
        response
          .status(201)
          .set({
            'Cache-Control': 'no-store',
            Location: reviewPath(review.id),
            ...(opened.outcome === 'known' ? REPLAYED : {}),
          })
          .json(viewReview(review, caller, deps.rules.catalogue.kinds));
      };
    },
  });
}

function problemOfReport(refused: Exclude<OpenedReview, { readonly outcome: 'opened' | 'known' }>): Problem {
  switch (refused.outcome) {
    case 'open_already':
      return new Problem('state_conflict', {
        detail: 'Another report of this output is being looked at. Wait for its answer.',
        links: { review: reviewPath(refused.reviewId) },
      });
    case 'not_found':
      return notFound('output');
    case 'not_delivered':
      return new Problem('state_conflict', {
        detail: 'Only an output that was delivered can be reported. This one has not succeeded.',
      });
    case 'made_good':
      return new Problem('state_conflict', {
        detail:
          'This output cost nothing, or has been made good: its credits are back, or a free retry was given.',
      });
    case 'too_many_of_output':
      return new Problem('state_conflict', {
        detail: 'This output has been reported as often as it may be. Please write to support.',
      });
    case 'too_many_today':
      return tooManyReports(refused.retryAfterSeconds);
  }
}

/** 429, with the limit in headers (draft-ietf-httpapi-ratelimit-headers) and detail. */
function tooManyReports(retryAfterSeconds: number): Problem {
  const seconds = String(Math.max(1, Math.ceil(retryAfterSeconds)));
  const most = String(REVIEW_REPORTS_PER_DAY);
  return new Problem(
    'rate_limited',
    { detail: `An account may report ${most} outputs in 24 hours (reports_per_day). Send this one later.` },
    {
      RateLimit: `"reports_per_day";r=0;t=${seconds}`,
      'RateLimit-Policy': `"reports_per_day";q=${most};w=86400`,
      'Retry-After': seconds,
    },
  );
}
