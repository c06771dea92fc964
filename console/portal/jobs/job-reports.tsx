import { useEffect } from 'preact/hooks';
import type { ApiClient } from '../../../client/http/api-client.ts';
import type { Page } from '../../../client/http/listing.ts';
import type { Job, Review } from '../../../client/http/wire-types.ts';
import { usePageParts } from '../../shared/data/page-context.ts';
import { useResource } from '../../shared/data/use-resource.ts';
import { GivenText } from '../../shared/parts/given-text.tsx';
import { Instant } from '../../shared/parts/instant.tsx';
import { Section } from '../../shared/parts/shell.tsx';
import { Badge, sentenceOf, StateBadge, type Tone } from '../../shared/parts/state-badge.tsx';
import { hrefTo, Link } from '../../shared/router.tsx';
import { REPORTED } from './report-dialog.tsx';

const PAGE_ROWS = 100;
/** Of a customer with more than 2,000 later reports, those of an old job are not shown. */
const MAX_PAGES = 20;

/** The customer's reports about a job and support's decisions; nothing if there are none. */
export function JobReports({ job }: { readonly job: Job }) {
  const { client } = usePageParts();
  const reports = useResource(`reports ${job.id}`, (signal) => readReports(client, job, signal), {
    on: ({ job_id, type }) => job_id === job.id && type !== 'job.progress',
    everyMs: 20_000,
  });
  const { reload } = reports;
  useEffect(() => {
    addEventListener(REPORTED, reload);
    return () => removeEventListener(REPORTED, reload);
  }, [reload]);
  if (reports.data === null || reports.data.length === 0) return null;
  return (
    <Section title="Reports">
      <ul class="card card-flush lines">
        {reports.data.map((review) => (
          <li key={review.id} class="line">
            <ReportLine review={review} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

/**
 * The reports of a job, newest first, out of those of the account. A report is newer than its job, so the reading ends
 * at the job's age.
 */
async function readReports(client: ApiClient, job: Job, signal: AbortSignal): Promise<readonly Review[]> {
  const found: Review[] = [];
  // Only a delivered output can be reported.
  let isOver = job.counts.succeeded === 0;
  let cursor: string | null = null;
  for (let pages = 0; pages < MAX_PAGES && !isOver; pages++) {
    const page: Page<Review> = await client.reviews.list({ limit: PAGE_ROWS }, { signal }).page(cursor);
    found.push(...page.data.filter(({ job_id }) => job_id === job.id));
    const oldest = page.data.at(-1);
    cursor = page.next_cursor;
    isOver = cursor === null || oldest === undefined || oldest.created_at < job.created_at;
  }
  return found;
}

const DECISIONS: Readonly<
  Record<NonNullable<Review['decision']>, { readonly text: string; readonly tone: Tone }>
> = {
  refund: { text: 'Refunded', tone: 'good' },
  free_retry: { text: 'Made again for free', tone: 'good' },
  deny: { text: 'Not refunded', tone: 'neutral' },
};

function ReportLine({ review }: { readonly review: Review }) {
  const { decision } = review;
  return (
    <div class="report">
      <div class="row row-between">
        <strong>{sentenceOf(review.category)}</strong>
        {decision === null ? (
          <StateBadge state="open" text="Being looked at" />
        ) : (
          <Badge tone={DECISIONS[decision].tone}>{DECISIONS[decision].text}</Badge>
        )}
      </div>
      {review.note !== null && (
        <p>
          <GivenText text={review.note} />
        </p>
      )}
      {review.reason !== null && (
        <p>
          <span class="muted">Support: </span>
          <GivenText text={review.reason} />
        </p>
      )}
      {decision === null && <p class="muted">{review.advice}</p>}
      <p class="muted small">
        Reported <Instant at={review.created_at} />
        {review.decided_at !== null && (
          <>
            , decided <Instant at={review.decided_at} />
          </>
        )}
        {review.retry_job_id !== null && (
          <>
            {' · '}
            <Link to={hrefTo(['jobs', review.retry_job_id])}>Open the new one</Link>
          </>
        )}
      </p>
    </div>
  );
}
