import { CALLS } from '../../contract/calls.ts';
import { fingerprintJson, freeRetryJobIdOf } from '../../contract/derived-ids.ts';
import type { Preview } from '../../contract/shapes/support-shapes.ts';
import { describeMoves } from '../../domain/support/describe-preview.ts';
import type { ReviewDecision } from '../../domain/support/review.ts';
import { previewDecision, type PreviewedDecision } from '../../jobs/support/preview-command.ts';
import { decideReview, type Decided } from '../../jobs/reviews/decide-review.ts';
import { readReview, type StoredReview } from '../../jobs/reviews/read-review.ts';
import { actorOf } from '../access/actor.ts';
import { REPLAYED } from '../http/replayed.ts';
import { notFound, Problem } from '../http/problem.ts';
import { sendPreview, wouldDo, wouldRefuse } from '../http/send-preview.ts';
import { readBody } from '../http/request/read-body.ts';
import { readIdempotencyKey } from '../http/request/request-headers.ts';
import { reviewOfPath, type ReviewDeps } from './review-of-path.ts';
import { viewReview } from './review-view.ts';
import { type Route, route } from '../http/route.ts';
import type { StartFreeRetry } from './start-free-retry.ts';

type Deps = ReviewDeps & {
  readonly startFreeRetry: StartFreeRetry;
};

/**
 * POST /v1/reviews/{id}/decision: refund, free retry or denial, with a reason for the customer. A key has the same
 * response forever, and another key does not change a decision in force.
 */
export function decideReviewRoute(deps: Deps): Route {
  return route(CALLS.decideReview, {
    async prepare(exchange) {
      const { request, response, caller } = exchange;
      const key = readIdempotencyKey(request);
      const actor = actorOf(request, caller);
      const { body, sent } = await readBody(exchange, CALLS.decideReview.body);
      const { account_id: accountId, id: reviewId } = await reviewOfPath(deps, exchange);
      const retryJobId = freeRetryJobIdOf(accountId, reviewId, key);
      const { decision, reason, as_of: asOf } = body;
      return async () => {
        if (body.dry_run === true) {
          const supportDeps = { ...deps, grants: deps.rules.catalogue.grants };
          const asked = { accountId, reviewId, decision, retryJobId };
          sendPreview(response, viewPreview(decision, await previewDecision(supportDeps, asked)));
          return;
        }
        const { as_of: _asOf, ...content } = sent;
        const decided = await decideReview(deps.database, {
          ...{ accountId, reviewId, key, actor, decision, reason, retryJobId, asOf },
          fingerprint: fingerprintJson(content),
          goodwillLifetimeSeconds: deps.rules.catalogue.grants.goodwill.lifetimeSeconds,
        });
        if (decided.outcome !== 'decided') throw problemOfDecision(decided.outcome);
        const review = await requireReview(deps, accountId, reviewId);
        await deps.startFreeRetry(review);
        response
          .set({ 'Cache-Control': 'no-store', ...(decided.isReplay ? REPLAYED : {}) })
          .json(
            viewReview(await requireReview(deps, accountId, reviewId), caller, deps.rules.catalogue.kinds),
          );
      };
    },
  });
}

async function requireReview(deps: Deps, accountId: string, reviewId: string): Promise<StoredReview> {
  const review = await readReview(deps.database, accountId, reviewId);
  if (review === null) throw notFound('review');
  return review;
}

function viewPreview(
  decision: ReviewDecision,
  { outcome, is_replay, moves, as_of: asOf }: PreviewedDecision,
): Preview {
  if (outcome === 'decided') {
    const would = is_replay ? ['changes nothing: it was decided so before'] : effectOf(decision, moves);
    return wouldDo(would, asOf);
  }
  if (outcome === 'not_found' || outcome === 'key_reused') throw problemOfDecision(outcome);
  return wouldRefuse(outcome, REFUSED[outcome]);
}

function effectOf(decision: ReviewDecision, moves: PreviewedDecision['moves']): readonly string[] {
  switch (decision) {
    case 'refund':
      return describeMoves(moves);
    case 'free_retry':
      return ['makes the output once more, at no credits'];
    case 'deny':
      return ['closes the review, and moves no credits'];
  }
}

const REFUSED = {
  decided_otherwise: 'The review has been decided otherwise. Read it again.',
  partly_refunded:
    'A part of what this output cost has been given back. Refund the rest: a free retry would make it good twice.',
  nothing_to_make_good:
    'All that this output cost has been given back already. Nothing is left to refund or to try again.',
} as const;

function problemOfDecision(outcome: Exclude<Decided['outcome'], 'decided'>): Problem {
  switch (outcome) {
    case 'not_found':
      return notFound('review');
    case 'key_reused':
      return new Problem('idempotency_key_reused', { billed: 'no' });
    case 'decided_otherwise':
    case 'partly_refunded':
    case 'nothing_to_make_good':
      return new Problem('state_conflict', { detail: REFUSED[outcome] });
  }
}
