import { useEffect } from 'preact/hooks';
import type { Job, Review } from '../../../client/http/wire-types.ts';
import { usePageParts } from '../../shared/data/page-context.ts';
import { useResource } from '../../shared/data/use-resource.ts';
import { GivenText } from '../../shared/parts/given-text.tsx';
import { Instant } from '../../shared/parts/instant.tsx';
import { Section } from '../../shared/parts/shell.tsx';
import { Badge, sentenceOf, StateBadge, type Tone } from '../../shared/parts/state-badge.tsx';
import { hrefTo, Link } from '../../shared/router.tsx';
import { REPORTED } from './report-dialog.tsx';

/** The customer's reports about a job and support's decisions; nothing if there are none. */
export function JobReports({ job }: { readonly job: Job }) {
  const { client } = usePageParts();
  const reports = useResource(
    `reports ${job.id}`,
    async (signal) => {
      // One page is enough: an account makes at most 20 reports a day.
      const { data } = await client.reviews.list({ limit: 100 }, { signal }).page();
      return data.filter(({ job_id }) => job_id === job.id);
    },
    { on: ({ job_id, type }) => job_id === job.id && type !== 'job.progress', everyMs: 20_000 },
  );
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
