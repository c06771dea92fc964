import { useCallback, useRef } from 'preact/hooks';
import type { Review } from '../../../client/http/wire-types.ts';
import { useList } from '../../shared/data/use-list.ts';
import { usePageParts } from '../../shared/data/page-context.ts';
import { ChoiceBar } from '../../shared/parts/choice-bar.tsx';
import { Instant } from '../../shared/parts/instant.tsx';
import { LongList } from '../../shared/parts/long-list.tsx';
import { Empty } from '../../shared/parts/notice.tsx';
import { PageHead } from '../../shared/parts/shell.tsx';
import { Badge, sentenceOf } from '../../shared/parts/state-badge.tsx';
import { ListFrame } from '../../shared/parts/table.tsx';
import { currentPath, goTo, hrefTo, Link, useFilter } from '../../shared/router.tsx';
import { useKeys } from '../use-keys.ts';
import { nextChosen, type Chosen } from './next-chosen.ts';
import { ReviewRecord } from './review-record.tsx';

/** Customers report and others decide while the queue is viewed. */
const EVERY_MS = 10_000;

/** The queue of reports with the chosen one beside it. J and K step through the queue. */
export function ReviewsPage({ reviewId }: { readonly reviewId: string | undefined }) {
  const { client } = usePageParts();
  const [state, setState] = useFilter('state');
  const filter = state === 'decided' ? 'decided' : 'open';
  const reviews = useList<Review>(
    `reviews ${filter}`,
    (cursor, signal) => client.reviews.list({ state: filter }, { signal }).page(cursor),
    { nameOf: ({ id }) => id, everyMs: EVERY_MS },
  );
  const rows = reviews.rows ?? [];
  const chosen = useRef<Chosen | null>(null);
  chosen.current = nextChosen(chosen.current, { named: reviewId, filter, first: rows[0]?.id });
  const shownId = reviewId ?? chosen.current?.id;
  const hrefOf = (id: string) => hrefTo(['reviews', id], { state });
  const step = (by: number) => {
    const [, at = shownId] = currentPath();
    const next = rows[rows.findIndex(({ id }) => id === at) + by];
    if (next !== undefined) goTo(hrefOf(next.id));
  };
  const line = useCallback(
    (review: Review) => (
      <Link to={hrefOf(review.id)} class="queue-line" isCurrent={review.id === shownId}>
        <span class="queue-what">{sentenceOf(review.category)}</span>
        {review.decision !== null && <Badge tone="neutral">{sentenceOf(review.decision)}</Badge>}
        <span class="muted small">
          {sentenceOf(review.kind)}, <Instant at={review.created_at} />
        </span>
      </Link>
    ),
    [shownId, state],
  );
  useKeys({ j: () => step(1), k: () => step(-1) });
  return (
    <>
      <PageHead
        title="Reviews"
        aside={
          <ChoiceBar
            label="Which reviews"
            choices={[
              { value: null, text: 'Open' },
              { value: 'decided', text: 'Decided' },
            ]}
            value={state}
            onChoose={setState}
          />
        }
      >
        <p class="muted small keys-hint">
          Keys: <kbd>J</kbd> and <kbd>K</kbd> go through the queue, <kbd>R</kbd> refunds, <kbd>T</kbd> tries
          again for free, <kbd>D</kbd> denies.
        </p>
      </PageHead>
      <div class="queue">
        <nav class="queue-list" aria-label="Queue">
          <ListFrame
            of={reviews}
            label="Reviews"
            empty={<Empty title={filter === 'open' ? 'No report waits for a decision' : 'None yet'} />}
          >
            {(listed, hasMore) => (
              <LongList rows={listed} nameOf={({ id }) => id} line={line} hasMore={hasMore} />
            )}
          </ListFrame>
        </nav>
        {shownId !== undefined && <ReviewRecord key={shownId} reviewId={shownId} onTold={reviews.reload} />}
      </div>
    </>
  );
}
