import { z } from 'zod';
import { CALLS } from '../../contract/calls.ts';
import { isReviewId } from '../../domain/support/review.ts';
import { listReviews } from '../../jobs/reviews/list-reviews.ts';
import { readCursor, writeCursor } from '../http/cursor.ts';
import { postgresInstant } from '../http/request/postgres-instant.ts';
import { readQuery } from '../http/request/read-query.ts';
import { reviewedAccount, reviewOfPath, type ReviewDeps } from './review-of-path.ts';
import { viewReview } from './review-view.ts';
import { type Route, route } from '../http/route.ts';

const position = z.strictObject({ createdAt: postgresInstant, reviewId: z.string().refine(isReviewId) });

/** GET /v1/reviews, newest first: an account's own; for support of all accounts, or of the one named. */
export function listReviewsRoute(deps: ReviewDeps): Route {
  return route(CALLS.listReviews, {
    async handle(exchange) {
      const { request, response, caller } = exchange;
      const accountId = await reviewedAccount(deps, exchange);
      const asked = readQuery(request, CALLS.listReviews.query);
      const page = await listReviews(
        deps.database,
        accountId,
        { state: asked.state ?? null, category: asked.category ?? null },
        { from: asked.cursor === undefined ? null : readCursor(asked.cursor, position), limit: asked.limit },
      );
      response.set('Cache-Control', 'no-store').json({
        data: page.reviews.map((review) => viewReview(review, caller, deps.rules.catalogue.kinds)),
        next_cursor: page.next === null ? null : writeCursor(page.next),
      });
    },
  });
}

/** GET /v1/reviews/{id}. */
export function readReviewRoute(deps: ReviewDeps): Route {
  return route(CALLS.readReview, {
    async handle(exchange) {
      const review = await reviewOfPath(deps, exchange);
      exchange.response
        .set('Cache-Control', 'no-store')
        .json(viewReview(review, exchange.caller, deps.rules.catalogue.kinds));
    },
  });
}
