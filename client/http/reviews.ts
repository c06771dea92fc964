import { pathSegment } from './path-segment.ts';
import { Listing } from './listing.ts';
import { newKey } from './new-key.ts';
import { preview, type DecidedOptions } from './preview.ts';
import type { CallOptions, KeyedOptions, Transport } from './transport.ts';
import type { DecisionBody, Preview, Review, ReviewFilters, ReviewForSupport } from './wire-types.ts';

/** `holdfast.reviews`: reports of outputs that cannot be used. */
export class Reviews {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  list(filters: ReviewFilters = {}, options: CallOptions = {}): Listing<Review> {
    return new Listing(this.#transport, { ...options, path: '/v1/reviews', query: filters });
  }

  retrieve(id: string, options: CallOptions = {}): Promise<Review> {
    return this.#transport.json<Review>({ ...options, path: reviewPath(id) });
  }

  /** Support: refund, free_retry or deny. */
  decide(
    id: string,
    asked: DecisionBody,
    { idempotencyKey = newKey(), asOf, ...options }: KeyedOptions & DecidedOptions = {},
  ): Promise<ReviewForSupport> {
    const path = `${reviewPath(id)}/decision`;
    const body = { ...asked, as_of: asOf };
    return this.#transport.json<ReviewForSupport>({ ...options, path, body, idempotencyKey });
  }

  /** Support: previews a decision. Nothing is done. */
  preview(id: string, body: DecisionBody, options: CallOptions = {}): Promise<Preview> {
    const path = `${reviewPath(id)}/decision`;
    // A dry run leaves its key unused.
    const idempotencyKey = newKey();
    return preview(this.#transport, { ...options, path, body, idempotencyKey });
  }
}

const reviewPath = (id: string) => `/v1/reviews/${pathSegment(id)}`;
